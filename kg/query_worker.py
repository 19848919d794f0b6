"""The process that runs one SPARQL query: pyoxigraph cannot be interrupted, a process can.

Reads one JSON request from stdin (``store``, ``query``, ``prefixes``, ``limit``), writes one JSON
answer to stdout. Run as a file by ``kg.query``, so that it starts without the rest of litkg: about
0.1 s. A term is ``[value, kind]``: kind ``iri``, ``blank`` or the IRI of a datatype.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from itertools import islice
from typing import Any

import pyoxigraph


def answer(store: str, query: str, prefixes: dict[str, str], limit: int) -> dict[str, Any]:
    """Run a query on a store and give the answer as plain values; at most ``limit`` rows."""
    found = pyoxigraph.Store.read_only(store).query(query, prefixes=prefixes)
    if isinstance(found, pyoxigraph.QueryBoolean):
        return {"kind": "ask", "columns": ["answer"], "rows": [[[bool(found), ""]]]}
    if isinstance(found, pyoxigraph.QueryTriples):
        columns, kind = ["subject", "predicate", "object"], "graph"
    else:
        columns, kind = [variable.value for variable in found.variables], "select"
    rows = [[_term(term) for term in _terms(row)] for row in islice(found, limit + 1)]
    return {"kind": kind, "columns": columns, "rows": rows[:limit], "truncated": len(rows) > limit}


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
    """Answer the request on stdin; what is wrong with the query is an answer, too."""
    request = json.load(sys.stdin)
    try:
        found = answer(**request)
    except (SyntaxError, RuntimeError, ValueError, OSError) as error:
        found = {"error": type(error).__name__, "message": str(error)}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
