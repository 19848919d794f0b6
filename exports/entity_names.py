"""What the vocabulary and the papers say of entities beside their links: other names, broader terms."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from exports.columns import read_columns
from ontology.tables import GraphTables

ALIASES = 30
"""Aliases kept for each entity: curated ones first, then those that papers use most."""


def aliases_of(graph: GraphTables, shown: pa.Array) -> list[list[tuple[str, str]]]:
    """Aliases and their languages of each shown entity: curated ones, then those met most often."""
    found: list[list[tuple[bool, int, str, str]]] = [[] for _ in shown]
    for batch in graph.batches("aliases", ["entity", "alias", "language", "source", "mentions"]):
        nodes = pc.index_in(batch.column("entity"), value_set=shown)
        inside = pc.is_valid(nodes)
        rows = zip(nodes.filter(inside).to_pylist(), batch.filter(inside).to_pylist(), strict=True)
        for node, row in rows:
            rank = (row["source"] != "vocabulary", -row["mentions"])
            found[node].append((*rank, row["alias"], row["language"]))
    return [
        [(alias, language) for _, _, alias, language in sorted(each)[:ALIASES]] for each in found
    ]


def broader_of(graph: GraphTables, shown: pa.Array) -> list[list[int]]:
    """The broader terms of each shown entity that are shown too."""
    ends = {"narrower": shown, "broader": shown}
    narrower, broader = read_columns(graph, "broader", tuple(ends), ends)
    found: list[list[int]] = [[] for _ in shown]
    for low, high in zip(narrower.tolist(), broader.tolist(), strict=True):
        found[low].append(high)
    return found
