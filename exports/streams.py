"""Joins over the sorted tables of a graph in constant memory: follow, re-sort, distinct.

Tables come sorted (``ontology.tables.ORDER``), so most joins are merges. What needs another order
goes through DuckDB, which spills to a temporary folder beyond ``MEMORY``.
"""

from __future__ import annotations

import tempfile
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby, islice
from operator import itemgetter
from typing import Any, TypeVar

import duckdb
import pyarrow as pa

from ontology.errors import GraphError
from ontology.tables import SCHEMAS, GraphTables

Row = tuple[Any, ...]
T = TypeVar("T")

_ROWS = 8192
MEMORY = "256MB"


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


class Terms(dict[str, str]):
    """How a format writes the terms that tables name; an unknown name is a fault of the graph."""

    def __missing__(self, name: str) -> str:
        raise GraphError(f'"{name}" is no term of the ontology; one of {", ".join(self)}')


class Texts(dict[str, str]):
    """The texts of a paper by field; a row that names another field is a fault of the graph."""

    def __missing__(self, field: str) -> str:
        raise GraphError(f'"{field}" is no field of a paper; one of {", ".join(self)}')


def by_entity(links: Iterable[Row], mentions: Iterable[Row]) -> dict[str, list[Row]]:
    """Group one paper's mentions by entity; both kinds of rows start with paper and entity.

    Raises ``GraphError`` where an entity is mentioned but not linked.
    """
    found: dict[str, list[Row]] = {link[1]: [] for link in links}
    for mention in mentions:
        if mention[1] not in found:
            raise GraphError(
                f'table mentions: paper "{mention[0]}" mentions "{mention[1]}" but has no link to'
                " it; rebuild the graph"
            )
        found[mention[1]].append(mention)
    return found


def resorted(
    graph: GraphTables, table: str, columns: Sequence[str], order: Sequence[str]
) -> Generator[Row, None, None]:
    """Stream the named columns of a table as tuples in another order, ascending by code point.

    Close it where it is not read to the end, so that the temporary folder goes at once.
    """
    schema, batches = _source(graph, table, columns)
    return _query(schema, batches, _ordered(order))


def sorted_rows(
    schema: pa.Schema, found: Iterable[Row], order: Sequence[str]
) -> Generator[Row, None, None]:
    """Stream tuples in the order of the named columns; for results that outgrow memory.

    Close it where it is not read to the end, as :func:`resorted`.
    """
    return _query(schema, record_batches(schema, found), _ordered(order))


def record_batches(schema: pa.Schema, found: Iterable[Row]) -> Iterator[pa.RecordBatch]:
    """Stream tuples of Python values as Arrow batches."""
    for piece in pieces(found, _ROWS):
        columns = [
            pa.array(column, field.type)
            for column, field in zip(zip(*piece, strict=True), schema, strict=True)
        ]
        yield pa.RecordBatch.from_arrays(columns, schema=schema)


def pieces(found: Iterable[T], size: int) -> Iterator[list[T]]:
    """Cut a stream into lists of ``size``, the last one shorter."""
    rest = iter(found)
    while piece := list(islice(rest, size)):
        yield piece


def joined(texts: Iterable[str], size: int) -> Iterator[str]:
    """Join texts, ``size`` of them at a time, which are written faster than each alone.

    >>> list(joined("abc", 2))
    ['ab', 'c']
    """
    return map("".join, pieces(texts, size))


def regrouped(
    schema: pa.Schema, batches: Iterable[pa.RecordBatch], size: int
) -> Iterator[pa.Table]:
    """Cut batches anew into tables of ``size`` rows, the last one shorter.

    So bytes that are written do not depend on how rows arrive.
    """
    waiting: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        rest = batch
        while count + rest.num_rows >= size:
            room = size - count
            yield pa.Table.from_batches([*waiting, rest.slice(0, room)], schema).combine_chunks()
            waiting, count, rest = [], 0, rest.slice(room)
        waiting.append(rest)
        count += rest.num_rows
    if count:
        yield pa.Table.from_batches(waiting, schema).combine_chunks()


@contextmanager
def scratch() -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB connection of one thread that spills to a temporary folder beyond ``MEMORY``."""
    with (
        tempfile.TemporaryDirectory(prefix="litkg-") as spill,
        duckdb.connect(
            config={"memory_limit": MEMORY, "temp_directory": spill, "threads": 1}
        ) as connection,
    ):
        yield connection


def distinct(graph: GraphTables, table: str, column: str) -> Iterator[str]:
    """Stream the distinct values of a text or list column, without the empty one, sorted."""
    schema, batches = _source(graph, table, [column])
    value = _names([column])
    value = f"unnest({value})" if pa.types.is_list(schema.field(0).type) else value
    sql = f"SELECT DISTINCT {value} AS value FROM source ORDER BY value"  # noqa: S608  a column of SCHEMAS
    for (found,) in _query(schema, batches, sql):
        if found:
            yield found


def _source(
    graph: GraphTables, table: str, columns: Sequence[str]
) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    schema = pa.schema([SCHEMAS[table].field(column) for column in columns])
    return schema, (batch.select(list(columns)) for batch in graph.batches(table, columns))


def _query(
    schema: pa.Schema, batches: Iterator[pa.RecordBatch], sql: str
) -> Generator[Row, None, None]:
    with scratch() as connection:
        connection.register("source", pa.RecordBatchReader.from_batches(schema, batches))
        for batch in connection.sql(sql).to_arrow_reader(_ROWS):
            yield from _tuples(batch)


def _tuples(batch: pa.RecordBatch) -> Iterator[Row]:
    for start in range(0, batch.num_rows, _ROWS):
        piece = batch.slice(start, _ROWS)
        yield from zip(*(column.to_pylist() for column in piece.columns), strict=True)


def _ordered(order: Sequence[str]) -> str:
    return f"SELECT * FROM source ORDER BY {_names(order)}"  # noqa: S608  columns of a schema


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)
