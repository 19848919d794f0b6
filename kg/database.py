"""A DuckDB database in memory that puts aside on disk what does not fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from kg.memory_size import MEMORY

BATCH_ROWS = 65_536
"""Rows that travel together between the database and Python."""


def open_database(
    temporary: Path, *, memory: str = MEMORY, threads: int = 2
) -> duckdb.DuckDBPyConnection:
    """Open an empty database; ``temporary`` takes what does not fit into ``memory``."""
    return duckdb.connect(
        config={
            "memory_limit": memory,
            "threads": threads,
            "temp_directory": str(temporary),
            "preserve_insertion_order": False,
        }
    )


def load_table(
    database: duckdb.DuckDBPyConnection,
    name: str,
    schema: pa.Schema,
    batches: Iterable[pa.RecordBatch | pa.Table] = (),
) -> None:
    """Make a table of Arrow batches, one after the other."""
    database.register("incoming", schema.empty_table())
    database.execute(f'CREATE TABLE "{name}" AS FROM incoming')
    append(database, name, batches)


def append(
    database: duckdb.DuckDBPyConnection, name: str, batches: Iterable[pa.RecordBatch | pa.Table]
) -> None:
    """Add Arrow batches to a table, column by name."""
    for batch in batches:
        table = pa.Table.from_batches([batch]) if isinstance(batch, pa.RecordBatch) else batch
        database.register("incoming", table)
        database.execute(f'INSERT INTO "{name}" BY NAME FROM incoming')
    database.unregister("incoming")


def stream(
    database: duckdb.DuckDBPyConnection, query: str, given: Mapping[str, object] | None = None
) -> Iterator[pa.RecordBatch]:
    """The rows of a query as they come, while others may use the database."""
    with database.cursor() as cursor:
        yield from cursor.sql(query, params=None if given is None else dict(given)).to_arrow_reader(
            BATCH_ROWS
        )


def fetched(rows: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    """The rows of a query that has been asked, a batch in memory."""
    while part := rows.fetchmany(BATCH_ROWS):
        yield from part
