"""The source records of a graph, kept beside its tables so that it can be updated without its sources.

``GRAPH/records/records.parquet`` holds what was read, ``ledger.parquet`` what reading lost or changed,
both before records merge into papers. Files of one name are one source.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from operator import attrgetter
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from exports.streams import pieces
from kg.arrow_rows import ledger_table
from kg.database import append, load_table, stream
from ontology.errors import GraphError
from ontology.records import LedgerRow, Origin, Outcome, SourceRecord
from ontology.tables import SCHEMAS

RECORDS = "records"
_STRINGS = pa.list_(pa.string())
RECORD_SCHEMA = pa.schema(
    [
        pa.field("source", pa.string()),
        pa.field("position", pa.int64()),
        pa.field("id", pa.string()),
        pa.field("title", pa.string()),
        pa.field("abstract", pa.string()),
        pa.field("authors", _STRINGS),
        pa.field("venue", pa.string()),
        pa.field("year", pa.int64()),
        pa.field("keywords", _STRINGS),
        pa.field("doi", pa.string()),
        pa.field("arxiv", pa.string()),
        pa.field("pmid", pa.string()),
        pa.field("url", pa.string()),
    ]
)
"""The fields of a source record in their order, its origin as two columns."""
_ROW_GROUP = 16_384
_PLACE = ("source", "position")
_ORDER = (
    "source, position, id, title, abstract, coalesce(year, 0), authors, venue, keywords, doi, arxiv,"
    " pmid, url"
)

LEDGER_ORDER = "source, position, reason, detail, outcome, paper"
"""Columns of ledger rows, in the order that sorts them."""


def records_file(folder: Path) -> Path:
    """Where a folder of records holds them, sorted."""
    return folder / "records.parquet"


def ledger_file(folder: Path) -> Path:
    """Where a folder of records holds the ledger rows of reading them."""
    return folder / "ledger.parquet"


class RecordStore:
    """Source records and the ledger rows of reading them, gathered in a database."""

    def __init__(self, database: duckdb.DuckDBPyConnection) -> None:
        self._database = database
        load_table(database, "record", RECORD_SCHEMA)
        load_table(database, "reading_row", SCHEMAS["ledger"])

    def add(self, items: Iterable[SourceRecord | LedgerRow]) -> None:
        """Take what is read, as it is read."""
        for part in pieces(items, _ROW_GROUP):
            records = [one for one in part if isinstance(one, SourceRecord)]
            rows = [one for one in part if isinstance(one, LedgerRow)]
            append(self._database, "record", [_record_table(records)] if records else ())
            append(self._database, "reading_row", [ledger_table(rows)] if rows else ())

    def add_kept(
        self, folder: Path, sources: Collection[str] = (), rows: Collection[int] = ()
    ) -> None:
        """Take what a graph keeps in ``folder``, but for some ``sources`` and records.

        ``rows`` are places of records in the file, from 0; the ledger rows of a place that keeps no
        record go with it, unless they tell of a loss. Raises :class:`GraphError` where nothing was
        kept or where it cannot be read.
        """
        with unreadable_told(folder):
            # The database does not tell a missing file from a damaged one.
            for path in (records_file(folder), ledger_file(folder)):
                pq.read_schema(path)
            self._add_kept(folder, sources, rows)

    def _add_kept(self, folder: Path, sources: Collection[str], rows: Collection[int]) -> None:
        number = pa.schema([pa.field("number", pa.int64())])
        load_table(self._database, "gone", number, [pa.table([list(rows)], schema=number)])
        given = {"records": str(records_file(folder)), "sources": list(sources)}
        self._database.execute(
            """
            INSERT INTO record BY NAME
            SELECT * EXCLUDE (file_row_number) FROM read_parquet($records, file_row_number = true)
            ANTI JOIN gone ON file_row_number = number WHERE NOT list_contains($sources, source)
            """,
            given,
        )
        self._database.execute(
            """
            INSERT INTO reading_row BY NAME
            WITH left_alone AS (
              SELECT source, position FROM read_parquet($records, file_row_number = true)
              SEMI JOIN gone ON file_row_number = number
              EXCEPT SELECT source, position FROM record
            )
            FROM read_parquet($ledger) AS row
            WHERE NOT list_contains($sources, source)
              AND (outcome = $dropped OR (source, position) NOT IN (FROM left_alone))
            """,
            given | {"ledger": str(ledger_file(folder)), "dropped": Outcome.DROPPED.value},
        )

    def count(self) -> int:
        """Records in all."""
        return self._number("count(*)")

    def text_size(self) -> int:
        """Characters of all titles and abstracts."""
        return self._number("coalesce(sum(length(title) + length(abstract)), 0)::BIGINT")

    def write(self, folder: Path) -> None:
        """Write records and ledger; what was read in another order gives the same bytes."""
        folder.mkdir(parents=True, exist_ok=True)
        rows = stream(self._database, f"FROM record ORDER BY {_ORDER}")
        with pq.ParquetWriter(records_file(folder), RECORD_SCHEMA, compression="zstd") as writer:
            for batch in rows:
                table = pa.Table.from_batches([batch]).cast(RECORD_SCHEMA)
                writer.write_table(table, row_group_size=_ROW_GROUP)
        schema = SCHEMAS["ledger"]
        found = stream(self._database, f"FROM reading_row ORDER BY {LEDGER_ORDER}")
        with pq.ParquetWriter(ledger_file(folder), schema, compression="zstd") as writer:
            for batch in found:
                writer.write_table(pa.Table.from_batches([batch]).cast(schema))

    def _number(self, expression: str) -> int:
        found = self._database.execute(f"SELECT {expression} FROM record").fetchone()  # noqa: S608
        assert found is not None
        return int(found[0])


@contextmanager
def unreadable_told(folder: Path) -> Iterator[None]:
    """Turn what keeps the source records of a graph from being read into :class:`GraphError`."""
    try:
        yield
    except FileNotFoundError:
        raise GraphError(
            f"{folder}: the graph keeps no source records; build it once more with kg build"
        ) from None
    except (duckdb.OutOfMemoryException, duckdb.IOException):
        raise  # they are about memory and what was put aside
    except (OSError, pa.ArrowInvalid, duckdb.Error) as error:
        raise GraphError(f"{folder}: cannot be read; {error}; build the graph again") from error


def kept_sources(folder: Path) -> frozenset[str]:
    """Names of the sources that a graph has kept something of.

    Raises :class:`GraphError` where nothing was kept or where it cannot be read.
    """
    with unreadable_told(folder):
        return frozenset(
            name
            for path in (records_file(folder), ledger_file(folder))
            for name in pq.read_table(path, columns=["source"])["source"].unique().to_pylist()
        )


def record_order(record: SourceRecord) -> tuple[object, ...]:
    """Sort key of source records: by place, then by content."""
    return (
        record.origin, record.id, record.title, record.abstract, record.year or 0, record.authors,
        record.venue, record.keywords, record.doi, record.arxiv, record.pmid, record.url,
    )  # fmt: skip


def records_of(batch: pa.RecordBatch) -> Iterator[SourceRecord]:
    """The records in the rows of a batch that has the columns of ``RECORD_SCHEMA``."""
    columns = [batch[field.name].to_pylist() for field in RECORD_SCHEMA]
    fields = (
        map(tuple, column) if pa.types.is_list(field.type) else column
        for field, column in zip(RECORD_SCHEMA, columns, strict=True)
    )
    origins = map(Origin, next(fields), next(fields))
    return map(SourceRecord, origins, *fields)


def _record_table(records: Sequence[SourceRecord]) -> pa.Table:
    origins = [one.origin for one in records]
    columns = [
        pa.array(
            map(attrgetter(field.name), origins if field.name in _PLACE else records), field.type
        )
        for field in RECORD_SCHEMA
    ]
    return pa.Table.from_arrays(columns, schema=RECORD_SCHEMA)
