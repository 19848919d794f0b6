"""The source records of a graph, kept beside its tables so that it can be updated without its sources.

``GRAPH/records/records.parquet`` holds what was read, ``ledger.parquet`` what reading lost or changed,
both before records merge into papers. Files of one name are one source.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from kg.arrow_rows import ledger_table
from ontology.errors import GraphError
from ontology.records import LedgerRow, Origin, Outcome, Reason, SourceRecord

RECORDS = "records"
_STRINGS = pa.list_(pa.string())
# The fields of a source record in their order, its origin as two columns.
_SCHEMA = pa.schema(
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
_ROW_GROUP = 16_384
_PLACE = ("source", "position")


@dataclass(frozen=True, slots=True)
class Reading:
    """Source records, the ledger rows of reading them, and the names of the sources they are of."""

    records: tuple[SourceRecord, ...]
    ledger: tuple[LedgerRow, ...]
    sources: frozenset[str]

    def replaced_by(self, newer: Reading) -> Reading:
        """Put all that ``newer`` read in the place of what its sources held before."""
        kept = self.without_sources(newer.sources)
        return Reading(
            kept.records + newer.records,
            kept.ledger + newer.ledger,
            kept.sources | newer.sources,
        )

    def without_sources(self, names: Collection[str]) -> Reading:
        """Leave out all that was read from sources of these names."""
        return Reading(
            tuple(one for one in self.records if one.origin.source not in names),
            tuple(row for row in self.ledger if row.origin.source not in names),
            self.sources.difference(names),
        )

    def without_records(self, gone: Collection[SourceRecord]) -> Reading:
        """Leave out records, with the ledger rows that speak of them alone."""
        kept = tuple(one for one in self.records if one not in gone)
        orphaned = {one.origin for one in gone} - {one.origin for one in kept}
        return Reading(
            kept,
            tuple(
                row
                for row in self.ledger
                if row.origin not in orphaned or row.outcome is Outcome.DROPPED
            ),
            self.sources,
        )


def record_order(record: SourceRecord) -> tuple[object, ...]:
    """Sort key of source records: by place, then by content."""
    return (
        record.origin, record.id, record.title, record.abstract, record.year or 0, record.authors,
        record.venue, record.keywords, record.doi, record.arxiv, record.pmid, record.url,
    )  # fmt: skip


def write_reading(reading: Reading, folder: Path) -> None:
    """Write records and ledger of reading; equal readings give equal bytes, whatever their order."""
    folder.mkdir(parents=True, exist_ok=True)
    ordered = sorted(reading.records, key=record_order)
    with pq.ParquetWriter(folder / "records.parquet", _SCHEMA, compression="zstd") as writer:
        for start in range(0, len(ordered), _ROW_GROUP):
            writer.write_table(_record_table(ordered[start : start + _ROW_GROUP]))
    pq.write_table(ledger_table(reading.ledger), folder / "ledger.parquet", compression="zstd")


def read_reading(folder: Path) -> Reading:
    """Read what :func:`write_reading` wrote.

    Raises :class:`GraphError` where nothing was kept or where it cannot be read.
    """
    records: list[SourceRecord] = []
    ledger: list[LedgerRow] = []
    try:
        for batch in pq.ParquetFile(folder / "records.parquet").iter_batches(_ROW_GROUP):
            records += _records(batch)
        ledger += map(_ledger_row, pq.read_table(folder / "ledger.parquet").to_pylist())
    except FileNotFoundError:
        raise GraphError(
            f"{folder}: the graph keeps no source records; build it once more with kg build"
        ) from None
    except (OSError, pa.ArrowInvalid) as error:
        raise GraphError(f"{folder}: cannot be read; {error}; build the graph again") from error
    sources = {one.origin.source for one in records} | {row.origin.source for row in ledger}
    return Reading(tuple(records), tuple(ledger), frozenset(sources))


def _record_table(records: Sequence[SourceRecord]) -> pa.Table:
    origins = [one.origin for one in records]
    columns = [
        pa.array(
            map(attrgetter(field.name), origins if field.name in _PLACE else records), field.type
        )
        for field in _SCHEMA
    ]
    return pa.Table.from_arrays(columns, schema=_SCHEMA)


def _records(batch: pa.RecordBatch) -> Iterator[SourceRecord]:
    columns = [batch[field.name].to_pylist() for field in _SCHEMA]
    fields = (
        map(tuple, column) if pa.types.is_list(field.type) else column
        for field, column in zip(_SCHEMA, columns, strict=True)
    )
    origins = map(Origin, next(fields), next(fields))
    return map(SourceRecord, origins, *fields)


def _ledger_row(row: dict[str, Any]) -> LedgerRow:
    return LedgerRow(
        Origin(row["source"], row["position"]),
        Reason(row["reason"]),
        Outcome(row["outcome"]),
        row["detail"],
        row["paper"],
    )
