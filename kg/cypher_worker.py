"""The process that runs one Cypher query: it can be killed, and it opens no file for a query.

Reads one JSON request from stdin (``store``, ``query``, ``parameters``, ``limit``), writes one JSON
answer to stdout. Run as a file by ``kg.cypher``, so that it starts without the rest of litkg. Once
the graph is loaded the process may open nothing more, neither files nor connections (where the
system has limits for that): LOAD CSV would otherwise read what the user may read.
"""

from __future__ import annotations

import json
import math
import sys
from typing import Any

import kglite

_OWN = {"type", "title", "id"}
"""Properties that kglite adds to every node; a paper has a title and an id of its own."""


def answer(store: str, query: str, parameters: dict[str, Any], limit: int) -> dict[str, Any]:
    """Run a query on a store and give the answer as plain values; at most ``limit`` rows."""
    kglite.set_query_warning_policy("silent")
    graph = kglite.load(store).freeze()  # a snapshot that cannot be changed
    _close_the_doors()
    print(end=" ", flush=True)  # From here on the time counts.
    found = graph.cypher(query, params=parameters, timeout_ms=0, row_limit=limit)
    if isinstance(found, str):
        raise TypeError("FORMAT is refused; choose the format with --format")
    total = (found.diagnostics or {}).get("total_rows")
    return {
        "columns": list(found.columns),
        "rows": [[_plain(row[column]) for column in found.columns] for row in found.to_list()],
        "truncated": total is not None and total > limit,
        "notes": [warning for warning in found.warnings if "row_limit" not in warning],
    }


def _close_the_doors() -> None:
    try:
        import resource  # noqa: PLC0415  absent on Windows
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return _node_or_map(value)
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    return str(value)  # dates and durations


def _node_or_map(value: dict[str, Any]) -> dict[str, Any]:
    properties = value.get("properties")
    if isinstance(properties, dict) and "labels" in value:
        labels = value["labels"]
        added = {"type"} if "Paper" in labels else _OWN
        kept = {key: one for key, one in properties.items() if key not in added}
        return {"labels": labels, "properties": _plain(kept)}
    if isinstance(properties, dict) and "type" in value:
        return {"type": value["type"], "properties": _plain(properties)}
    return {key: _plain(one) for key, one in value.items()}


def main() -> None:
    """Answer the request on stdin; what is wrong with the query is an answer, too."""
    request = json.load(sys.stdin)
    try:
        found = answer(**request)
    except (kglite.KgError, ValueError, TypeError, OverflowError) as error:
        found = {
            "error": getattr(error, "code", type(error).__name__),
            "message": str(error),
            "line": getattr(error, "line", None),
            "column": getattr(error, "col", None),
        }
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
