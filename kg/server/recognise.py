"""Which cells of an answer are entities and papers of the graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kg.server.explorer import MOST_DRAWN, Explorer, Row
from ontology.terms import EntityType

_TYPED = frozenset(kind.value.lower() for kind in EntityType)
_NAMED = frozenset(("name", "entity", "other", "part"))
_ENTITIES = """
SELECT iri AS text, iri FROM entity WHERE iri IN (SELECT unnest($texts))
UNION ALL
SELECT name, arg_max(iri, (papers, -number)) FROM entity
WHERE $kind IN ('', lower(type)) AND name IN (SELECT unnest($texts)) GROUP BY name
"""
_PAPERS = """
SELECT iri AS text, id, number FROM paper WHERE iri IN (SELECT unnest($texts))
UNION ALL SELECT id, id, number FROM paper WHERE $by_id AND id IN (SELECT unnest($texts))
"""
_MOST_NAMED = """
SELECT iri FROM link JOIN entity ON number = entity WHERE paper IN (SELECT unnest($papers))
GROUP BY iri ORDER BY count(*) DESC, iri LIMIT $limit
"""


def recognised(explorer: Explorer, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Row:
    """Tell the cells that are entities and papers, and the entities to draw.

    Cells are known by IRI; in the column ``paper`` also by id; in columns called after a type, or
    ``name``, ``entity``, ``other`` or ``part``, also by the name of an entity: of several, the one of
    most papers. ``cells`` has an object a column, from the cell's text to ``entity`` or ``paper``.
    ``drawn`` are the entities of the rows, else those that the papers of the rows name most, at
    most ``MOST_DRAWN``.
    """
    cells: list[dict[str, Row]] = [{} for _ in columns]
    papers: dict[int, None] = {}
    for place, column in enumerate(columns):
        texts = list(dict.fromkeys(filter(None, (_known_by(row[place]) for row in rows))))
        kind = column if column in _TYPED else "" if column in _NAMED else None
        for found in explorer.rows(_ENTITIES, texts=texts, kind=kind):
            cells[place].setdefault(found["text"], {"entity": found["iri"]})
        for found in explorer.rows(_PAPERS, texts=texts, by_id=column == "paper"):
            if found["text"] not in cells[place]:
                cells[place][found["text"]] = {"paper": found["id"]}
                papers[found["number"]] = None
    drawn: dict[str, None] = {}
    for row in rows:
        for place, cell in enumerate(row):
            if iri := cells[place].get(_known_by(cell) or "", {}).get("entity"):
                drawn[iri] = None
    if papers and not drawn:
        named = explorer.rows(_MOST_NAMED, papers=list(papers), limit=MOST_DRAWN)
        drawn = dict.fromkeys(row["iri"] for row in named)
    return {"cells": cells, "drawn": list(drawn)[:MOST_DRAWN]}


def _known_by(cell: Any) -> str | None:
    """The text of a cell, or the IRI of a node of Cypher."""
    if isinstance(cell, dict):
        cell = (cell.get("properties") or {}).get("iri")
    return cell if isinstance(cell, str) else None
