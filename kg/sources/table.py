"""CSV and TSV with a header line, as Excel, Zotero, Scopus and IEEE Xplore export them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from kg.sources.fields import NAMES, fold_name
from kg.sources.raw import Item, RawRecord, dropped, shown
from ontology.records import LedgerRow, Origin, Outcome, Reason

_TITLES = frozenset(NAMES["title"])
_CELL_LIMIT = 1 << 28


def read_table(text: str, source: str) -> Iterator[Item]:
    """Read the rows of a table; positions are the numbers of the lines on which rows start.

    A quote that is never closed costs its own line only.
    """
    csv.field_size_limit(_CELL_LIMIT)
    lines = list(io.StringIO(text, newline=""))
    delimiter = find_delimiter(lines[0]) if lines else ","
    header: list[str] = []
    start = 0
    while start < len(lines):
        row, used = _next_row(lines, start, delimiter)
        if used > 1 and len(row) < len(header):
            row, used = [lines[start].rstrip("\r\n")], 1
        if not any(cell.strip() for cell in row):
            pass
        elif not header:
            header = [cell.strip() for cell in row]
        else:
            yield from _row(row, header, source, start + 1)
        start += used


def _next_row(lines: list[str], start: int, delimiter: str) -> tuple[list[str], int]:
    """Read the row that starts on a line and say how many lines it takes."""
    reader = csv.reader((lines[at] for at in range(start, len(lines))), delimiter=delimiter)
    try:
        row = next(reader, [])
    except csv.Error:
        return [lines[start]], 1
    return row, max(1, reader.line_num)


def find_delimiter(header: str) -> str:
    """Choose the delimiter under which most cells of the header line are known field names.

    >>> find_delimiter("Title;Year")
    ';'
    """
    return max(",\t;|", key=lambda mark: (known_columns(header, mark), header.count(mark)))


def known_columns(header: str, delimiter: str) -> int:
    """Count the cells of a header line that name a known field."""
    known = {name for names in NAMES.values() for name in names}
    return sum(fold_name(cell) in known for cell in header.split(delimiter))


def looks_like_table(header: str) -> bool:
    """Tell whether a line is the header of a table of papers: a title and one more column."""
    delimiter = find_delimiter(header)
    cells = {fold_name(cell) for cell in header.split(delimiter)}
    return len(cells) > 1 and bool(cells & _TITLES) and known_columns(header, delimiter) > 1


def _row(row: list[str], header: list[str], source: str, line: int) -> Iterator[Item]:
    if len(row) < len(header) and len(row) == 1:
        yield dropped(source, line, Reason.MALFORMED, f"one cell of {len(header)}: {shown(row[0])}")
        return
    if len(row) > len(header):
        origin = Origin(source, line)
        extra = shown(" | ".join(row[len(header) :]))
        detail = f"{len(row)} cells under {len(header)} columns; {extra} was ignored"
        yield LedgerRow(origin, Reason.VALUE_IGNORED, Outcome.CHANGED, detail)
    yield RawRecord(line, {name: cell for name, cell in zip(header, row, strict=False) if name})
