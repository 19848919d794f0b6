"""The graph in kglite: the rows of ``exports.neo4j_model``, loaded once and kept beside the tables.

It is the folder ``GRAPH/.store/<digest>.kglite-<version>``: another version of kglite may write
another format.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any

from exports.neo4j_model import TABLES, Column, Table
from kg.graph import Graph
from kg.query_store import Progress, stored
from ontology.errors import MissingDependencyError

INSTALL = 'pip install "kglite>=0.21.2,<0.22"'
"""What the extra ``cypher`` brings."""

_BATCH = 5_000


def open_store(graph: Graph, *, progress: Progress | None = None) -> Path:
    """Give the folder of the loaded graph, made now where there is none for this digest.

    Raises ``MissingDependencyError`` without kglite, ``QueryError`` where the graph folder cannot
    be written to.
    """
    kglite = engine()
    suffix = f".kglite-{version('kglite')}"
    return stored(graph, suffix, lambda path: _fill(kglite, path, graph, progress))


def engine() -> Any:
    """Give the module that answers Cypher; raise ``MissingDependencyError`` without it."""
    try:
        return importlib.import_module("kglite")
    except ImportError as error:
        raise MissingDependencyError(
            f"cypher: kglite, which answers Cypher here, is not installed; {INSTALL}"
        ) from error


def _fill(kglite: Any, path: Path, graph: Graph, progress: Progress | None) -> None:
    store = kglite.KnowledgeGraph()
    count = 0
    for table in TABLES:
        if table.element == "nodes":
            store.cypher(f"CREATE INDEX FOR (n:{table.kind}) ON (n.iri)")
        for statement, rows in _statements(table, graph):
            store.cypher(statement, params={"rows": rows})
            count += len(rows)
            if progress:
                progress(count)
    store.enable_disk_mode(str(path))  # opens several times faster than one file does


def _statements(table: Table, graph: Graph) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Cypher that makes the nodes or relationships of a table, with rows to bind, in batches.

    Labels and types are terms of the ontology; all that a paper contains is in the rows.
    """
    ends = [column.space for column in table.columns if column.type in ("START_ID", "END_ID")]
    records = (_record(table.columns, row) for row in table.rows(graph))
    while batch := list(islice(records, _BATCH)):
        batch.sort(key=itemgetter("kind"))  # stable: rows of a kind keep their order
        for kind, same in groupby(batch, itemgetter("kind")):
            if table.element == "nodes":
                label = f"{table.kind}:{kind}" if kind else table.kind
                statement = f"CREATE (n:{label}) SET n = row.properties"
            else:
                statement = (
                    f"MATCH (a:{ends[0]} {{iri: row.head}}) MATCH (b:{ends[1]} {{iri: row.tail}})"
                    f" CREATE (a)-[r:{kind or table.kind}]->(b) SET r = row.properties"
                )
            yield f"UNWIND $rows AS row {statement}", list(same)


def _record(columns: Sequence[Column], row: tuple[Any, ...]) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    record: dict[str, Any] = {"kind": "", "properties": properties}
    for column, value in zip(columns, row, strict=True):
        match column.type:
            case "START_ID":
                record["head"] = value
            case "END_ID":
                record["tail"] = value
            case "LABEL" | "TYPE":
                record["kind"] = value
            case _ if value is not None:
                properties[column.name] = value
    return record
