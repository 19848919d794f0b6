"""Sentence boundaries."""

from __future__ import annotations

import itertools

import pytest

from extractors.pipeline import load
from extractors.sentences import sentence_starts


def split(text: str) -> list[str]:
    starts = [*sentence_starts(text), len(text)]
    return [text[a:b].strip() for a, b in itertools.pairwise(starts)]


@pytest.mark.parametrize(
    "text",
    [
        "We test on scans, e.g. CT and MRI, i.e. Two kinds.",
        "Doe et al. Showed that it gains 3.5 points vs. The others.",
        "See Fig. 2 and Eq. 3 of J. Doe.",
    ],
)
def test_abbreviations_decimals_and_initials_end_no_sentence(text):
    """A full stop inside an abbreviation, a number or an initial is no boundary."""
    assert [text] == split(text)


def test_a_full_stop_before_a_capital_ends_a_sentence():
    """Full stop, question mark and closing quote all end sentences."""
    assert ["It works.", "Does it?", 'We say "yes."', "(It does.)", "3 more follow."] == split(
        'It works. Does it? We say "yes." (It does.) 3 more follow.'
    )


def test_chinese_stops_need_no_space():
    """The ideographic full stop ends a sentence without white space."""
    assert ["我们提出方法。", "它有效！", "是的"] == split("我们提出方法。它有效！是的")


def test_a_title_without_stop_is_its_own_sentence():
    """The line feed between title and abstract always parts sentences."""
    doc = load().get_pipe("litkg_sentences")(load().tokenizer("A title\nan abstract. Its end."))
    assert ["A title\n", "an abstract. ", "Its end."] == [
        sentence.text + ("" if sentence.text.endswith("\n") else sentence[-1].whitespace_)
        for sentence in doc.sents
    ]
