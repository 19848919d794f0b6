"""Names told by their letters: odd capitals, digits and hyphens ("GPT-4o", "nnU-Net")."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from spacy.tokens import Doc

from extractors.reading import Word, sentence_words
from extractors.word_lists import word_set
from ontology.names import singular
from ontology.terms import EntityType

_VERSION = re.compile(r"[vV]?\d+(?:\.\d+)*[a-zA-Z]?|I{1,3}|\d+[BMbm]")
_DATA_BEFORE = frozenset(
    "dataset datasets corpus corpora benchmark benchmarks collection challenge suite".split()
)
_DATA_VERBS = frozenset("on from".split())


class Name(NamedTuple):
    """A name and what the text around it says it is."""

    start: int
    end: int
    type: str


def has_odd_capitals(word: str) -> bool:
    """Tell names by their letters from ordinary and from merely capitalised words.

    >>> [has_odd_capitals(word) for word in ("GPT-4o", "nnU-Net", "Transformer", "Image-Text")]
    [True, True, False, False]
    """
    if not word[:1].isalnum() or not any(character.isupper() for character in word):
        return False
    parts = re.split(r"[-‐‑–/'’]", word)
    for part in parts:
        capitals = sum(character.isupper() for character in part)
        if capitals >= 2 or (capitals and not part[0].isupper()):
            return True
        if capitals and any(character.isdigit() for character in part):
            return True
    return bool(re.search(r"[A-Z]\w*[-‐‑]\d", word))


def proper_names(words: Sequence[Word]) -> Iterator[Name]:
    """Yield the names of one sentence; a name takes a version number that follows it."""
    shouting = sum(has_odd_capitals(word.text) for word in words) * 2 > len(words) > 3
    if shouting:
        return
    index = 0
    while index < len(words):
        word = words[index]
        last = index
        if has_odd_capitals(word.text) and not _excluded(word.text):
            while last + 1 < len(words) and _VERSION.fullmatch(words[last + 1].text):
                last += 1
            yield Name(word.start, words[last].end, _type(words, index, last))
        index = last + 1


def _excluded(word: str) -> bool:
    bare = singular(word)
    return bare.lower() in word_set("no_names") or len(bare) < 2 or "@" in word


def _type(words: Sequence[Word], first: int, last: int) -> str:
    after = [word.lower for word in words[last + 1 : last + 3]]
    before = [word.lower for word in words[max(0, first - 5) : first]]
    if set(after) & _DATA_BEFORE or set(before[-2:]) & _DATA_BEFORE:
        return EntityType.DATASET.value
    if before[-1:] == ["on"] or (set(before) & {"on"} and before[-1] in {",", "and", "the"}):
        return EntityType.DATASET.value
    return EntityType.METHOD.value


def mark_proper_names(doc: Doc) -> Doc:
    """Write the names to ``doc.spans["name"]`` (spaCy component)."""
    found = (name for words in sentence_words(doc) for name in proper_names(words))
    spans = (doc.char_span(name.start, name.end, label=name.type) for name in found)
    doc.spans["name"] = [span for span in spans if span is not None]
    return doc
