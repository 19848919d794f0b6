"""How sure a found entity is, by who found it."""

from __future__ import annotations

from collections.abc import Collection


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


def confidence_with_model(sources: Collection[str], mentions: int, probability: float) -> float:
    """Share of entities that annotators marked too, where the model has read the paper.

    ``probability`` is the greatest that the model gives to one of the mentions, 0 where only rules
    found the entity. Measured on the 141 training papers held out from the model.

    >>> confidence_with_model({"tagger"}, 1, 0.95), confidence_with_model({"name", "tagger"}, 2, 1)
    (0.51, 0.97)
    """
    if "tagger" not in sources:
        return _WITHOUT_CONSENT
    alone, together = next(shares for least, *shares in _BY_PROBABILITY if probability >= least)
    once, repeated = alone if len(sources) == 1 else together
    return repeated if mentions > 1 else once


_WITHOUT_CONSENT = 0.56
_BY_PROBABILITY = (
    (0.99, (0.73, 0.90), (0.95, 0.97)),
    (0.97, (0.70, 0.73), (0.88, 0.92)),
    (0.90, (0.51, 0.51), (0.85, 0.85)),
    (0.0, (0.51, 0.51), (0.64, 0.84)),
)
"""From a probability on: of the model alone (one mention, several), and of model and rules."""
