"""Abbreviations that a text defines."""

from __future__ import annotations

import pytest

from extractors.abbreviations import definitions, long_form_start
from extractors.pipeline import annotate, load
from extractors.reading import split_words
from extractors.short_forms import occurrences
from ontology.records import Paper


def pairs(text: str) -> list[tuple[str, str]]:
    return [
        (text[found.long_start : found.long_end], text[found.short_start : found.short_end])
        for found in definitions(text)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a recurrent neural network (RNN)", [("recurrent neural network", "RNN")]),
        ("Large language models (LLMs) grow.", [("Large language models", "LLMs")]),
        ("RNA (ribonucleic acid) folds.", [("ribonucleic acid", "RNA")]),
        (
            "optical character recognition (OCR; see below)",
            [("optical character recognition", "OCR")],
        ),
        ("data-driven tuning (DDT)", [("data-driven tuning", "DDT")]),
        ("nothing to see (in brackets)", []),
        ("a score (42)", []),
        ("unrelated words (XQZ)", []),
    ],
)
def test_long_and_short_forms_are_found_together(text, expected):
    """Both orders, plurals and trailing remarks are read; what does not match is left."""
    assert expected == pairs(text)


def test_the_long_form_starts_at_a_word():
    """The first letter of the short form must begin a word of the long form."""
    assert long_form_start("NN", "a running net") is None


def test_brackets_do_not_reach_back_over_the_title():
    """A long form in the title defines no short form in the abstract."""
    assert [] == pairs("neural network\n(NN) is short")


def test_short_forms_are_found_in_compounds_and_plurals():
    """Later mentions count as such unless a longer name contains them."""
    text = "CNN-based CNNs, not CNN-2 or RCNN."
    assert ["CNN", "CNNs"] == [text[a:b] for a, b, _ in occurrences({"CNN"}, split_words(text))]


def test_a_long_form_ends_with_its_sentence():
    """Words of the sentence before belong to no long form."""
    abstract = "They know the KG. While question answering over KG (KGQA) grows, it is hard."
    annotated = annotate(Paper("p", "", abstract), load())
    mentions = [mention for entity in annotated.entities for mention in entity.mentions]
    assert mentions
    assert all(one.sentence_start <= one.start < one.end <= one.sentence_end for one in mentions)
