"""CSV and Parquet tables, and pandas data frames: the graph as the rows it consists of.

A folder with one file a table and ``datapackage.json``, a Frictionless data package that names every
column and its type (https://datapackage.org/). Keys, order and meaning are those of
``ontology.tables``. With full evidence all tables stand there as they are and nothing is lost;
``summary`` leaves out ``mentions``, ``merges`` and ``ledger`` and gives ``relations`` one row for each
relation, with its best confidence and the number of papers; ``none`` also leaves out all numbers and
names behind links, relations, broader terms and co-occurrences, and ``entity_years``.

CSV is UTF-8 as in RFC 4180: the first line names the columns, lists and structures are JSON texts,
truth is ``true`` or ``false``, an absent number is empty. So that no spreadsheet runs what a paper
contains, texts are guarded by ``exports.cells``, whose ``restored`` gives the text as it was.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from exports.cells import guarded
from exports.files import whole_folder
from exports.streams import Row, record_batches, regrouped, rows
from exports.triples import Evidence
from ontology.errors import MissingDependencyError
from ontology.tables import SCHEMAS, GraphTables

if TYPE_CHECKING:
    import pandas as pd

MARKER = "datapackage.json"
"""File by which an older folder is known and may be replaced."""

_ROWS = 65_536
_RELATIONS = pa.schema(
    [
        *(SCHEMAS["relations"].field(name) for name in ("head", "relation", "tail", "confidence")),
        pa.field("papers", pa.int64()),
    ]
)
_LEFT_OUT = {
    "full": (),
    "summary": ("mentions", "merges", "ledger"),
    "none": ("mentions", "merges", "ledger", "entity_years"),
}
_BARE = {
    "links": ("paper", "entity", "role"),
    "relations": ("head", "relation", "tail"),
    "broader": ("narrower", "broader"),
    "cooccurrence": ("a", "b"),
}
"""Columns left without evidence."""


def schemas(evidence: Evidence) -> dict[str, pa.Schema]:
    """The tables of a level of evidence and their columns."""
    found = {}
    for table, schema in SCHEMAS.items():
        if table in _LEFT_OUT[evidence]:
            continue
        whole = _RELATIONS if table == "relations" and evidence != "full" else schema
        names = _BARE.get(table, whole.names) if evidence == "none" else whole.names
        found[table] = pa.schema([whole.field(name) for name in names])
    return found


def generate(
    graph: GraphTables, table: str, *, evidence: Evidence = "full"
) -> Iterator[pa.RecordBatch]:
    """Stream one table at a level of evidence, in its order."""
    schema = schemas(evidence)[table]
    if table == "relations" and evidence != "full":
        for batch in record_batches(_RELATIONS, _relations(graph)):
            yield batch.select(schema.names)
        return
    for batch in graph.batches(table, schema.names):
        yield batch.select(schema.names)


def write_parquet(graph: GraphTables, path: Path, *, evidence: Evidence = "full") -> None:
    """Write a folder of Parquet files; an older one of the same name is replaced.

    Raises ``InputError`` where the path is anything else than such a folder or an empty one.
    """
    with whole_folder(path, marker=MARKER) as folder:
        for table, schema in schemas(evidence).items():
            with pq.ParquetWriter(folder / f"{table}.parquet", schema, compression="zstd") as file:
                for piece in regrouped(schema, generate(graph, table, evidence=evidence), _ROWS):
                    file.write_table(piece, row_group_size=_ROWS)
        _describe(graph, folder, "parquet", evidence)


def write_csv(graph: GraphTables, path: Path, *, evidence: Evidence = "full") -> None:
    """Write a folder of CSV files; an older one of the same name is replaced.

    Raises ``InputError`` where the path is anything else than such a folder or an empty one.
    """
    with whole_folder(path, marker=MARKER) as folder:
        for table, schema in schemas(evidence).items():
            with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\r\n")
                writer.writerow(schema.names)
                for batch in generate(graph, table, evidence=evidence):
                    writer.writerows(zip(*map(_cells, batch.columns), strict=True))
        _describe(graph, folder, "csv", evidence)


def frames(graph: GraphTables, *, evidence: Evidence = "full") -> dict[str, pd.DataFrame]:
    """The tables as pandas data frames, by name; numbers that may be absent are nullable.

    Raises :class:`~ontology.errors.MissingDependencyError` where pandas is not installed.
    """
    try:
        import pandas as pd  # noqa: PLC0415  an extra
    except ModuleNotFoundError as error:
        raise MissingDependencyError(
            'data frames: pandas is not installed; install it with: pip install "litkg[pandas]"'
        ) from error
    nullable = {pa.int32(): pd.Int32Dtype(), pa.int64(): pd.Int64Dtype()}
    return {
        table: pa.Table.from_batches(generate(graph, table, evidence=evidence), schema).to_pandas(
            types_mapper=nullable.get
        )
        for table, schema in schemas(evidence).items()
    }


def _relations(graph: GraphTables) -> Iterator[Row]:
    columns = ("head", "relation", "tail", "confidence", "paper")
    for triple, same in groupby(rows(graph, "relations", columns), itemgetter(0, 1, 2)):
        _, _, _, confidences, papers = zip(*same, strict=True)
        yield (*triple, max(confidences), len(set(papers)))


def _cells(column: pa.Array) -> list[Any]:
    values: list[Any] = column.to_pylist()
    if pa.types.is_string(column.type):
        return [guarded(value) for value in values]
    if pa.types.is_nested(column.type):
        return [guarded(json.dumps(value, ensure_ascii=False)) for value in values]
    if pa.types.is_boolean(column.type):
        return ["true" if value else "false" for value in values]
    return values


def _describe(graph: GraphTables, folder: Path, suffix: str, evidence: Evidence) -> None:
    described = {
        "title": graph.name,
        "resources": [
            {
                "name": table.replace("_", "-"),
                "path": f"{table}.{suffix}",
                "format": suffix,
                "schema": {"fields": [{"name": f.name, "type": _type(f.type)} for f in schema]},
            }
            for table, schema in schemas(evidence).items()
        ],
    }
    text = json.dumps(described, ensure_ascii=False, indent=1) + "\n"
    (folder / MARKER).write_text(text, encoding="utf-8", newline="\n")


def _type(kind: pa.DataType) -> str:
    if pa.types.is_nested(kind):
        return "array"
    if pa.types.is_boolean(kind):
        return "boolean"
    if pa.types.is_integer(kind):
        return "integer"
    return "number" if pa.types.is_floating(kind) else "string"
