"""SPARQL over a graph folder.

The first query makes a pyoxigraph store from the N-Triples of the graph, in
``GRAPH/.store/<digest>``; a graph that changed has another digest, so a stale store is never read.
Each query runs in a process of its own, which is killed at the time limit. Queries only read:
updates, SERVICE (it would call out to the network) and FROM are refused before they run.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyoxigraph

from exports import ntriples
from kg import query_process, sparql_worker
from kg.bindings import STRING, Term, bound
from kg.graph import Graph, open_graph
from kg.query_result import QueryResult, Value
from kg.query_store import Progress, stored
from ontology.errors import QueryError
from ontology.identifiers import PREFIXES

_XSD = PREFIXES["xsd"]
_INTEGERS = frozenset(
    _XSD + name
    for name in ("integer", "int", "long", "short", "byte", "nonNegativeInteger", "unsignedInt")
)
_FLOATS = frozenset(_XSD + name for name in ("double", "float", "decimal"))
_INTEGER = re.compile("[+-]?[0-9]{1,4000}")
"""Python reads and writes no more than 4,300 digits."""
_FLOAT = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_TRUTH = {"true": True, "1": True, "false": False, "0": False}

_TOKEN = re.compile(
    r"""
      [\s{}()\[\];,=&|!*/+^]+
    | \#[^\n\r]*
    | STRING
    | [?$]\w+
    | (?P<iri><[^<>"{}|^`\\\s]*>)
    | (?P<run>[\w.\-]*) (?P<local>:(?:(?:[\w:%]|ESCAPE)(?:[\w.\-:%]|ESCAPE)*)?)?
    | .
    """.replace("ESCAPE", r"\\[_~.\-!$&'()*+,;=/?\#@%]").replace("STRING", STRING),
    re.VERBOSE | re.DOTALL,
)
"""Tokens as far as refusals need them.

A local name does not begin with a dot: in ``x:.SERVICE`` the dot ends a triple. Queries may be
hostile, so n characters take some n steps: runs are taken whole.
"""
_WORD = re.compile("[A-Za-z]+")
_UPDATES = frozenset(
    ("INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH")
)
_ADVICE = (
    "bind a variable more tightly, use MINUS instead of FILTER NOT EXISTS, look counts up"
    " (litkg:paperCount) instead of counting"
)
_POSITION = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_CHARACTERS = re.compile(r"\[(?:'(?:\\.|[^'\\])*'|[^\]'])*\]", re.DOTALL)


def sparql(
    graph_folder: Path,
    query: str,
    *,
    parameters: Mapping[str, Term] | None = None,
    timeout: float = 60,
    limit: int = 10_000,
    progress: Progress | None = None,
) -> QueryResult:
    """Answer a SPARQL 1.1 query (SELECT, ASK, CONSTRUCT, DESCRIBE) on a graph folder.

    ``parameters`` are the values of the variables written ``$name``, see ``kg.bindings.bound``.

    ``timeout`` is in seconds and does not count the making of the store; ``limit`` bounds the rows.
    The prefixes of ``ontology.identifiers.PREFIXES`` are declared. Raises ``QueryError`` for a
    query that is malformed, forbidden or past its time, ``GraphError`` for the folder.
    """
    query = bound(query, parameters or {})
    check(query)
    store = open_store(open_graph(graph_folder), progress=progress)
    request = {"store": str(store), "query": query, "prefixes": PREFIXES, "limit": limit}
    answer = query_process.ask(sparql_worker.__file__, request, timeout=timeout, advice=_ADVICE)
    if "error" in answer:
        raise explained(answer["message"], query)
    return QueryResult(
        answer["kind"],
        tuple(answer["columns"]),
        tuple(tuple(value_of(term) for term in row) for row in answer["rows"]),
        answer.get("truncated", False),
    )


def check(query: str) -> None:
    """Raise ``QueryError`` where a query would change the graph or leave it for the network.

    Strings, comments, IRIs, variables and local names may hold any word. The parser behind needs no
    space around SERVICE, so it is refused as a part of other words, too.
    """
    first = True
    for token in _TOKEN.finditer(query):
        run, local, iri = token["run"] or "", token["local"], token["iri"] or ""
        # In "?a<?b)SERVICE:x#>" the angle brackets are no IRI to the parser.
        hidden = "SERVICE" in iri.upper().partition(")")[2]
        if "SERVICE" in run.upper() or hidden:
            raise _refused("SERVICE", "queries do not reach the network", query, token)
        if local is not None:  # a prefixed name
            continue
        for word in map(str.upper, _WORD.findall(run)):
            if word == "FROM":
                raise _refused(word, "a graph folder is one graph, leave FROM out", query, token)
            if first and word in _UPDATES:
                raise _refused(word, "queries only read the graph", query, token)
            first = first and word in ("BASE", "PREFIX", "VERSION")


def _refused(word: str, reason: str, query: str, token: re.Match[str]) -> QueryError:
    found = re.search(word, token[0], re.IGNORECASE)
    start = token.start() + (found.start() if found else 0)
    return QueryError(f"query:{_line_column(query, start)}: {word} is refused; {reason}")


def open_store(graph: Graph, *, progress: Progress | None = None) -> Path:
    """Give the folder of the graph's store, made now where there is none for this digest.

    Raises ``QueryError`` where the graph folder cannot be written to.
    """
    return stored(graph, "", lambda path: _fill(path, graph, progress))


def _fill(path: Path, graph: Graph, progress: Progress | None) -> None:
    store = pyoxigraph.Store(path)
    pieces = io.BufferedReader(_Pieces(ntriples.generate(graph), progress), 1 << 20)
    store.bulk_load(input=pieces, format=pyoxigraph.RdfFormat.N_TRIPLES)
    store.optimize()
    store.flush()


class _Pieces(io.RawIOBase):
    """N-Triples as a file to read from, made while it is read."""

    def __init__(self, pieces: Iterator[str], progress: Progress | None) -> None:
        self._pieces = pieces
        self._progress = progress
        self._rest = b""
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._count += piece.count("\n")
            if self._progress:
                self._progress(self._count)
            self._rest = piece.encode()
        size = min(len(buffer), len(self._rest))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        return size


def out_of_time(timeout: float) -> QueryError:
    """The error of a query that was ended after so many seconds."""
    return query_process.out_of_time(timeout, _ADVICE)


def explained(message: str, query: str) -> QueryError:
    """The error behind what the query engine says of a query: position and reason in one line."""
    found = _POSITION.match(message)
    if not found:
        return QueryError(f"query: {message}")
    line, column = int(found[1]), int(found[2])
    lines = query.splitlines() or [""]
    near = lines[line - 1][column - 1 :].strip()[:30] if line <= len(lines) else ""
    where = f'before "{near}"' if near else "at the end"
    expected = _CHARACTERS.sub("", found[3].removeprefix("expected ").removeprefix("one of "))
    options = [option.strip() for option in expected.split(", ")]
    options = [option for option in options if option not in ("", "SERVICE", "LATERAL")]
    sentences = [option for option in options if " " in option]
    if sentences or not options:
        reason = sentences[0] if sentences else "what stands before it is incomplete"
    else:
        reason = f"expected {' or '.join(options)}"
    return QueryError(f"query:{line}:{column}: syntax error {where}: {reason}")


def _line_column(query: str, start: int) -> str:
    before = query[:start]
    return f"{before.count(chr(10)) + 1}:{start - before.rfind(chr(10))}"


def value_of(term: list[Any] | None) -> Value:
    """The plain value of a term, given as its text and the IRI of its datatype.

    A literal that is none of its datatype, or that no number here can hold, stays the text that it is.

    >>> value_of(["3", _XSD + "integer"]), value_of(["three", _XSD + "integer"])
    (3, 'three')
    """
    if term is None:
        return None
    value: str = term[0]
    if term[1] in _INTEGERS and _INTEGER.fullmatch(value):
        return int(value)
    if term[1] in _FLOATS and _FLOAT.fullmatch(value) and math.isfinite(number := float(value)):
        return number
    if term[1] == _XSD + "boolean" and value in _TRUTH:
        return _TRUTH[value]
    return value
