"""From scores of begin and inside tags to the best sequence of typed spans."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ontology.terms import EntityType

TAGS = ("O", *(f"{part}-{kind.value}" for kind in EntityType for part in "BI"))
"""Outside, then beginning and inside of each entity type."""

Floats = NDArray[np.float32]
_IMPOSSIBLE = np.float32(-1e4)


class TaggedPieces(NamedTuple):
    """A span of word pieces, both ends inclusive, with the least probability of its tags."""

    first: int
    last: int
    type: EntityType
    probability: float


def log_probabilities(scores: Floats) -> Floats:
    """Log-softmax over the last axis."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    result: Floats = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result


def best_tags(scores: Floats, breaks: Sequence[int]) -> list[int]:
    """The most probable tags in which every inside follows its like (Viterbi 1967).

    ``scores`` are log-probabilities, a row a piece; no span crosses a piece in ``breaks``, where a
    field begins.
    """
    if not len(scores):
        return []
    scores = scores.copy()
    scores[[0, *(at for at in breaks if at < len(scores))], 2::2] = _IMPOSSIBLE
    allowed = _transitions()
    back = np.zeros(scores.shape, dtype=np.int8)
    totals = scores[0]
    every = np.arange(len(TAGS))
    for row in range(1, len(scores)):
        ways = totals[:, None] + allowed
        back[row] = ways.argmax(axis=0)
        totals = ways[back[row], every] + scores[row]
        totals -= totals.max()
    tags = [int(totals.argmax())]
    for row in range(len(scores) - 1, 0, -1):
        tags.append(int(back[row, tags[-1]]))
    return tags[::-1]


def spans_of(tags: Sequence[int], scores: Floats) -> list[TaggedPieces]:
    """Read the spans off a sequence of tags, in order.

    >>> rows = np.log(np.full((3, 9), 1 / 9, dtype=np.float32))
    >>> [(span.first, span.last, span.type.value) for span in spans_of([1, 2, 0], rows)]
    [(0, 1, 'Dataset')]
    """
    kinds = tuple(EntityType)
    found: list[TaggedPieces] = []
    first = 0
    while first < len(tags):
        last = first
        if tags[first] % 2 == 1:
            while last + 1 < len(tags) and tags[last + 1] == tags[first] + 1:
                last += 1
            sure = min(float(scores[at, tags[at]]) for at in range(first, last + 1))
            kind = kinds[(tags[first] - 1) // 2]
            found.append(TaggedPieces(first, last, kind, float(np.exp(sure))))
        first = last + 1
    return found


def _transitions() -> Floats:
    table = np.zeros((len(TAGS), len(TAGS)), dtype=np.float32)
    for before, previous in enumerate(TAGS):
        for after, tag in enumerate(TAGS):
            if tag.startswith("I-") and previous[2:] != tag[2:]:
                table[before, after] = _IMPOSSIBLE
    return table
