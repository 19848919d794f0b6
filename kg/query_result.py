"""The answer to a query and its three faces: table, JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from exports.cells import guarded
from kg.printable import printable
from ontology.identifiers import PREFIXES

Value = str | int | float | bool | list["Value"] | dict[str, "Value"] | None
"""IRIs are strings in full, numbers and booleans those of Python, an unbound variable ``None``.

Lists, maps, nodes and relationships of Cypher are lists and dicts.
"""


@dataclass(frozen=True, slots=True)
class QueryResult:
    """Rows of a query, in the order of ``columns``.

    ASK gives one row with the column ``answer``; CONSTRUCT and DESCRIBE one row a triple.
    ``truncated`` tells that there were more rows than the limit, ``notes`` what the engine remarks on
    the query.
    """

    kind: Literal["select", "ask", "graph"]
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    truncated: bool = False
    notes: tuple[str, ...] = ()

    def records(self) -> list[dict[str, Value]]:
        """The rows as one object each, with the same keys."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def as_json(result: QueryResult) -> str:
    """Write the rows as a JSON list of objects, exactly."""
    return json.dumps(result.records(), ensure_ascii=False, indent=2) + "\n"


def as_csv(result: QueryResult) -> str:
    """Write the rows as CSV that a spreadsheet may open.

    Texts that it might run are guarded by ``exports.cells``; numbers stay as they are. Use JSON
    where texts must be exact.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([_harmless(column) for column in result.columns])
    writer.writerows([_harmless(value) for value in row] for row in result.rows)
    return text.getvalue()


def as_table(result: QueryResult, *, width: int | None = None) -> str:
    """Write the rows as a table for the terminal, as wide as that is unless told otherwise.

    IRIs are shortened by their prefixes; control characters are replaced, so that no title steers
    the terminal.
    """
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for column in result.columns:
        table.add_column(Text(printable(column)))
    for row in result.rows:
        table.add_row(*(Text(_shown(value)) for value in row))
    text = io.StringIO()
    columns = width or shutil.get_terminal_size((100, 24)).columns
    Console(file=text, width=columns, color_system=None).print(table)
    lines = [line.rstrip() for line in text.getvalue().splitlines()]
    count = len(result.rows)
    more = ", more were left out" if result.truncated else ""
    return "\n".join([*lines, f"{count} {'row' if count == 1 else 'rows'}{more}"]) + "\n"


RENDERERS: dict[str, Callable[[QueryResult], str]] = {
    "table": as_table,
    "json": as_json,
    "csv": as_csv,
}
"""Writers of answers; the keys feed ``kg query --format``."""


def _harmless(value: Value) -> Value:
    if isinstance(value, bool):
        return "true" if value else "false"
    value = _one_text(value)
    return guarded(value) if isinstance(value, str) else value


def _shown(value: Value) -> str:
    if value is None:
        return ""
    value = _one_text(value)
    if not isinstance(value, str):
        return str(value).lower() if isinstance(value, bool) else str(value)
    for prefix, namespace in PREFIXES.items():
        if value.startswith(namespace) and " " not in value:
            value = f"{prefix}:{value[len(namespace) :]}"
            break
    return printable(value)


def _one_text(value: Value) -> Value:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
