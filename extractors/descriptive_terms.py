"""Descriptive terms: noun phrases whose head tells the type ("… segmentation", "… network").

A term runs from the first content word after a boundary (determiner, preposition, verb, praise,
sign) to its last head. Heads with their types stand in ``words/heads.tsv``, boundaries in
``words/boundaries.txt``.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from spacy.tokens import Doc

from extractors.overlaps import finds_of
from extractors.proper_names import has_odd_capitals
from extractors.reading import CJK, Word, sentence_words
from extractors.word_lists import ends_term, word_set, word_table
from ontology.names import singular
from ontology.terms import EntityType

_LONGEST = 8
_CJK = re.compile(f"[{CJK}]")


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
    if not lower[0].isalnum() or ("/" in lower and "." in lower) or _CJK.match(lower):
        return True
    return ends_term(lower) or lower.replace(".", "").isdigit()


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


def terms(words: Sequence[Word], known: Mapping[int, str] = MappingProxyType({})) -> Iterator[Term]:
    """Yield the descriptive terms of one sentence, in text order.

    ``known`` gives the types of names that end at an offset; they are heads too.

    >>> from extractors.reading import split_words
    >>> text = "We propose a novel graph attention network."
    >>> [text[term.start : term.end] for term in terms(split_words(text))]
    ['graph attention network']
    """
    for run in chunks(words):
        for last in range(len(run) - 1, -1, -1):
            kind = known.get(run[last].end) or head_type(run, last)
            if kind:
                first = max(0, last + 1 - _LONGEST)
                if kind == EntityType.MODALITY.value:
                    first = modality_start(run, first, last)
                else:
                    first = term_start(run, first, last, opens=run[0] is words[0])
                term = Term(run[first].start, run[last].end, kind)
                if run[last].end in known or (
                    head_type(run[first:], last - first) and not _doubtful(words, term)
                ):
                    yield term
                break


def _doubtful(words: Sequence[Word], term: Term) -> bool:
    """What "of" follows, or "to" or "from" precedes, is rarely a term: "a reduction of costs"."""
    first = bisect_left(words, term.start, key=lambda word: word.start)
    after = bisect_left(words, term.end, key=lambda word: word.start)
    return (after < len(words) and words[after].lower == "of") or (
        first > 0 and words[first - 1].lower in {"to", "from"}
    )


def term_start(run: Sequence[Word], first: int, last: int, *, opens: bool) -> int:
    """First word of a task or method: praise and a sentence's opening gerund stay outside.

    >>> from extractors.reading import split_words
    >>> term_start(split_words("Understanding optimal adversarial training"), 0, 3, opens=True)
    2
    """
    if opens and last - first > 1 and run[first].text[:1].isupper():
        word = run[first].lower
        if word.endswith("ing") and word not in word_set("opening_nouns"):
            first += 1
    while first < last and run[first].lower in word_set("leading_words"):
        first += 1
    return first


def modality_start(run: Sequence[Word], first: int, last: int) -> int:
    """First word that belongs to a modality: only words that tell kinds of data apart do.

    >>> from extractors.reading import split_words
    >>> modality_start(split_words("noisy chest radiographs"), 0, 2)
    1
    """
    kinds = word_set("modality_modifiers")
    start = last
    while start > first:
        word = run[start - 1]
        if word.lower not in kinds and not word.text.isupper() and not has_odd_capitals(word.text):
            break
        start -= 1
    return start


def head_type(run: Sequence[Word], last: int) -> str:
    """Type of the term that ends in a word of a run, or the empty string.

    A head of two words stands alone; of one word, as its row says: ``alone``, ``modified``,
    ``both``, or ``weak``, which is modified by a word that is no head itself.
    """
    heads = word_table("heads")
    word = folded(run[last].text)
    before = folded(run[last - 1].text) if last else ""
    if row := heads.get(f"{before} {word}"):
        return row[0] if row[1] != "none" else ""
    row = heads.get(word)
    if row is None:
        return ""
    kind, where = row
    if where in {"none", "modified" if last == 0 else "alone"}:
        return ""
    if where == "weak" and (last == 0 or before in heads):
        return ""
    return kind


def mark_descriptive_terms(doc: Doc) -> Doc:
    """Write the terms to ``doc.spans["phrase"]`` (spaCy component)."""
    known = {
        find.end: find.type
        for find in finds_of(doc, ["vocabulary"])
        if find.type != EntityType.DATASET.value
    }
    found = (term for words in sentence_words(doc) for term in terms(words, known))
    spans = (doc.char_span(term.start, term.end, label=term.type) for term in found)
    doc.spans["phrase"] = [span for span in spans if span is not None]
    return doc
