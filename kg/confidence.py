"""The least confidence: what stays of a paper, and what is lost with its less sure entities."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from kg.sources.raw import shown
from ontology.errors import InputError
from ontology.records import AnnotatedPaper, LedgerRow, Origin, Outcome, Paper, Reason
from ontology.terms import EntityType

MIN_CONFIDENCE = 0.0
"""Entities less sure are left out where a run names no other number; 0 keeps all."""


def check_minimum(minimum: float) -> None:
    """Refuse a least confidence that is no number from 0 to 1.

    Raises :class:`InputError`.
    """
    if not 0 <= minimum <= 1:
        raise InputError(f"minimum confidence: {minimum} is out of range; a number from 0 to 1")


def surer(annotated: AnnotatedPaper, minimum: float) -> AnnotatedPaper:
    """Leave out the entities less sure than ``minimum``, and every relation that loses an end.

    The confidence of a relation is of another scale and decides nothing here.
    """
    kept = [
        position
        for position, entity in enumerate(annotated.entities)
        if entity.confidence >= minimum
    ]
    if len(kept) == len(annotated.entities):
        return annotated
    moved = {position: place for place, position in enumerate(kept)}
    return AnnotatedPaper(
        annotated.paper,
        tuple(annotated.entities[position] for position in kept),
        tuple(
            replace(relation, head=moved[relation.head], tail=moved[relation.tail])
            for relation in annotated.relations
            if relation.head in moved and relation.tail in moved
        ),
    )


def losses(annotated: AnnotatedPaper, minimum: float) -> Iterator[LedgerRow]:
    """Report each entity that :func:`surer` leaves out, in the order of the paper."""
    relations: Counter[int] = Counter()
    for relation in annotated.relations:
        relations.update({relation.head, relation.tail})
    for position, entity in enumerate(annotated.entities):
        if entity.confidence < minimum:
            yield loss(
                origin_of(annotated.paper),
                annotated.paper.id,
                entity.type,
                entity.name,
                confidence=entity.confidence,
                minimum=minimum,
                mentions=len(entity.mentions),
                relations=relations[position],
            )


def loss(
    origin: Origin,
    paper: str,
    kind: EntityType,
    name: str,
    *,
    confidence: float,
    minimum: float,
    mentions: int,
    relations: int,
) -> LedgerRow:
    """The ledger's row of one entity that is left out.

    >>> row = loss(Origin("a.bib", 1), "p", EntityType.TASK, "parsing",
    ...            confidence=0.35, minimum=0.6, mentions=2, relations=1)
    >>> row.detail
    "Task 'parsing' of confidence 0.35, below 0.6; goes with 2 mentions and 1 relation"
    """
    detail = (
        f"{kind.value} {shown(name)} of confidence {confidence:.4g}, below {minimum:g};"
        f" goes with {_number(mentions, 'mention')} and {_number(relations, 'relation')}"
    )
    return LedgerRow(origin, Reason.BELOW_MIN_CONFIDENCE, Outcome.DROPPED, detail, paper)


def origin_of(paper: Paper) -> Origin:
    """The source record that a paper's first text came from."""
    return paper.origins[0][1] if paper.origins else Origin("", 0)


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
