"""A folder for ``neo4j-admin database import full``, the fastest way into an empty Neo4j database.

Specification: the import chapter of Neo4j's operations manual (versions 5 and 2025 on). Identity is
the IRI in ID spaces named like the label, so that no text of a paper can make two nodes one.

CSV is for every version: one pair of header and data file a table, as in RFC 4180, one row a line,
all texts quoted, since the importer trims those that are not. It knows no escape for its array
delimiter, so that is U+001F, which is removed from every value, together with NUL; line breaks
become spaces. Parquet keeps all texts as they are. Column names are the header there, and labels
and relationship types stand in the command, one file each: importers have mixed up headers and
labels that stood elsewhere. What no Neo4j folder carries is told in ``exports.neo4j_model``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from textwrap import dedent

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from exports.files import whole_folder
from exports.neo4j_model import SCHEMA, TABLES, Table
from exports.streams import record_batches
from exports.triples import Evidence
from ontology.tables import GraphTables

ARRAY_DELIMITER = "\x1f"
MARKER = "import.sh"
"""File by which an older import folder is known and may be replaced."""

_TYPES = {
    "int": pa.int32(), "long": pa.int64(), "double": pa.float64(), "boolean": pa.bool_(),
    "string[]": pa.list_(pa.string()),
}  # fmt: skip


def write(graph: GraphTables, path: Path, *, evidence: Evidence = "full") -> None:
    """Write the import folder in CSV; an older one of the same name is replaced.

    Raises ``InputError`` where the path is anything else than such a folder or an empty one.
    """
    with whole_folder(path, marker=MARKER) as folder:
        for table in TABLES:
            header = ",".join(table.header[: table.width(evidence)])
            _write_text(folder / f"{table.name}-header.csv", f"{header}\n")
            _write_csv(folder / f"{table.name}.csv", table, graph, evidence)
        _write_guide(folder, ["--array-delimiter=U+001F", *map(_csv_option, TABLES)], _CSV_NOTE)


def write_parquet(graph: GraphTables, path: Path, *, evidence: Evidence = "full") -> None:
    """Write the import folder in Parquet; an older one of the same name is replaced.

    Raises ``InputError`` where the path is anything else than such a folder or an empty one.
    """
    with whole_folder(path, marker=MARKER) as folder:
        options = ["--input-type=parquet"]
        for table in TABLES:
            options += _write_parquet(folder, table, graph, evidence)
        _write_guide(folder, options, _PARQUET_NOTE)


def _batches(table: Table, graph: GraphTables, evidence: Evidence) -> Iterator[pa.RecordBatch]:
    width = table.width(evidence)
    return record_batches(_schema(table, width), (row[:width] for row in table.rows(graph)))


def _schema(table: Table, width: int) -> pa.Schema:
    return pa.schema(
        [
            pa.field(column.name if column.is_property else header, _TYPES.get(column.type, pa.string()))
            for header, column in zip(table.header[:width], table.columns[:width], strict=True)
        ]
    )  # fmt: skip


def _csv_option(table: Table) -> str:
    kind = f"{table.kind}=" if table.kind else ""
    return f"--{table.element}={kind}{table.name}-header.csv,{table.name}.csv"


def _write_csv(path: Path, table: Table, graph: GraphTables, evidence: Evidence) -> None:
    schema = pa.schema(
        [
            pa.field(field.name, pa.string() if pa.types.is_list(field.type) else field.type)
            for field in _schema(table, table.width(evidence))
        ]
    )
    options = pa_csv.WriteOptions(include_header=False)
    with pa_csv.CSVWriter(path, schema, write_options=options) as writer:
        for batch in _batches(table, graph, evidence):
            columns = [_one_line(column) for column in batch.columns]
            writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))


def _one_line(column: pa.Array) -> pa.Array:
    if pa.types.is_list(column.type):
        # An absent list becomes an empty text, and that an absent one again.
        texts = pa.ListArray.from_arrays(column.offsets, _plain(column.values))
        column = pc.binary_join(texts, ARRAY_DELIMITER)
    elif pa.types.is_string(column.type):
        column = _plain(column)
    else:
        return column
    return pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)


def _plain(texts: pa.Array) -> pa.Array:
    lines = pc.replace_substring_regex(texts, r"\r\n?|\n", " ")
    return pc.replace_substring_regex(lines, r"[\x00\x1f]", "")


def _write_parquet(folder: Path, table: Table, graph: GraphTables, evidence: Evidence) -> list[str]:
    said = next((at for at, one in enumerate(table.columns) if one.type in ("LABEL", "TYPE")), None)
    options: dict[str, str] = {}
    with ExitStack() as files:
        writers: dict[str, pq.ParquetWriter] = {}
        for batch in _batches(table, graph, evidence):
            for kind, part in _by_kind(batch, said):
                if kind not in writers:
                    name = f"{table.name}-{kind}.parquet" if kind else f"{table.name}.parquet"
                    kinds = ":".join(filter(None, (table.kind, kind)))
                    options[kind] = f"--{table.element}={kinds}={name}"
                    writers[kind] = files.enter_context(
                        pq.ParquetWriter(folder / name, part.schema, compression="zstd")
                    )
                writers[kind].write_batch(part)
    return [options[kind] for kind in sorted(options)]


def _by_kind(batch: pa.RecordBatch, said: int | None) -> Iterator[tuple[str, pa.RecordBatch]]:
    if said is None:
        yield "", batch
        return
    kinds = batch.column(said)
    rest = batch.drop_columns([batch.schema.field(said).name])
    for kind in sorted(set(kinds.to_pylist())):
        yield kind, rest.filter(pc.equal(kinds, kind))


def _write_guide(folder: Path, options: list[str], note: str) -> None:
    lines = [*options, '"$@"']
    _write_text(folder / MARKER, _SCRIPT + "".join(f" \\\n  {line}" for line in lines) + "\n")
    (folder / MARKER).chmod(0o755)
    _write_text(folder / "constraints.cypher", _ONCE + "".join(f"{one};\n" for one in SCHEMA))
    _write_text(folder / "README.md", README + note)


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


_ONCE = "// Run once after the import:  cypher-shell -d DATABASE -f constraints.cypher\n"

_SCRIPT = dedent("""\
    #!/bin/sh
    # Fill a new Neo4j database from this folder:  sh import.sh [DATABASE] [more options]
    # The database must not exist yet, or be stopped and named with --overwrite-destination.
    set -eu
    cd -- "$(dirname -- "$0")"
    database=${1:-neo4j}
    [ $# -eq 0 ] || shift
    "${NEO4J_ADMIN:-neo4j-admin}" database import full "$database" \\
      --id-type=string \\
      --bad-tolerance=0""")

README = dedent("""\
    # A literature graph for Neo4j

    This folder fills an empty Neo4j database (version 5 or later) with a graph made by litkg.

    1. Stop the server, or choose a database that does not exist yet.
    2. Run `sh import.sh DATABASE`. Set `NEO4J_ADMIN` where `neo4j-admin` is not on the path. To
       replace a database, add `--overwrite-destination`; on the Community Edition the one database
       is `neo4j`.
    3. Start the server. Where the database is new to it, run `CREATE DATABASE DATABASE;` in the
       database `system`.
    4. Run `cypher-shell -d DATABASE -f constraints.cypher` for constraints and indexes.

    ## What is in it

    | nodes | properties |
    |---|---|
    | `(:Paper)` | `iri`, `id`, `title`, `abstract`, `year`, `keywords`, `doi`, `arxiv`, `pmid`, `url`, `origins`, `madeBy` |
    | `(:Entity:Dataset)`, `(:Entity:Modality)`, `(:Entity:Method)`, `(:Entity:Task)` | `iri`, `name`, `aliases`, `listed`, `paperCount`, `mentionCount`, `firstYear`, `lastYear`; `doubt` of the most doubtful merge of other names, and these `doubtfulNames`; `madeBy` |
    | `(:Venue)`, `(:Person)` | `iri`, `name`, `madeBy` |

    | relationships | properties |
    |---|---|
    | `(:Paper)-[:INTRODUCES, USES, COMPARES or MENTIONS]->(:Entity)` | `confidence`, `mentionCount`, `extractors`; `surfaces` and `places` (field and positions), one each a mention; `evidence`: the sentences |
    | `(:Entity)-[:USED_FOR, EVALUATED_ON, TRAINED_ON, APPLIED_TO, BENCHMARK_FOR, HAS_MODALITY, PART_OF, IS_A or COMPARED_WITH]->(:Entity)` | `confidence` of the best statement, `support`: number of papers, `extractors`; `papers` (ids) and `evidence` (sentences), one each a statement |
    | `(:Entity)-[:BROADER]->(:Entity)` | the hierarchy, without a cycle: `source` (`vocabulary`, `stated` by papers, `head` of the name), `confidence`, `support`: number of papers |
    | `(:Entity)-[:CO_OCCURS_WITH]->(:Entity)` | `paperCount`; stated once a pair, so ask for it without a direction |
    | `(:Paper)-[:PUBLISHED_IN]->(:Venue)` | |
    | `(:Paper)-[:AUTHORED_BY]->(:Person)` | `position`, from 1 |

    A first question:

        MATCH (p:Paper)-[:USES]->(m:Method)-[:USED_FOR]->(t:Task)
        RETURN t.name, m.name, count(DISTINCT p) AS papers ORDER BY papers DESC LIMIT 20;

    What the graph lacks (a year, an abstract) is an absent property. Every node has `madeBy`, always
    `litkg`: by it `kg push`, which can keep this database up to date, knows what is its own.

    """)

_CSV_NOTE = dedent("""\
    Each CSV file has its columns in the header file beside it. Values of a list are parted by the
    character U+001F, which, like NUL, was removed from all texts; line breaks became spaces. A value
    of more than 4 MiB needs `--read-buffer-size` after the name of the database.
    """)

_PARQUET_NOTE = dedent("""\
    The Parquet files hold all texts unchanged. `neo4j-admin` reads Parquet since 5.25 and lists in it
    since 2025.02; for older versions, export CSV.
    """)
