"""The merge log of a graph, for review."""

from __future__ import annotations

from dataclasses import dataclass

from kg.graph import Graph
from ontology.terms import EntityType


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One decision of the resolver; ``form`` went under ``name``, or stayed apart from ``other``."""

    outcome: str
    type: EntityType
    form: str
    name: str
    other: str
    reason: str
    doubt: float
    papers: int


def review(
    graph: Graph,
    *,
    kind: EntityType | None = None,
    outcome: str | None = None,
    reason: str | None = None,
    limit: int | None = None,
) -> list[Reviewed]:
    """Merges and refusals, most doubtful first, then those of most papers.

    ``type`` is that of the papers' name; the entity may be of another one.
    """
    rows = graph.database.execute(
        """
        SELECT outcome, merges.type, form, merges.name, coalesce(other.name, ''), reason, doubt,
               merges.papers
        FROM merges LEFT JOIN entities AS other ON other.iri = merges.other
        WHERE ($kind IS NULL OR merges.type = $kind) AND ($outcome IS NULL OR outcome = $outcome)
          AND ($reason IS NULL OR reason = $reason)
        ORDER BY doubt DESC, merges.papers DESC, merges.type, form, merges.entity, reason,
                 merges.other
        LIMIT $limit
        """,
        {
            "kind": None if kind is None else kind.value,
            "outcome": outcome,
            "reason": reason,
            "limit": limit if limit is not None else 2**62,
        },
    ).fetchall()
    return [
        Reviewed(said, EntityType(type_), form, name, other, why, doubt, papers)
        for said, type_, form, name, other, why, doubt, papers in rows
    ]
