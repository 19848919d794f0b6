"""Joins over the sorted tables of a graph in constant memory: follow, re-sort, distinct.

Tables come sorted (``ontology.tables.ORDER``), so most joins are merges. What needs another order
goes through DuckDB, which spills to a temporary folder beyond ``_MEMORY``.
"""

from __future__ import annotations

import tempfile
from collections.abc import Generator, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import duckdb
import pyarrow as pa

from ontology.errors import GraphError
from ontology.tables import SCHEMAS, GraphTables

Row = tuple[Any, ...]

_ROWS = 8192
_MEMORY = "256MB"


def rows(graph: GraphTables, table: str, columns: Sequence[str]) -> Iterator[Row]:
    """Stream the named columns of a table as tuples of Python values, in the table's order."""
    for batch in graph.batches(table, columns):
        yield from _tuples(batch)


class Follower:
    """The rows of a table sorted by their first column, fetched by ascending keys.

    Every row must be asked for: one that is passed over refers to something the graph lacks.
    """

    def __init__(self, table: str, found: Iterator[Row]) -> None:
        self._table = table
        self._groups = groupby(found, itemgetter(0))
        self._key: str | None = None
        self._rows: Iterator[Row] = iter(())
        self._step()

    def at(self, key: str) -> list[Row]:
        """The rows of this key, in order; raise ``GraphError`` where a smaller key was left over."""
        if self._key is None or key < self._key:
            return []
        if self._key != key:
            raise self._orphan()
        found = list(self._rows)
        self._step()
        return found

    def finish(self) -> None:
        """Raise ``GraphError`` where rows are left over."""
        if self._key is not None:
            raise self._orphan()

    def _step(self) -> None:
        self._key, self._rows = next(self._groups, (None, iter(())))

    def _orphan(self) -> GraphError:
        return GraphError(
            f'table {self._table}: "{self._key}" is not in the table that it refers to;'
            " rebuild the graph"
        )


def resorted(
    graph: GraphTables, table: str, columns: Sequence[str], order: Sequence[str]
) -> Generator[Row, None, None]:
    """Stream the named columns of a table as tuples in another order, ascending by code point.

    Close it where it is not read to the end, so that the temporary folder goes at once.
    """
    listed = ", ".join(f'"{column}"' for column in columns)
    ordered = ", ".join(f'"{column}"' for column in order)
    sql = f"SELECT {listed} FROM source ORDER BY {ordered}"  # noqa: S608  names of SCHEMAS
    return _query(graph, table, columns, sql)


def distinct(graph: GraphTables, table: str, column: str) -> Iterator[str]:
    """Stream the distinct values of a text or list column, without the empty one, sorted."""
    is_list = pa.types.is_list(SCHEMAS[table].field(column).type)
    value = f'unnest("{column}")' if is_list else f'"{column}"'
    sql = f"SELECT DISTINCT {value} AS value FROM source ORDER BY value"  # noqa: S608  as above
    for (found,) in _query(graph, table, [column], sql):
        if found:
            yield found


def _query(
    graph: GraphTables, table: str, columns: Sequence[str], sql: str
) -> Generator[Row, None, None]:
    schema = pa.schema([SCHEMAS[table].field(column) for column in columns])
    reader = pa.RecordBatchReader.from_batches(
        schema, (batch.select(list(columns)) for batch in graph.batches(table, columns))
    )
    with (
        tempfile.TemporaryDirectory(prefix="litkg-") as spill,
        duckdb.connect(
            config={"memory_limit": _MEMORY, "temp_directory": spill, "threads": 1}
        ) as connection,
    ):
        connection.register("source", reader)
        for batch in connection.sql(sql).to_arrow_reader(_ROWS):
            yield from _tuples(batch)


def _tuples(batch: pa.RecordBatch) -> Iterator[Row]:
    for start in range(0, batch.num_rows, _ROWS):
        piece = batch.slice(start, _ROWS)
        yield from zip(*(column.to_pylist() for column in piece.columns), strict=True)
