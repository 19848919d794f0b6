"""The process that runs SPARQL queries: pyoxigraph cannot be interrupted, a process can.

Reads JSON requests from stdin, one a line, and answers each on stdout. Run as a file by ``kg.sparql``
and ``kg.server``, so that it starts without the rest of litkg: about 0.1 s.

A request holds ``store``, ``query``, ``prefixes`` and ``limit``; its answer is one line of JSON, in
which a term is ``[value, kind]``: kind ``iri``, ``blank`` or the IRI of a datatype. A request that
holds ``media_types`` (``results`` for SELECT and ASK, ``graph`` for CONSTRUCT and DESCRIBE) is
answered by a line of JSON and ``size`` bytes in that media type. What is wrong with a query is an
answer, too: ``error`` and ``message``. An argument bounds the memory of the process, in bytes.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice
from typing import Any

import pyoxigraph

try:
    import resource
except ImportError:  # Windows sets no such bounds
    resource = None  # type: ignore[assignment]

LONGEST_MESSAGE = 10_000
"""Characters of an error; an error may quote a name as long as the query."""

NOT_ACCEPTABLE = "NotAcceptable"
"""The error where no media type is given for the kind of answer that a query has."""

_RESULTS = pyoxigraph.QueryResultsFormat
_GRAPHS = pyoxigraph.RdfFormat
_LOCAL_NAME = re.compile(r"[A-Za-z_][\w.\-]*\Z")
_NO_XML = dict.fromkeys(
    [*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0xFFFE, 0xFFFF], "\N{REPLACEMENT CHARACTER}"
) | {0x0D: "&#13;"}


def answer(store: str, query: str, prefixes: dict[str, str], limit: int) -> dict[str, Any]:
    """Run a query on a store and give the answer as plain values; at most ``limit`` rows."""
    opened = pyoxigraph.Store.read_only(store)
    print(end=" ", flush=True)  # From here on the time counts.
    found = opened.query(query, prefixes=prefixes)
    if isinstance(found, pyoxigraph.QueryBoolean):
        return {"kind": "ask", "columns": ["answer"], "rows": [[[bool(found), ""]]]}
    if isinstance(found, pyoxigraph.QueryTriples):
        columns, kind = ["subject", "predicate", "object"], "graph"
    else:
        columns, kind = [variable.value for variable in found.variables], "select"
    rows = [[_term(term) for term in _terms(row)] for row in islice(found, limit + 1)]
    return {"kind": kind, "columns": columns, "rows": rows[:limit], "truncated": len(rows) > limit}


def serialised(
    store: str,
    query: str,
    prefixes: dict[str, str],
    limit: int,
    media_types: dict[str, str | None],
    version: int,
) -> tuple[dict[str, Any], bytes]:
    """Run a query on a store and give the answer in a media type; at most ``limit`` rows.

    Requests of one ``version`` share an open store. Characters that XML cannot carry are replaced in
    XML by U+FFFD.
    """
    found = _opened(store, version).query(query, prefixes=prefixes)
    kind = "graph" if isinstance(found, pyoxigraph.QueryTriples) else "results"
    media_type = media_types[kind]
    if media_type is None:
        return {"error": NOT_ACCEPTABLE, "message": kind}, b""
    rows = [] if isinstance(found, pyoxigraph.QueryBoolean) else list(islice(found, limit + 1))
    if isinstance(found, pyoxigraph.QueryBoolean):
        written = found.serialize(format=_RESULTS.from_media_type(media_type))
    elif isinstance(found, pyoxigraph.QueryTriples):
        written = _graph(rows[:limit], media_type, prefixes)
    else:
        written = _results(found.variables, rows[:limit], media_type)
    body = written or b""
    if media_type.endswith("xml"):
        body = body.decode().translate(_NO_XML).encode()
    head = {"kind": kind, "media_type": media_type, "truncated": len(rows) > limit}
    return {**head, "size": len(body)}, body


@lru_cache(maxsize=1)
def _opened(store: str, _version: int) -> pyoxigraph.Store:
    return pyoxigraph.Store.read_only(store)


def _results(variables: list[Any], rows: list[Any], media_type: str) -> bytes | None:
    # pyoxigraph writes only what it has found or read itself, so a cut answer goes through TSV,
    # whose terms are those of N-Triples.
    lines = ["\t".join(str(variable) for variable in variables)]
    lines += ["\t".join("" if term is None else str(term) for term in row) for row in rows]
    again = pyoxigraph.parse_query_results("\n".join(lines) + "\n", _RESULTS.TSV)
    return again.serialize(format=_RESULTS.from_media_type(media_type))


def _graph(triples: list[Any], media_type: str, prefixes: dict[str, str]) -> bytes | None:
    kind = _GRAPHS.from_media_type(media_type)
    if kind == _GRAPHS.RDF_XML:
        for triple in triples:
            if not _LOCAL_NAME.search(triple.predicate.value):
                raise ValueError(
                    f"RDF/XML has no way to write the predicate {triple.predicate}; ask for Turtle"
                )
    return pyoxigraph.serialize(triples, format=kind, prefixes=prefixes)


def _terms(row: Any) -> Iterable[Any]:
    if isinstance(row, pyoxigraph.Triple):
        return row.subject, row.predicate, row.object
    return tuple(row)


def _term(term: Any) -> list[Any] | None:
    if term is None:
        return None
    if isinstance(term, pyoxigraph.NamedNode):
        return [term.value, "iri"]
    if isinstance(term, pyoxigraph.Literal):
        return [term.value, term.datatype.value]
    return [str(term), "blank"]


def main() -> None:
    """Answer the requests on stdin until it ends."""
    if len(sys.argv) > 1 and resource:
        resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]),) * 2)
    for line in sys.stdin.buffer:
        request = json.loads(line)
        body = b""
        try:
            if "media_types" in request:
                found, body = serialised(**request)
            else:
                found = answer(**request)
        except (SyntaxError, RuntimeError, ValueError, OSError, MemoryError) as error:
            kind = "OSError" if isinstance(error, OSError) else type(error).__name__
            found = {"error": kind, "message": str(error)[:LONGEST_MESSAGE]}
        sys.stdout.buffer.write(json.dumps(found).encode() + b"\n" + body)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
