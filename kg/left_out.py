"""Ledger rows of what decisions about names leave out of a graph."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePath

from kg.curation import Decision, Verb
from kg.sources.raw import shown
from ontology.records import LedgerRow, Origin, Outcome, Reason
from ontology.terms import EntityType, RelationType


def blocked_loss(
    origin: Origin, paper: str, kind: EntityType, name: str, mentions: int
) -> LedgerRow:
    """The row of an entity of a paper that the user blocks."""
    times = "1 mention" if mentions == 1 else f"{mentions} mentions"
    detail = f"{kind.value} {shown(name)}: blocked by decision; goes with {times}"
    return LedgerRow(origin, Reason.BLOCKED, Outcome.DROPPED, detail, paper)


def out_of_range(
    origin: Origin, paper: str, head: str, relation: RelationType, tail: str
) -> LedgerRow:
    """The row of a relation whose ends are of types that it does not join, once types are settled."""
    detail = f"{shown(head)} {relation.value} {shown(tail)}: not between entities of their types"
    return LedgerRow(origin, Reason.OUT_OF_RANGE, Outcome.DROPPED, detail, paper)


def unmatched(decisions: Iterable[Decision]) -> Iterator[LedgerRow]:
    """The rows of decisions that speak of nothing in the graph."""
    for one in decisions:
        what = f"{one.verb.value} {one.type.value} {shown(one.name)}"
        if one.verb is Verb.RENAME:
            why = f"no such entity, or another one is called {shown(one.target)}"
        else:
            why = "no such entity in this graph"
        yield LedgerRow(
            Origin(f"curation/{PurePath(one.source).name}", one.line),
            Reason.DECISION_UNMATCHED,
            Outcome.KEPT,
            f"{what}: {why}; mend or delete the line",
        )
