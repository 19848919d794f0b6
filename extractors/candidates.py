"""What may be a mention: spans that the trained model thinks possible, and what rules find."""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from typing import NamedTuple

import numpy as np

from extractors.overlaps import Find
from extractors.reading import has_cjk
from extractors.tagger import Reading
from extractors.word_lists import word_set
from ontology.terms import EntityType

_LEAST = 0.01
"""Probability from which a span is worth weighing though no rule finds it."""
_LONGEST = 24
"""Word pieces of a span that no rule finds."""
_FLOOR = 1e-6
_UNREAD = -9.0
"""Log-probability of a span of which the model has read no piece."""
_KINDS = tuple(kind.value for kind in EntityType)
_WORD = re.compile(r"[^\W_]+")
_DASHES = "-‐‑–"


class Candidate(NamedTuple):
    """A span that may be a mention of a type; offsets in the Doc's text.

    ``product`` is the log-probability that the model begins and ends it there, ``least`` that of its
    least probable tag, ``inside`` the mean probability that its pieces belong to the type. ``finds``
    are those of rules with its offsets, of any type.
    """

    start: int
    end: int
    type: str
    product: float
    least: float
    inside: float
    finds: tuple[Find, ...]


def candidates(
    reading: Reading,
    text: str,
    tokens: Sequence[tuple[int, int]],
    sentence_starts: Sequence[int],
    finds: Iterable[Find],
) -> list[Candidate]:
    """Collect what may be a mention in a paper, by place and type; spans may overlap.

    Spans of the model widen to whole ``tokens`` and stay within a sentence. Names with Chinese
    characters, which it cannot read, are candidates where a rule finds them.
    """
    starts, ends = [start for start, _ in tokens], [end for _, end in tokens]
    scores = _Scores(reading)
    found: dict[tuple[int, int], list[Find]] = {}
    places: set[tuple[int, int, str]] = set()
    for find in finds:
        found.setdefault((find.start, find.end), []).append(find)
        places.add((find.start, find.end, find.type))
    for first, last, type_ in scores.possible():
        begin = bisect_right(starts, reading.pieces.starts[first]) - 1
        close = bisect_left(ends, reading.pieces.ends[last])
        if begin < 0 or close >= len(ends):
            continue
        start, end = starts[begin], ends[close]
        breaks = bisect_left(sentence_starts, end) - bisect_right(sentence_starts, start)
        if not breaks and not has_cjk(text[start:end]):
            places.add((start, end, type_))
    return [
        scores.weigh(start, end, type_, tuple(found.get((start, end), ())))
        for start, end, type_ in sorted(places)
        if well_formed(text, start, end)
    ]


class _Scores:
    """The model's tags of one paper, and the spans that they make."""

    def __init__(self, reading: Reading) -> None:
        self._logs = reading.scores.astype(np.float64)
        self._shares = np.exp(self._logs)
        self._pieces = reading.pieces

    def possible(self) -> Iterator[tuple[int, int, str]]:
        """Yield first and last piece and type of the spans worth weighing."""
        bound = math.log(_LEAST)
        for first, kind in np.argwhere(self._shares[:, 1::2] >= _LEAST).tolist():
            total = float(self._logs[first, 1 + 2 * kind])
            for last in range(first, min(len(self._logs), first + _LONGEST)):
                if last > first:
                    total += float(self._logs[last, 2 + 2 * kind])
                if total < bound or (last > first and last == self._pieces.title):
                    break
                if total + self._closed(last, kind) >= bound:
                    yield first, last, _KINDS[kind]

    def weigh(self, start: int, end: int, type_: str, finds: tuple[Find, ...]) -> Candidate:
        """Say what the model thinks of a span of the text."""
        first = bisect_right(self._pieces.ends, start)
        beyond = bisect_left(self._pieces.starts, end)
        if beyond <= first:
            return Candidate(start, end, type_, _UNREAD, _UNREAD, 0.0, finds)
        begins = 1 + 2 * _KINDS.index(type_)
        tags = [begins, *repeat(begins + 1, beyond - first - 1)]
        logs = np.maximum(self._logs[range(first, beyond), tags], math.log(_FLOOR))
        of_type = self._shares[first:beyond, begins : begins + 2].sum(axis=1)
        product = float(logs.sum()) + self._closed(beyond - 1, _KINDS.index(type_))
        return Candidate(
            start, end, type_, product, float(logs.min()), float(of_type.mean()), finds
        )

    def _closed(self, last: int, kind: int) -> float:
        """Log-probability that a span ends with a piece."""
        following = last + 1
        if following >= len(self._logs) or following == self._pieces.title:
            return 0.0
        return math.log(max(_FLOOR, 1 - float(self._shares[following, 2 + 2 * kind])))


def well_formed(text: str, start: int, end: int) -> bool:
    """Tell whether a span can be a term by its edges and brackets alone.

    No term begins or ends with a preposition, a conjunction or an article, nor stops in the middle
    of a compound with a hyphen, and one with a bracket has both. A hyphen before a space may end it.

    >>> text = "zero- and few-shot detection of Manhattan frame (MF) estimates"
    >>> [well_formed(text, 0, end) for end in (5, 9, 14, 18)]
    [True, False, False, True]
    >>> [well_formed(text, 32, end) for end in (49, 51, 52, 62)]
    [False, False, True, True]
    """
    surface = text[start:end]
    words = [word.lower() for word in _WORD.findall(surface)]
    if not words or words[0] in word_set("never_first") or words[-1] in word_set("never_last"):
        return False
    depth = 0
    for sign in surface:
        depth += (sign in "([") - (sign in ")]")
        if depth < 0:
            return False
    if depth or surface[0] in f"{_DASHES}),.;:" or surface[-1] in "(,;:":
        return False
    following = text[end : end + 1]
    return not (
        (surface[-1] in _DASHES and following != " ")
        or (surface[-1] == "/" and following.isalnum())
    )
