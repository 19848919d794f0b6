"""Which groups of mentions of one paper are probably one entity under two names.

Spelling, abbreviations and rewordings join what is certain. What is left is a guess: "multi-modal
registration" may be the unsupervised multi-modal image registration of the title, or a wider task.
Evidence about two names is weighed by the points in ``words/grouping_points.tsv``, those of a
logistic regression over the training annotations.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from extractors.word_lists import word_table
from ontology.names import key_tokens, match_key, stem

_FILLERS = frozenset("a an and based for from in of on the to using via with".split())
_ACRONYM = re.compile(r"[A-Za-z0-9-]*[A-Z][A-Za-z0-9-]*[A-Z][A-Za-z0-9-]*")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Named:
    """A group of mentions: its type, surface forms, sentences, and whether the title names it.

    ``entry`` is the id of its vocabulary entry, or the empty string.
    """

    type: str
    forms: tuple[str, ...]
    sentences: frozenset[Hashable]
    in_title: bool
    entry: str = ""


def likely_same(groups: Sequence[Named]) -> Iterator[tuple[int, int]]:
    """Yield the positions of two groups that are one entity more likely than not."""
    points = _points()
    for first, second, found in comparable(groups):
        if sum(points.get(one, 0) for one in found) > 0:
            yield first, second


def comparable(groups: Sequence[Named]) -> Iterator[tuple[int, int, frozenset[str]]]:
    """Yield pairs of one type that share a word or an initial, with the evidence about them.

    Names with different numbers are two things.
    """
    longest = [max(group.forms, key=lambda form: (len(key_tokens(form)), form)) for group in groups]
    stems = [_stems(name) for name in longest]
    for second, group in enumerate(groups):
        for first in range(second):
            if groups[first].type != group.type:
                continue
            long, short = first, second
            if len(key_tokens(longest[second])) > len(key_tokens(longest[first])):
                long, short = second, first
            letters = _abbreviates(longest[short], longest[long])
            if not stems[long] & stems[short] and not letters:
                continue
            numbers = [set(_DIGITS.findall(longest[place])) for place in (long, short)]
            if all(numbers) and numbers[0] != numbers[1]:
                continue
            rivals = sum(
                other.type == group.type and bool(stems[place] & stems[short])
                for place, other in enumerate(groups)
                if place not in (long, short)
            )
            names = _about_names(longest[long], longest[short], letters)
            found = names | _about_place(groups[long], groups[short], rivals)
            kind = {f"{group.type}: {one}" for one in names}
            yield first, second, frozenset({"any", group.type, *found, *kind})


def _about_names(longer: str, shorter: str, letters: str) -> set[str]:
    long, short = key_tokens(longer), key_tokens(shorter)
    wide, narrow = _stems(longer), _stems(shorter)
    found = {f"shared tenths {round(10 * len(wide & narrow) / max(1, len(wide | narrow)))}"}
    if letters:
        found.add(letters)
    if long[-len(short) :] == short:
        found.add(f"ends with it, {min(len(short), 3)}")
    elif long[: len(short)] == short:
        found.add("begins with it")
    elif narrow <= wide:
        found.add("has its words")
    if wide == narrow:
        found.add("same words")
    if stem(long[-1]) == stem(short[-1]):
        found.add("same head")
    found.add(f"adds {min(len(wide - narrow), 3)}")
    found.add(f"lacks {min(len(narrow - wide), 2)}")
    if bool(_DIGITS.search(longer)) != bool(_DIGITS.search(shorter)):
        found.add("one has a number")
    if _ACRONYM.fullmatch(shorter):
        found.add("shorter is an acronym")
    return found


def _about_place(longer: Named, shorter: Named, rivals: int) -> set[str]:
    found = {f"rivals {min(rivals, 3)}"}
    if longer.sentences & shorter.sentences:
        found.add("in one sentence")
    found.add(f"listed {bool(longer.entry):d}{bool(shorter.entry):d}")
    found.add(f"title {longer.in_title:d}{shorter.in_title:d}")
    found.add(f"sentences {min(len(longer.sentences), 2)}{min(len(shorter.sentences), 2)}")
    return found


def _abbreviates(short: str, long: str) -> str:
    """How the letters of an acronym lie in a longer name, or the empty string.

    >>> _abbreviates("SER", "speech emotion recognition"), _abbreviates("CTRNet", "text removal")
    ('initials', '')
    """
    key, words = match_key(short), key_tokens(long)
    if len(words) < 2 or len(key) < 2 or not _ACRONYM.fullmatch(short):
        return ""
    if key == "".join(word[0] for word in words):
        return "initials"
    rest = iter("".join(words))
    return "letters" if key[0] == words[0][0] and all(one in rest for one in key) else ""


def _stems(name: str) -> frozenset[str]:
    return frozenset(stem(token) for token in key_tokens(name) if token not in _FILLERS)


@cache
def _points() -> dict[str, int]:
    return {evidence: int(points) for evidence, (points,) in word_table("grouping_points").items()}
