"""JSON Lines: one object a line; a line that is none is dropped alone."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import BinaryIO

from kg.sources.decoding import decode_line, marked_encoding
from kg.sources.raw import Item, RawRecord, dropped, shown
from ontology.records import LedgerRow, Origin, Outcome, Reason

LINE_LIMIT = 1 << 28
"""Bytes that one line may have; a longer line is dropped unread."""


def read_jsonl(stream: BinaryIO, source: str) -> Iterator[Item]:
    """Stream the objects of a JSON Lines source; positions are line numbers."""
    for number, line in enumerate(_lines(stream), start=1):
        if len(line) >= LINE_LIMIT:
            yield dropped(source, number, Reason.TOO_LONG, f"the line has over {LINE_LIMIT} bytes")
            continue
        decoded = decode_line(line)
        if not decoded.text.strip("\x00 \t\r\n\ufeff"):
            continue
        if decoded.encoding:
            detail = f"not valid UTF-8; read as {decoded.encoding}"
            origin = Origin(source, number)
            yield LedgerRow(origin, Reason.ENCODING_REPAIRED, Outcome.CHANGED, detail)
        yield _record(decoded.text, source, number)


def _record(line: str, source: str, number: int) -> Item:
    try:
        value = parse_json(line)
    except ValueError as error:
        return dropped(source, number, Reason.MALFORMED, f"not JSON: {error}; {shown(line)}")
    if not isinstance(value, dict):
        detail = f"{shown(line)} is no JSON object; every line must be one"
        return dropped(source, number, Reason.MALFORMED, detail)
    return RawRecord(number, value)


def parse_json(text: str) -> object:
    """Parse JSON that may hold raw control characters in strings.

    Raises :class:`ValueError` on anything else, too deep nesting included.
    """
    try:
        return json.loads(text.strip("\x00\ufeff \t\r\n"), strict=False)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    start = stream.peek(4)[:4] if isinstance(stream, io.BufferedReader) else b""
    if marked_encoding(start).startswith(("utf-16", "utf-32")):
        text = stream.read().decode(marked_encoding(start), "replace")
        yield from (line.encode("utf-8", "surrogatepass") for line in text.split("\n"))
        return
    while line := stream.readline(LINE_LIMIT):
        yield line
        while len(line) == LINE_LIMIT and not line.endswith(b"\n"):
            line = stream.readline(LINE_LIMIT)
