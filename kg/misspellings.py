"""Misspelt words of names: a rare word one slip away from a common one.

A slip is a letter left out, added, or swapped with its neighbour (of those of Damerau 1964, without
the changed letter, which more often makes another word: "slicing", "sliding"). Rare and common words
are paired by what they share after one deletion each (the symmetric delete method of Garbe's
SymSpell), so the cost grows with the words, not with their pairs.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet

from ontology.names import singular

_WORD = re.compile(r"[a-z]+")
_LONG = 7
"""Letters of a word in which a slip is likelier than another word."""
_RARE = 2
"""Papers that may hold a misspelt word ..."""
_TIMES = 25
"""... and how many times as many must hold the right one."""


def corrections(
    names: Iterable[tuple[str, int]], known: AbstractSet[str] = frozenset()
) -> dict[str, str]:
    """Map each misspelt word of the names, given with their papers, to the word meant.

    Only lower-case words of seven letters and more are compared, with their first letters alike;
    ``known`` words are never misspelt. Words that two common ones could be stay as they are.

    >>> corrections([("image segmentation", 90), ("tumor segmentaion", 1)])
    {'segmentaion': 'segmentation'}
    """
    papers: Counter[str] = Counter()
    for name, count in names:
        for word in set(name.split()):
            if len(word) >= _LONG and _WORD.fullmatch(word):
                papers[word] += count
    rare = [word for word, count in papers.items() if count <= _RARE and word not in known]
    common = [word for word, count in papers.items() if count >= _TIMES]
    by_shorter: defaultdict[str, list[str]] = defaultdict(list)
    for word in common:
        for shorter in _shortened(word):
            by_shorter[shorter].append(word)
    found = {}
    for word in sorted(rare):
        near = {
            other
            for shorter in _shortened(word)
            for other in by_shorter.get(shorter, ())
            if papers[other] >= _TIMES * papers[word] and _one_slip(word, other)
        }
        if len(near) == 1:
            found[word] = near.pop()
    return found


def corrected(name: str, words: Mapping[str, str]) -> str:
    """The name with its misspelt words put right; empty where none is misspelt.

    >>> corrected("tumor segmentaion", {"segmentaion": "segmentation"}), corrected("U-Net", {})
    ('tumor segmentation', '')
    """
    parts = name.split()
    if words.keys().isdisjoint(parts):
        return ""
    return " ".join(words.get(word, word) for word in parts)


def _shortened(word: str) -> Iterator[str]:
    """The word, and all that is left of it without one letter behind the first."""
    yield word
    for place in range(1, len(word)):
        yield word[:place] + word[place + 1 :]


def _one_slip(wrong: str, right: str) -> bool:
    """Tell whether one slip makes the one of the other; another ending ("sequenced") is none."""
    if wrong == right or singular(wrong) == singular(right) or wrong[0] != right[0]:
        return False
    start = 0
    while start < min(len(wrong), len(right)) and wrong[start] == right[start]:
        start += 1
    rest, wanted = wrong[start:], right[start:]
    if not rest or not wanted:
        return False
    swapped = rest[:2] == wanted[1::-1] and rest[2:] == wanted[2:]
    return rest == wanted[1:] or rest[1:] == wanted or swapped
