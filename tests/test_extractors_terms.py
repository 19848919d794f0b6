"""Descriptive terms, verb phrases, their types, and overlaps."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.descriptive_terms import terms
from extractors.entity_types import context_type
from extractors.overlaps import Find, Settled, settle
from extractors.pipeline import annotate, load
from extractors.reading import split_words
from extractors.settings import Settings
from extractors.task_names import head_last
from extractors.task_verbs import task_phrases
from ontology.records import Paper
from ontology.terms import EntityType


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("We propose a novel graph attention network.", ["graph attention network Method"]),
        ("It improves the brain tumor segmentation results.", ["brain tumor segmentation Task"]),
        ("Given noisy chest radiographs, we act.", ["chest radiographs Modality"]),
        (
            "Understanding contrastive representation learning",
            ["contrastive representation learning Task"],
        ),
        ("a reduction of the costs", []),
        ("We use it and they do not.", []),
    ],
)
def test_terms_run_from_boundary_to_head(sentence, expected):
    """Determiners, verbs, praise and opening gerunds stay outside; the last head ends the term."""
    assert expected == [
        f"{sentence[term.start : term.end]} {term.type}" for term in terms(split_words(sentence))
    ]


def test_a_known_name_heads_a_longer_term():
    """Words in front of a vocabulary name make a more specific term."""
    text = "an adaptive SVM works"
    assert ["adaptive SVM"] == [
        text[term.start : term.end] for term in terms(split_words(text), {15: "Method"})
    ]


def test_verb_phrases_state_tasks():
    """A task verb with its object is a task, but not after "by" or "we"."""
    text = "A tool for predicting the wind speed by estimating gusts."
    assert ["predicting the wind speed"] == [
        text[term.start : term.end] for term in task_phrases(split_words(text))
    ]


@pytest.mark.parametrize(
    ("before", "term", "after", "expected"),
    [
        ("via ", "image translation", "", "Method"),
        ("on ", "image translation", " tasks", "Task"),
        ("", "contrastive alignment", "", "Method"),
        ("via ", "image segmentation", "", ""),
        ("the ", "image translation", " here", ""),
    ],
)
def test_the_words_around_tell_task_from_method(before, term, after, expected):
    """Cues before, after and within decide; firm tasks and bare places leave it open."""
    text = before + term + after
    assert expected == context_type(text, len(before), len(before) + len(term))


def test_the_longest_reading_wins_then_the_most_reliable_source():
    """Longer spans go first; of equal spans the source decides and agreement is kept."""
    finds = [
        Find(0, 4, "Method", "phrase"),
        Find(0, 4, "Dataset", "vocabulary", "dataset:x"),
        Find(0, 4, "Dataset", "name"),
        Find(6, 9, "Task", "coined"),
        Find(5, 12, "Task", "verb"),
    ]
    assert [
        Settled(0, 4, "Dataset", ("name", "vocabulary"), "dataset:x"),
        Settled(5, 12, "Task", ("verb",)),
    ] == settle(finds)


@given(
    st.lists(
        st.builds(
            lambda start, length, kind, source: Find(start, start + length, kind, source),
            st.integers(0, 40),
            st.integers(1, 12),
            st.sampled_from(["Task", "Method"]),
            st.sampled_from(["coined", "phrase", "vocabulary"]),
        )
    )
)
def test_settled_spans_never_overlap_and_ignore_order(finds):
    """Settling is a function of the set of finds."""
    settled = settle(finds)
    assert all(left.end <= right.start for left, right in itertools.pairwise(settled))
    assert settled == settle(reversed(finds))


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("localising tumours", "tumour localization"),
        ("Estimating room layouts", "room layout estimation"),
        ("model room layouts", "room layout modeling"),
        ("model room layout", "model room layout"),
        ("identifies rare birds", "rare bird identification"),
        ("detecting and tracking birds", "bird detection and tracking"),
        ("detection and tracking of birds", "bird detection and tracking"),
        ("detecting and of birds", "detecting and of birds"),
        ("predicting the shape of wings", "wing shape prediction"),
        ("predicting the shape of", "predicting the shape of"),
        ("translation of rare languages", "rare language translation"),
        ("translation of speech into signs", "translation of speech into signs"),
        ("learning of", "learning of"),
        ("tracking", "tracking"),
        ("", ""),
    ],
)
def test_heads_of_tasks_come_last(form, name):
    """Verb phrases and "… of …" are turned round where the object is short and plain."""
    assert name == head_last(form)


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("scheduling strategy", "scheduling strategy"),
        ("denoising diffusion models", "denoising diffusion models"),
        ("filter banks", "filter banks"),
        ("indexing methods", "indexing methods"),
        ("clustering modules", "clustering modules"),
        ("fitting squared residuals", "squared residual fitting"),
        ("distillation of experts", "expert distillation"),
    ],
)
def test_methods_that_begin_with_a_verbs_form_may_be_compounds(form, name):
    """Only a plural that heads no method is an object."""
    assert name == head_last(form, EntityType.METHOD)


def test_one_task_in_two_papers_has_one_name():
    """A verb phrase and a noun phrase for the same task give the same canonical name."""
    nlp = load(Settings())
    names = [
        {entity.name for entity in annotate(Paper("p", "T", text), nlp).entities}
        for text in (
            "A network for predicting tidal heights is trained.",
            "We study tidal height prediction with buoys.",
        )
    ]
    assert "tidal height prediction" in names[0] & names[1]
