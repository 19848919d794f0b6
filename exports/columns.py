"""Columns of a graph's tables as integers: what concerns some entities, as positions, not names.

A page is chosen from millions of rows; as parallel arrays of positions they take a few bytes each
and numpy sorts them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ontology.tables import GraphTables
from ontology.terms import RelationType, Role

Ints = NDArray[np.int64]
Spans = dict[tuple[int, int], list[tuple[int, int, int, int, int]]]
"""Mentions by kept paper and node: field, start, end and sentence, the abstract before the title."""

ROLES = tuple(role.value for role in Role)
RELATIONS = tuple(relation.value for relation in RelationType)
FIELDS = ("abstract", "title")
"""Names behind the positions in columns of roles, relations and fields."""


@dataclass(frozen=True, slots=True)
class Links:
    """Links of shown entities as parallel columns of positions, in table order.

    ``confidence`` is in whole percent, rounded down.
    """

    node: Ints
    paper: Ints
    role: Ints
    confidence: Ints


@dataclass(frozen=True, slots=True)
class Statements:
    """Statements between shown entities as parallel columns, in table order."""

    head: Ints
    relation: Ints
    tail: Ints
    paper: Ints
    field: Ints
    start: Ints
    end: Ints


def paper_years(graph: GraphTables) -> tuple[pa.Array, Ints]:
    """Ids of all papers in table order and their years, 0 where unknown."""
    ids = [pa.array([], pa.string())]
    years = [np.zeros(0, dtype=np.int64)]
    for batch in graph.batches("papers", ["id", "year"]):
        ids.append(batch.column("id"))
        years.append(_ints(pc.fill_null(batch.column("year"), 0)))
    return pa.concat_arrays(ids), np.concatenate(years)


def read_columns(
    graph: GraphTables, table: str, names: Sequence[str], sets: dict[str, pa.Array]
) -> list[Ints]:
    """Columns of a table as integers; those in ``sets`` as positions, rows outside them left out.

    Shares, the floating-point numbers of the tables, are read as whole percent, rounded down.
    """
    parts: list[list[Ints]] = [[np.zeros(0, dtype=np.int64)] for _ in names]
    for batch in graph.batches(table, names):
        found = [
            pc.index_in(batch.column(name), value_set=sets[name])
            if name in sets
            else batch.column(name)
            for name in names
        ]
        inside = np.ones(batch.num_rows, dtype=np.bool_)
        for name, column in zip(names, found, strict=True):
            if name in sets:
                inside &= np.asarray(pc.is_valid(column))
        for part, column in zip(parts, found, strict=True):
            part.append(_ints(pc.fill_null(column, 0))[inside])
    return [np.concatenate(part) for part in parts]


def _ints(column: pa.Array) -> Ints:
    if pa.types.is_floating(column.type):
        column = pc.floor(pc.add(pc.multiply(column, 100.0), 1e-9))
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.int64)


def read_links(graph: GraphTables, shown: pa.Array, ids: pa.Array) -> Links:
    """Links of the entities shown; papers as positions in ``ids``."""
    sets = {"entity": shown, "paper": ids, "role": pa.array(ROLES)}
    names = ("entity", "paper", "role", "confidence")
    return Links(*read_columns(graph, "links", names, sets))


def read_statements(graph: GraphTables, shown: pa.Array, ids: pa.Array) -> Statements:
    """Statements whose head and tail are both shown; papers as positions in ``ids``."""
    names = ("head", "relation", "tail", "paper", "field", "sentence_start", "sentence_end")
    sets = {
        "head": shown, "tail": shown, "paper": ids,
        "relation": pa.array(RELATIONS), "field": pa.array(FIELDS),
    }  # fmt: skip
    return Statements(*read_columns(graph, "relations", names, sets))


def ranks(groups: Ints) -> Ints:
    """Rank of each row within its group; rows of a group stand together."""
    new = np.ones(len(groups), dtype=np.bool_)
    new[1:] = groups[1:] != groups[:-1]
    starts = np.flatnonzero(new)
    return np.arange(len(groups)) - np.repeat(starts, np.diff(np.r_[starts, len(groups)]))


def read_spans(graph: GraphTables, shown: pa.Array, ids: pa.Array, kept: Ints) -> Spans:
    """Mentions of the entities shown in the papers kept."""
    names = ("paper", "entity", "field", "start", "end", "sentence_start", "sentence_end")
    sets = {"paper": ids.take(pa.array(kept)), "entity": shown, "field": pa.array(FIELDS)}
    rows = read_columns(graph, "mentions", names, sets)
    found: Spans = {}
    for paper, node, *span in zip(*(column.tolist() for column in rows), strict=True):
        found.setdefault((paper, node), []).append(tuple(span))
    return found
