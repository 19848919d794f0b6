"""Cypher over a graph folder, by kglite: the graph as the Neo4j export models it, without a server.

Each query runs in a process of its own, which is killed at the time limit. Queries only read:
clauses that write, LOAD CSV (it would read files) and procedures other than those in
``_PROCEDURES`` are refused before they run. ``docs/cypher.md`` lists where the dialect differs from
Neo4j's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kg import cypher_store, query_process
from kg.bindings import Iri, Term
from kg.graph import open_graph
from kg.query_result import QueryResult
from kg.query_store import Progress
from ontology.errors import QueryError

_TOKEN = re.compile(
    r"""
      //[^\n\r]* | \s+
    | (?<!\\) (?: "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' ) | `(?:[^`]|``)*`
    | \$\w+
    | (?P<word>[^\W\d]\w*)
    | (?P<sign>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_WRITES = frozenset(
    ("CREATE", "MERGE", "INSERT", "SET", "REMOVE", "DELETE", "DETACH", "NODETACH", "FOREACH", "DROP",
     "ALTER", "GRANT", "REVOKE", "DENY")
)  # fmt: skip
_PROCEDURES = re.compile(
    r"db\.(?:labels|relationshiptypes|propertykeys|schema\.\w+)"
    r"|pagerank|betweenness|degree|closeness|louvain|leiden|label_propagation"
    r"|connected_components|k_core|clustering_coefficient|triangle_count|eccentricity|diameter"
)
_ADVICE = (
    "begin with the node that is known, give patterns of variable length an upper bound, use what is"
    " counted already (paperCount, CO_OCCURS_WITH)"
)
_PREFIX = re.compile(r"Cypher (?:syntax|execution) error(?: at line \d+, col \d+)?: ")


def cypher(
    graph_folder: Path,
    query: str,
    *,
    parameters: Mapping[str, Term] | None = None,
    timeout: float = 60,
    limit: int = 10_000,
    progress: Progress | None = None,
) -> QueryResult:
    """Answer a Cypher query on a graph folder.

    ``parameters`` are the values of ``$name`` in the query. ``timeout`` is in seconds and does not
    count the loading of the graph; ``limit`` bounds the rows. Nodes come as ``labels`` and
    ``properties``, relationships as ``type`` and ``properties``. Raises ``QueryError`` for a query
    that is malformed, forbidden or past its time, ``GraphError`` for the folder,
    ``MissingDependencyError`` without kglite.
    """
    check(query)
    graph = open_graph(graph_folder)
    request = {
        "store": str(cypher_store.open_store(graph, progress=progress)),
        "query": query,
        "parameters": {name: plain(value) for name, value in (parameters or {}).items()},
        "limit": limit,
    }
    from kg import cypher_worker  # noqa: PLC0415  imports kglite

    answer = query_process.ask(cypher_worker.__file__, request, timeout=timeout, advice=_ADVICE)
    if "error" in answer:
        raise explained(answer)
    rows = tuple(tuple(row) for row in answer["rows"])
    return QueryResult(
        "select", tuple(answer["columns"]), rows, answer["truncated"], tuple(answer["notes"])
    )


def out_of_time(timeout: float) -> QueryError:
    """The error of a query that was ended after so many seconds."""
    return query_process.out_of_time(timeout, _ADVICE)


def check(query: str) -> None:
    """Raise ``QueryError`` where a query would change the graph or read something else.

    Strings, comments, parameters and quoted names may hold any word, as may the names of
    properties, labels and types. What escapes this is stopped by kglite, which has a snapshot
    that cannot be changed, and by the process, which can open no file. A long text is read once,
    not once from each of its characters.
    """
    tokens = [token for token in _TOKEN.finditer(query) if not token[0].isspace()]
    tokens = [token for token in tokens if not token[0].startswith("//")]
    for place, token in enumerate(tokens):
        before = tokens[place - 1][0].upper() if place else ""
        after = [following[0].upper() for following in tokens[place + 1 : place + 2]]
        word = (token["word"] or "").upper()
        if word == "LOAD" and after == ["CSV"]:
            raise _refused(query, token, "LOAD CSV", "queries read nothing but the graph")
        if before in (".", ":", "|", "&", "!", "AS") or after == [":"]:
            continue  # the name of something
        if word in _WRITES:
            raise _refused(query, token, word, "queries only read the graph")
        if word == "CALL" and after not in (["{"], ["("]):
            name = _dotted(tokens, place + 1)
            if not _PROCEDURES.fullmatch(name.lower()):
                raise _refused(query, token, f"CALL {name}", "no procedure that only reads")


def explained(answer: dict[str, Any]) -> QueryError:
    """The error behind what the worker says of a query: position and reason in one line."""
    message = _PREFIX.sub("", answer["message"]).split("\n", 1)[0].strip()
    place = f"query:{answer['line']}:{answer['column']}" if answer["line"] else "query"
    if answer["error"] == "ReadOnly":
        return QueryError(f"{place}: it would change the graph; queries only read")
    if answer["error"] == "CypherSyntax":
        message = f"syntax error: {message}"
    if message.startswith("Missing parameter: $"):
        name = message.partition("$")[2]
        message = f"${name} has no value; give it as a parameter: {name}=VALUE"
    return QueryError(f"{place}: {message}")


def _refused(query: str, token: re.Match[str], what: str, reason: str) -> QueryError:
    before = query[: token.start()]
    line, column = before.count("\n") + 1, token.start() - before.rfind("\n")
    return QueryError(f"query:{line}:{column}: {what} is refused; {reason}")


def _dotted(tokens: list[re.Match[str]], place: int) -> str:
    name = ""
    for token in (tokens[at] for at in range(place, len(tokens))):
        if not token["word"] and token[0] != ".":
            break
        if token["word"] and name and not name.endswith("."):
            break
        name += token[0]
    return name


def plain(value: Term) -> Any:
    """Write a value for Cypher: an address is a text."""
    return value.value if isinstance(value, Iri) else value
