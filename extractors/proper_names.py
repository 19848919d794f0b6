"""Names told by their letters: odd capitals, digits and hyphens ("GPT-4o", "nnU-Net")."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from spacy.tokens import Doc

from extractors.overlaps import finds_of
from extractors.reading import Word, sentence_words, text_of
from extractors.word_lists import ends_term, word_set
from ontology.names import singular
from ontology.terms import EntityType

_VERSION = re.compile(r"[vV]?\d+(?:\.\d+)*[a-zA-Z]?|I{1,3}|\d+[BMbm]")
_COUNTED = re.compile(r"^(?:\d+|n|multi)-?(?=[a-z])")
"""How many of a thing: "6-DOF", "multi-UAV"."""
_QUANTITY = re.compile(r"\d+(?:[.,]\d+)*(?:[A-Z]|[a-zµ]{1,2}[A-Z]?)?|\d+[DdXx]")
_HYPHEN = re.compile(r"[-‐‑–/'’]")
_URL = re.compile(
    r"(?:https?\s?:|www\.)\S*(?:\s\S*/\S*)*|\b[\w.-]{1,64}\.(?:com|org|io|net|edu)/\S*"
)
_GROUP = re.compile(r"[A-Z]{2}")
"""Lie groups: "SO(3)"."""
_TWO_NUMBERS = re.compile(r"(.*\d)/\d+")
"""Two versions of a name in one: "CIFAR-10/100"."""
_LIST_SIGNS = frozenset({",", "and", "or", "&", "/"})


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
    if not word[:1].isalnum() or word.islower():
        return False
    for part in _HYPHEN.split(word):
        capitals = sum(character.isupper() for character in part)
        if capitals >= 2 or (capitals and not part[0].isupper()):
            return True
        if capitals and any(character.isdigit() for character in part):
            return True
    return re.search(r"[A-Z]\w*[-‐‑](?:\d|[A-Z]$)", word) is not None


def proper_names(words: Sequence[Word], datasets: Collection[int] = frozenset()) -> Iterator[Name]:
    """Yield the names of one sentence; a name takes a version number that follows it.

    ``datasets`` holds offsets where names known as datasets begin. Names in one enumeration are of
    one type. A sentence set in capitals has no names.
    """
    if sum(has_odd_capitals(word.text) for word in words) * 2 > len(words) > 3:
        return
    listed: list[tuple[int, int]] = []
    index = 0
    while index <= len(words):
        span = _name_at(words, index) if index < len(words) else None
        if span:
            listed.append(span)
            index = span[1]
        elif index < len(words) and listed and words[index].text in _LIST_SIGNS:
            index += 1
        else:
            kind = _type(words, listed, datasets) if listed else ""
            yield from (Name(words[a].start, _end(words[b - 1]), kind) for a, b in listed)
            listed = []
            index += 1


def _end(word: Word) -> int:
    two = _TWO_NUMBERS.fullmatch(word.text)
    return word.start + len(two[1]) if two else word.end


def _name_at(words: Sequence[Word], index: int) -> tuple[int, int] | None:
    word = words[index].text
    if not has_odd_capitals(word) or _excluded(word):
        return None
    end = index + 1
    while end < len(words) and _VERSION.fullmatch(words[end].text):
        end += 1
    following = [word.text for word in words[end : end + 2]]
    if _GROUP.fullmatch(word) and following[:1] == ["("] and following[-1].isdigit():
        return None
    if any(singular(one.lower()) in word_set("hardware") for one in following):
        return None
    return index, end


def _excluded(word: str) -> bool:
    bare = singular(word)
    last = _HYPHEN.split(word)[-1]
    return (
        len(bare) < 2
        or "@" in word
        or bare.lower() in word_set("no_names")
        or _COUNTED.sub("", bare.lower()) in word_set("no_names")
        or _QUANTITY.fullmatch(word) is not None
        or (last != word and last.lower() in word_set("name_suffixes"))
    )


def _type(words: Sequence[Word], listed: list[tuple[int, int]], datasets: Collection[int]) -> str:
    first, last = listed[0][0], listed[-1][1]
    before = [word.lower for word in words[max(0, first - 4) : first]]
    after = [word.lower for word in words[last : last + 3]]
    heads = word_set("dataset_heads")
    if any(words[start].start in datasets for start, _ in listed):
        return EntityType.DATASET.value
    if heads & set(after) or heads & set(before):
        return EntityType.DATASET.value
    on = before[-1:] == ["on"] or (before[-1:] == ["the"] and before[-2:-1] == ["on"])
    if on and not _describes(words, last):
        return EntityType.DATASET.value
    return EntityType.METHOD.value


def _describes(words: Sequence[Word], end: int) -> bool:
    """Tell whether what ends here describes the noun that follows: "the MIT gripper"."""
    return end < len(words) and words[end].text.isalpha() and not ends_term(words[end].lower)


def mark_proper_names(doc: Doc) -> Doc:
    """Write the names to ``doc.spans["name"]`` (spaCy component)."""
    text = text_of(doc)
    addresses = [(match.start(), match.end()) for match in _URL.finditer(text)]
    datasets = {
        find.start
        for find in finds_of(doc, ["vocabulary"])
        if find.type == EntityType.DATASET.value
    }
    spans = []
    for words in sentence_words(doc):
        for name in proper_names(words, datasets):
            if any(start <= name.start < end for start, end in addresses):
                continue
            end = name.end - 2 if text[name.end - 2 : name.end] in {"'s", "’s"} else name.end
            span = doc.char_span(name.start, end, label=name.type)
            if span is not None:
                spans.append(span)
    doc.spans["name"] = spans
    return doc
