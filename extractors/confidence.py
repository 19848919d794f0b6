"""How sure a found entity is, by who found it."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Collection

from extractors.word_lists import word_table
from ontology.terms import EntityType


def confidence(sources: Collection[str], mentions: int) -> float:
    """Share of entities with these sources that annotators marked too.

    Measured on training annotations (824 papers, an entity counts where type and one span agree),
    rounded: agreement of sources and, for a single source, repetition in the paper raise it.

    >>> confidence({"phrase"}, 1), confidence({"coined", "name"}, 3)
    (0.44, 0.92)
    """
    single = next(iter(sources)) if len(sources) == 1 else ""
    if single:
        once, repeated = _ALONE[single]
        return repeated if mentions > 1 else once
    return next(share for needed, share in _TOGETHER if needed <= set(sources))


_ALONE = {
    "abbreviation": (0.31, 0.48),
    "chinese": (0.70, 0.80),
    "coined": (0.41, 0.82),
    "name": (0.35, 0.51),
    "phrase": (0.44, 0.62),
    "verb": (0.35, 0.35),
    "vocabulary": (0.65, 0.71),
}
"""Of each source alone: one mention, several mentions. The training papers hold nothing Chinese; its
shares are an estimate from some fifty titles read by hand."""

_TOGETHER = (
    (frozenset({"name", "vocabulary"}), 0.96),
    (frozenset({"coined"}), 0.92),
    (frozenset({"verb"}), 0.91),
    (frozenset({"abbreviation", "vocabulary"}), 0.84),
    (frozenset({"name", "phrase"}), 0.87),
    (frozenset({"vocabulary"}), 0.78),
    (frozenset({"name"}), 0.69),
    (frozenset[str](), 0.52),
)
"""Of several sources together: the first row whose sources all agree."""


def confidence_with_model(
    sources: Collection[str], mentions: int, probability: float, kind: EntityType
) -> float:
    """Share of such entities that annotators marked too, where the model has read the paper.

    ``probability`` is that of the surest mention; where it is 0 the model could read none, and the
    entity is as sure as by rules alone. The points of the evidence are log-odds, fitted on papers
    held out from the model (``benchmarks/fit_confidence.py``).

    >>> one = confidence_with_model({"tagger"}, 1, 0.6, EntityType.METHOD)
    >>> one < confidence_with_model({"name", "tagger"}, 2, 0.99, EntityType.METHOD)
    True
    """
    if not probability:
        return confidence(sources, mentions)
    points = word_table("confidence_points")
    total = sum(
        int(points[name][0])
        for name in evidence(sources, mentions, probability, kind)
        if name in points
    )
    return round(1 / (1 + math.exp(-total / 10)), 2)


def evidence(
    sources: Collection[str], mentions: int, probability: float, kind: EntityType
) -> list[str]:
    """Name what tells how sure an entity is, where the model has read the paper.

    >>> evidence({"tagger"}, 2, 0.96, EntityType.TASK)
    ['any', 'Task', 'mentions: 2', 'from 0.95', 'by tagger']
    """
    return [
        "any",
        kind.value,
        f"mentions: {min(mentions, 3)}",
        f"from {_STEPS[bisect_right(_STEPS, probability) - 1]}",
        *(f"by {source}" for source in sorted(sources)),
    ]


_STEPS = (0.0, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98)
"""Probabilities of mentions from which entities are counted together."""
