"""Whether confidences keep their word, and what a least confidence costs and gains.

A found entity or relation is right where :mod:`kg.matching` matches it to one of gold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import fsum

from kg.confidence import surer
from kg.matching import Counts, distinct_relations, matched_entities, matched_relations
from ontology.records import AnnotatedPaper

LEVELS = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
"""The least confidences of a trade-off."""

BINS = 10
"""Bins of equal width between confidence 0 and 1."""

Pair = tuple[AnnotatedPaper, AnnotatedPaper]
"""A gold paper and what was predicted for it."""

Judged = tuple[float, bool]
"""The confidence of something found, and whether it is right."""


@dataclass(frozen=True, slots=True)
class Bin:
    """What was found with a confidence from ``least`` on and below the next bin's.

    The last bin holds confidence 1, too; ``confidence`` is the mean, 0 in an empty bin.
    """

    least: float
    predicted: int
    matched: int
    confidence: float

    @property
    def accuracy(self) -> float:
        """Share that is right; 0 in an empty bin."""
        return self.matched / self.predicted if self.predicted else 0.0


@dataclass(frozen=True, slots=True)
class Calibration:
    """Confidence against truth of one measure, ``entity`` or ``relation``."""

    measure: str
    bins: tuple[Bin, ...]

    @property
    def error(self) -> float:
        """Expected calibration error: mean distance of confidence and accuracy over all found.

        The bins' distances weighted by their sizes (Naeini et al. 2015, Guo et al. 2017); 0 where
        nothing was found.
        """
        total = sum(one.predicted for one in self.bins)
        away = sum(one.predicted * abs(one.accuracy - one.confidence) for one in self.bins)
        return away / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Cut:
    """What a least confidence leaves.

    ``entities`` are the entities at least so sure and ``relations`` the relations between them, as
    ``--min-confidence`` leaves them; ``surer_relations`` are the relations that are themselves at
    least so sure, between any entities.
    """

    least: float
    entities: Counts
    relations: Counts
    surer_relations: Counts


def calibrations(pairs: Sequence[Pair]) -> tuple[Calibration, Calibration]:
    """The calibration of entities and of relations."""
    return (
        Calibration("entity", binned(one for pair in pairs for one in judged_entities(*pair))),
        Calibration("relation", binned(one for pair in pairs for one in judged_relations(*pair))),
    )


def trade_off(pairs: Sequence[Pair], levels: Sequence[float] = LEVELS) -> tuple[Cut, ...]:
    """Count again at each least confidence."""
    return tuple(_cut(pairs, least) for least in levels)


def judged_entities(gold: AnnotatedPaper, predicted: AnnotatedPaper) -> list[Judged]:
    """The confidence of each entity found in a paper, and whether gold has it."""
    right = set(matched_entities(gold, predicted).values())
    return [
        (entity.confidence, position in right) for position, entity in enumerate(predicted.entities)
    ]


def judged_relations(gold: AnnotatedPaper, predicted: AnnotatedPaper) -> list[Judged]:
    """The confidence of each distinct relation found in a paper, and whether gold has it.

    The surest of several statements of one relation counts.
    """
    right = set(matched_relations(gold, predicted, matched_entities(gold, predicted)).values())
    surest = dict.fromkeys(distinct_relations(predicted), 0.0)
    for item in predicted.relations:
        triple = item.head, item.relation, item.tail
        surest[triple] = max(surest[triple], item.confidence)
    return [(confidence, triple in right) for triple, confidence in surest.items()]


def binned(judged: Iterable[Judged]) -> tuple[Bin, ...]:
    """Sort what was found into bins of equal width.

    >>> binned([(0.9, True), (1.0, False)])[-1]
    Bin(least=0.9, predicted=2, matched=1, confidence=0.95)
    """
    found: list[list[Judged]] = [[] for _ in range(BINS)]
    for one in judged:
        found[min(int(one[0] * BINS), BINS - 1)].append(one)
    return tuple(
        Bin(
            place / BINS,
            predicted=len(members),
            matched=sum(right for _, right in members),
            confidence=fsum(sure for sure, _ in members) / max(len(members), 1),
        )
        for place, members in enumerate(found)
    )


def _cut(pairs: Sequence[Pair], least: float) -> Cut:
    left = [(gold, surer(predicted, least)) for gold, predicted in pairs]
    stated = [(gold, _stated_surely(predicted, least)) for gold, predicted in pairs]
    return Cut(
        least,
        entities=_sum(_entity_counts(*pair) for pair in left),
        relations=_sum(_relation_counts(*pair) for pair in left),
        surer_relations=_sum(_relation_counts(*pair) for pair in stated),
    )


def _stated_surely(annotated: AnnotatedPaper, least: float) -> AnnotatedPaper:
    kept = tuple(item for item in annotated.relations if item.confidence >= least)
    return replace(annotated, relations=kept)


def _entity_counts(gold: AnnotatedPaper, predicted: AnnotatedPaper) -> Counts:
    matched = matched_entities(gold, predicted)
    return Counts(len(gold.entities), len(predicted.entities), len(matched))


def _relation_counts(gold: AnnotatedPaper, predicted: AnnotatedPaper) -> Counts:
    matched = matched_relations(gold, predicted, matched_entities(gold, predicted))
    return Counts(len(distinct_relations(gold)), len(distinct_relations(predicted)), len(matched))


def _sum(counts: Iterator[Counts]) -> Counts:
    total = Counts(0, 0, 0)
    for one in counts:
        total = Counts(
            total.gold + one.gold, total.predicted + one.predicted, total.matched + one.matched
        )
    return total
