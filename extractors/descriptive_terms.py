"""Descriptive terms: noun phrases whose head tells the type ("… segmentation", "… network").

A term runs from the first content word after a boundary (determiner, preposition, verb, praise,
sign) to its last head. Heads with their types stand in ``words/heads.tsv``, boundaries in
``words/boundaries.txt``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from spacy.tokens import Doc

from extractors.reading import Word, sentence_words
from extractors.word_lists import word_set, word_table
from ontology.names import singular

_LONGEST = 8


class Term(NamedTuple):
    """A typed span of the text."""

    start: int
    end: int
    type: str


def folded(word: str) -> str:
    """Lower-case singular, the form of the word lists.

    >>> folded("Networks")
    'network'
    """
    return singular(word.lower())


def is_boundary(word: Word) -> bool:
    """Tell whether a word cannot stand inside a descriptive term."""
    lower = word.lower
    if not lower[0].isalnum():
        return True
    if lower in word_set("boundaries"):
        return True
    if lower.endswith("ly") and len(lower) > 4:
        return True
    return lower.replace(".", "").isdigit()


def chunks(words: Sequence[Word]) -> Iterator[Sequence[Word]]:
    """Yield the runs of content words between boundaries.

    >>> from extractors.reading import split_words
    >>> [[word.text for word in run] for run in chunks(split_words("We use the deep network."))]
    [['deep', 'network']]
    """
    first = 0
    for index, word in enumerate(words):
        if is_boundary(word):
            if index > first:
                yield words[first:index]
            first = index + 1
    if first < len(words):
        yield words[first:]


def terms(words: Sequence[Word]) -> Iterator[Term]:
    """Yield the descriptive terms of one sentence, in text order.

    >>> from extractors.reading import split_words
    >>> text = "We propose a novel graph attention network."
    >>> [text[term.start : term.end] for term in terms(split_words(text))]
    ['graph attention network']
    """
    heads = word_table("heads")
    for run in chunks(words):
        for last in range(len(run) - 1, -1, -1):
            row = heads.get(folded(run[last].text))
            if row is None:
                continue
            kind, alone = row
            if alone == ("modified" if last == 0 else "alone"):
                continue
            first = max(0, last + 1 - _LONGEST)
            yield Term(run[first].start, run[last].end, kind)
            break


def mark_descriptive_terms(doc: Doc) -> Doc:
    """Write the terms to ``doc.spans["phrase"]`` (spaCy component)."""
    found = (term for words in sentence_words(doc) for term in terms(words))
    spans = (doc.char_span(term.start, term.end, label=term.type) for term in found)
    doc.spans["phrase"] = [span for span in spans if span is not None]
    return doc
