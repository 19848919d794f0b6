"""VOSviewer JSON: the co-occurrence network of the entities, for VOSviewer and VOSviewer Online.

Specification: https://app.vosviewer.com/docs/file-types/json-file-type/. An item is an entity that a
paper names, its cluster the type, its weights the papers and mentions, its scores the first and last
year; a link is a co-occurrence, its strength the number of papers. VOSviewer lays the map out.

Not carried: papers, roles, relations, broader terms, aliases and all evidence.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from exports.files import write_text
from exports.iris import valid_iri
from exports.streams import joined, rows
from ontology.tables import GraphTables
from ontology.terms import EntityType

_ITEMS = 2048
_CLUSTERS = {kind.value: number for number, kind in enumerate(EntityType, start=1)}
_COLUMNS = ("iri", "type", "name", "papers", "mentions", "first_year", "last_year")


def generate(graph: GraphTables) -> Iterator[str]:
    """Stream the graph as VOSviewer JSON, in pieces of whole lines."""
    yield '{"network":{"items":['
    yield from _listed(map(_item, (row for row in rows(graph, "entities", _COLUMNS) if row[3])))
    yield '\n],"links":['
    yield from _listed(
        {"source_id": valid_iri(a), "target_id": valid_iri(b), "strength": papers}
        for a, b, papers in rows(graph, "cooccurrence", ["a", "b", "papers"])
    )
    yield '\n],"clusters":['
    yield from _listed({"cluster": number, "label": kind} for kind, number in _CLUSTERS.items())
    yield "\n]}}\n"


def write(graph: GraphTables, path: Path) -> None:
    """Write the graph to a file, compressed where the name ends in ``.gz``, or to stdout (``-``)."""
    write_text(path, generate(graph))


def _item(entity: tuple[Any, ...]) -> dict[str, Any]:
    iri, kind, name, papers, mentions, first, last = entity
    item = {
        "id": valid_iri(iri),
        "label": name,
        "cluster": _CLUSTERS[kind],
        "weights": {"Papers": papers, "Mentions": mentions},
    }
    scores = {"First year": first, "Last year": last}
    return item if first is None else item | {"scores": scores}


def _listed(values: Iterable[dict[str, Any]]) -> Iterator[str]:
    lines = (
        f"{',' if number else ''}\n{json.dumps(value, ensure_ascii=False)}"
        for number, value in enumerate(values)
    )
    yield from joined(lines, _ITEMS)
