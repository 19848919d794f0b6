"""Bring a running Neo4j database to the state of a graph, by Bolt.

The model is that of ``exports.neo4j_model``, so an imported folder can be kept up to date. Each
batch is one transaction that reads what the database holds of it, compares every value, and writes
the differences alone: the second push of a graph writes nothing, and a push after a crash only what
is missing. No digest is kept in the database: it would spare the reading, but hide what somebody
else has changed there meanwhile. What is read serves this comparison only.

Nodes are litkg's where ``madeBy`` says so, and relationships where their type is one of the model
and both ends are litkg's. All else stays: other nodes and relationships, and properties and labels
that others put on nodes of litkg. What is no longer in the graph is deleted, a node with all its
relationships. A database so holds one graph; pushing another one replaces it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, fields
from itertools import groupby
from operator import itemgetter
from typing import Any, Concatenate, ParamSpec, TypeVar

import pyarrow as pa
from neo4j import ManagedTransaction, Session, SummaryCounters
from neo4j.exceptions import IncompleteCommit

from exports.neo4j_model import MAKER, SCHEMA, TABLES, Table, node_iris
from exports.neo4j_server import Server, session_with
from exports.streams import Row, pieces, sorted_rows
from exports.triples import Evidence
from ontology.errors import GraphError
from ontology.tables import GraphTables

NODES = 1000
"""Nodes of one transaction, also those from which its relationships start."""
RELATIONSHIPS = 2000
"""Relationships of one transaction, unless more start from one node."""
PAGE = 10_000
"""Nodes listed by one query, to find those that are no longer in the graph."""
PATIENCE = 60.0
"""Seconds for which a transaction is repeated where the connection breaks."""

Report = Callable[[str, int, int], None]
"""Takes note of progress: the table, nodes done (those that relationships start from), of how many."""

Key = tuple[str, str, str]
"""A relationship: IRI of its start, type, IRI of its end."""

_P = ParamSpec("_P")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Changes:
    """What a push changed in the database, as the server counted it."""

    nodes_created: int = 0
    nodes_deleted: int = 0
    relationships_created: int = 0
    relationships_deleted: int = 0
    properties_set: int = 0

    def __add__(self, other: Changes) -> Changes:
        return Changes(*(getattr(self, one) + getattr(other, one) for one in _COUNTED))

    def __bool__(self) -> bool:
        return self != Changes()


_COUNTED = tuple(one.name for one in fields(Changes))


def push(
    graph: GraphTables,
    server: Server,
    *,
    evidence: Evidence = "full",
    patience: float = PATIENCE,
    report: Report = lambda _table, _done, _total: None,
) -> Changes:
    """Make a database hold this graph: constraints first, then nodes, then relationships.

    A broken connection is waited for, ``patience`` seconds at a time. A push that failed can be
    repeated. Raises ``ServerError`` for what the server refuses, ``GraphError`` for the graph.
    """
    nodes = [table for table in TABLES if table.element == "nodes"]
    relationships = [table for table in TABLES if table.element == "relationships"]
    counts: dict[str, int] = {}
    changes = Changes()
    with session_with(server, patience=patience) as session:
        for statement in SCHEMA:
            _write(session, _run, statement)
        for table in nodes:
            changes += _remove_nodes(session, table, graph)
        for table in nodes:
            step, counts[table.kind] = _push_nodes(session, table, graph, evidence, report)
            changes += step
        for table in relationships:
            total = counts[table.columns[0].space]
            changes += _push_relationships(session, table, graph, evidence, report, total)
    return changes


def _write(
    session: Session,
    work: Callable[Concatenate[ManagedTransaction, _P], _T],
    *args: _P.args,
    **kwargs: _P.kwargs,
) -> _T:
    """Do a transaction. All of them compare first, so one with unknown end may be done again."""
    try:
        return session.execute_write(work, *args, **kwargs)
    except IncompleteCommit:
        return session.execute_write(work, *args, **kwargs)


def _run(transaction: ManagedTransaction, /, query: str, **parameters: Any) -> Changes:
    return _counted(transaction.run(query, parameters).consume().counters)


def _counted(counters: SummaryCounters) -> Changes:
    return Changes(*(getattr(counters, one) for one in _COUNTED))


# Nodes


def _remove_nodes(session: Session, table: Table, graph: GraphTables) -> Changes:
    listed = (
        f"MATCH (n:{table.kind}) WHERE n.iri > $after AND n.madeBy = $maker"
        " RETURN n.iri AS iri, labels(n) AS labels ORDER BY iri LIMIT $size"
    )
    delete = (
        f"UNWIND $iris AS iri MATCH (n:{table.kind} {{iri: iri}}) WHERE n.madeBy = $maker"
        " DETACH DELETE n"
    )
    changes = Changes()
    for gone in _gone(_pages(session, listed), table, graph):
        changes += _write(session, _run, delete, iris=gone, maker=MAKER)
    return changes


def _pages(session: Session, query: str) -> Iterator[list[Any]]:
    after = ""
    while page := session.execute_read(_rows, query, after=after, maker=MAKER, size=PAGE):
        yield page
        after = page[-1][0]


def _rows(transaction: ManagedTransaction, /, query: str, **parameters: Any) -> list[list[Any]]:
    return transaction.run(query, parameters).values()


_KEYS = pa.schema([pa.field("iri", pa.string()), pa.field("kind", pa.string())])


def _gone(pages: Iterator[list[Any]], table: Table, graph: GraphTables) -> Iterator[list[str]]:
    """Follow listed nodes through the graph's; give those that it lacks or that are of another kind.

    Both come by IRI, which is ASCII and so has the same order everywhere.
    """
    keys = ((row[0], row[1] if table.kinds else "") for row in table.rows(graph))
    with closing(sorted_rows(_KEYS, keys, ["iri"])) as wanted:
        iri, kind = "", ""
        for page in pages:
            gone = []
            for found, labels in page:
                while iri < found:
                    iri, kind = next(wanted, ("~", ""))  # "~" is after every IRI
                kinds = set(labels).intersection(table.kinds)
                if iri != found or kinds != {kind} - {""}:
                    gone.append(found)
            yield from pieces(gone, NODES)


def _push_nodes(
    session: Session, table: Table, graph: GraphTables, evidence: Evidence, report: Report
) -> tuple[Changes, int]:
    changes, done = Changes(), 0
    report(table.name, 0, 0)
    for some in pieces(table.rows(graph), NODES):
        changes += _write(session, _bring_nodes, table, some, table.width(evidence))
        done += len(some)
        report(table.name, done, 0)
    report(table.name, done, done)
    return changes, done


def _bring_nodes(
    transaction: ManagedTransaction, table: Table, some: list[Row], width: int
) -> Changes:
    read = (
        f"UNWIND $iris AS iri MATCH (n:{table.kind} {{iri: iri}}) WHERE n.madeBy = $maker"
        f" RETURN iri, [{', '.join(f'n.{name}' for name in _names(table))}]"
    )
    iris = [row[0] for row in some]
    known = dict(_rows(transaction, read, iris=iris, maker=MAKER))
    new: dict[str, list[dict[str, Any]]] = defaultdict(list)
    changed = []
    for row in some:
        values = _values(table, row, width)
        if row[0] not in known:
            kind = row[1] if table.kinds else ""
            new[kind].append({"iri": row[0], "properties": _present(table, values)})
        elif different := _different(table, values, known[row[0]]):
            changed.append({"iri": row[0], "properties": different})
    changes = Changes()
    for kind, found in sorted(new.items()):
        labels = f"{table.kind}:{kind}" if kind else table.kind
        merge = (
            f"UNWIND $rows AS row MERGE (n:{labels} {{iri: row.iri, madeBy: $maker}})"
            " SET n += row.properties"
        )
        changes += _run(transaction, merge, rows=found, maker=MAKER)
    if changed:
        update = (
            f"UNWIND $rows AS row MATCH (n:{table.kind} {{iri: row.iri}}) SET n += row.properties"
        )
        changes += _run(transaction, update, rows=changed)
    return changes


# Relationships


def _push_relationships(
    session: Session,
    table: Table,
    graph: GraphTables,
    evidence: Evidence,
    report: Report,
    total: int,
) -> Changes:
    changes, done = Changes(), 0
    width = table.width(evidence)
    report(table.name, 0, total)
    for starts, some in _batches(table, graph):
        changes += _write(session, _bring_relationships, table, starts, some, width)
        done += len(starts)
        report(table.name, done, total)
    return changes


def _batches(table: Table, graph: GraphTables) -> Iterator[tuple[list[str], list[Row]]]:
    """All nodes where such relationships can start, also those that have none, and the rows."""
    starts: list[str] = []
    some: list[Row] = []
    for iri, same in _by_start(table, graph):
        if starts and (len(starts) == NODES or len(some) + len(same) > RELATIONSHIPS):
            yield starts, some
            starts, some = [], []
        starts.append(iri)
        some += same
    if starts:
        yield starts, some


def _by_start(table: Table, graph: GraphTables) -> Iterator[tuple[str, list[Row]]]:
    groups = groupby(table.rows(graph), itemgetter(0))
    start, same = next(groups, ("", iter(())))
    for iri in node_iris(graph, table.columns[0].space):
        if iri != start:
            yield iri, []
            continue
        yield iri, list(same)
        start, same = next(groups, ("", iter(())))
    if start:
        raise _orphan(table)


def _bring_relationships(
    transaction: ManagedTransaction, table: Table, starts: list[str], some: list[Row], width: int
) -> Changes:
    types = table.kinds or (table.kind,)
    start, end = (f"{name}:{table.columns[at].space}" for at, name in enumerate("ab"))
    read = (
        f"UNWIND $starts AS start MATCH ({start} {{iri: start}})-[r:{'|'.join(types)}]->({end})"
        " WHERE b.madeBy = $maker RETURN start, type(r), b.iri,"
        f" [{', '.join(f'r.{name}' for name in _names(table))}]"
    )
    known: dict[Key, list[Any]] = {}
    gone: set[Key] = set()
    wanted = {
        (row[0], row[2] if table.kinds else table.kind, row[1]): _values(table, row, width)
        for row in some
    }
    for one, kind, other, values in _rows(transaction, read, starts=starts, maker=MAKER):
        key = (one, kind, other)
        if key not in wanted or key in known:
            gone.add(key)
        known[key] = values
    new, changed = [], []
    for key, values in wanted.items():
        if key not in known or key in gone:
            new.append((key, _present(table, values)))
        elif different := _different(table, values, known[key]):
            changed.append((key, different))
    ends = f"UNWIND $rows AS row MATCH ({start} {{iri: row.start}})"
    changes = Changes()
    for kind, found in _by_type((key, {}) for key in sorted(gone)):
        delete = f"{ends}-[r:{kind}]->({end} {{iri: row.end}}) DELETE r"
        changes += _run(transaction, delete, rows=found)
    for kind, found in _by_type(new):
        merge = (
            f"{ends} MATCH ({end} {{iri: row.end}}) MERGE (a)-[r:{kind}]->(b)"
            " SET r += row.properties RETURN count(*)"
        )
        result = transaction.run(merge, rows=found)
        if result.values() != [[len(found)]]:
            raise _orphan(table)
        changes += _counted(result.consume().counters)
    for kind, found in _by_type(changed):
        update = f"{ends}-[r:{kind}]->({end} {{iri: row.end}}) SET r += row.properties"
        changes += _run(transaction, update, rows=found)
    return changes


def _by_type(
    some: Iterable[tuple[Key, dict[str, Any]]],
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for (start, kind, end), properties in some:
        found[kind].append({"start": start, "end": end, "properties": properties})
    yield from sorted(found.items())


def _orphan(table: Table) -> GraphError:
    return GraphError(
        f"{table.name}: an end of a relationship is not in the graph; kg validate names it"
    )


# Values


def _names(table: Table) -> list[str]:
    return [column.name for column in table.columns if column.is_property]


def _values(table: Table, row: Row, width: int) -> list[Any]:
    """Values of all properties of a row; what the level of evidence hides is absent."""
    return [
        row[at] if at < width else None
        for at, column in enumerate(table.columns)
        if column.is_property
    ]


def _present(table: Table, values: list[Any]) -> dict[str, Any]:
    named = zip(_names(table), values, strict=True)
    return {name: value for name, value in named if value is not None}


def _different(table: Table, values: list[Any], known: list[Any]) -> dict[str, Any]:
    named = zip(_names(table), values, known, strict=True)
    return {name: value for name, value, old in named if value != old}
