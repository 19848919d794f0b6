"""The cascade from names to entities, on a vocabulary small enough to see."""

import random

import pytest

from kg.resolve import (
    Definition,
    MergeReason,
    NameCount,
    majority_long_forms,
    resolve_name,
    resolve_names,
)
from ontology.terms import EntityType
from ontology.vocabulary.reader import Alias, Entry, Vocabulary

METHOD, TASK, MODALITY = EntityType.METHOD, EntityType.TASK, EntityType.MODALITY

VOCABULARY = Vocabulary(
    [
        Entry(
            "method:flow-matching",
            METHOD,
            "flow matching",
            (Alias("flow matching model"), Alias("流匹配", "zh")),
        ),
        Entry("task:image-classification", TASK, "image classification"),
        Entry(
            "modality:electroencephalography", MODALITY, "electroencephalography", (Alias("EEG"),)
        ),
    ]
)


@pytest.mark.parametrize(
    ("kind", "name", "canonical", "reason"),
    [
        (METHOD, "Flow-Matching Models", "flow matching", MergeReason.VOCABULARY),
        (METHOD, "流匹配", "flow matching", MergeReason.VOCABULARY),
        (TASK, "classification of images", "image classification", MergeReason.WORD_ORDER),
        (MODALITY, "EEG signals", "electroencephalography", MergeReason.GENERIC_HEAD),
        (METHOD, "Dr. GRPO", "Dr. GRPO", MergeReason.SPELLING),
    ],
)
def test_each_step_of_the_cascade(kind, name, canonical, reason):
    """The first step that knows a name decides, and says so."""
    found = resolve_name(kind, name, VOCABULARY)
    assert (canonical, reason) == (found.name, found.reason)


def test_types_never_merge():
    """The same spelling as Method and as Task gives two IRIs."""
    one = resolve_name(METHOD, "segmentation", VOCABULARY)
    other = resolve_name(TASK, "segmentation", VOCABULARY)
    assert one.iri != other.iri


def test_the_most_used_spelling_names_an_unlisted_entity():
    """Papers vote on the spelling; ties go to the first by code point."""
    names = [NameCount(METHOD, "MedVR", 3), NameCount(METHOD, "Med-VR", 1)]
    found = resolve_names(names, [], VOCABULARY)
    assert {"MedVR"} == {resolution.name for resolution in found.values()}
    assert len({resolution.iri for resolution in found.values()}) == 1


def test_acronym_follows_the_long_form_that_papers_agree_on():
    """An undefined acronym joins the long form when papers define it alike."""
    definitions = [Definition(METHOD, "GRPO", "group relative policy optimization", 4)]
    names = [
        NameCount(METHOD, "GRPO", 2),
        NameCount(METHOD, "group relative policy optimization", 4),
    ]
    found = resolve_names(names, definitions, VOCABULARY)
    assert found[METHOD, "GRPO"].iri == found[names[1].type, names[1].name].iri
    assert found[METHOD, "GRPO"].reason is MergeReason.ACRONYM


def test_acronym_with_two_meanings_stays_apart():
    """Papers that define an acronym differently leave its undefined uses alone."""
    definitions = [
        Definition(METHOD, "LDA", "latent Dirichlet allocation", 5),
        Definition(METHOD, "LDA", "linear discriminant analysis", 4),
    ]
    assert majority_long_forms(definitions) == {}


def test_order_of_names_does_not_matter():
    """Shuffled input resolves alike."""
    names = [NameCount(METHOD, name, 1) for name in ("A-b", "Ab", "aB", "x", "X s", "EEG", "x-s")]
    expected = resolve_names(names, [], VOCABULARY)
    shuffled = list(names)
    random.Random(7).shuffle(shuffled)
    assert expected == resolve_names(shuffled, [], VOCABULARY)
