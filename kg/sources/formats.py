"""All readable formats by name, how to recognise them, and the reading of one file."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import PurePath
from typing import BinaryIO

from kg.sources.bibtex import read_bibtex
from kg.sources.decoding import decode
from kg.sources.feed import parse_header, read_feed
from kg.sources.fields import source_records, unknown_names
from kg.sources.files import SourceFile, head, open_source
from kg.sources.jsonlines import parse_json, read_jsonl
from kg.sources.jsonlist import read_json, record_list
from kg.sources.raw import Item, RawRecord, dropped
from kg.sources.ris import read_ris
from kg.sources.table import looks_like_table, read_table
from ontology.errors import InputError
from ontology.records import LedgerRow, Origin, Outcome, Reason, SourceRecord
from ontology.text import encodable

Reader = Callable[[BinaryIO, str], Iterator[Item]]
"""Reads an open stream under a source name."""

TEXT_LIMIT = 1 << 29
"""Bytes of a source that must be read as a whole; JSON Lines has no such limit."""


def _whole(read: Callable[[str, str], Iterator[Item]]) -> Reader:
    """Make a reader of streams from a reader of whole texts."""

    def reader(stream: BinaryIO, source: str) -> Iterator[Item]:
        data = stream.read(TEXT_LIMIT + 1)
        if len(data) > TEXT_LIMIT:
            detail = f"over {TEXT_LIMIT} bytes; part it, or give it as JSON Lines"
            yield dropped(source, 0, Reason.TOO_LONG, detail)
            return
        decoded = decode(data)
        if decoded.encoding:
            detail = f"not valid UTF-8; read as {decoded.encoding}, first on this line"
            origin = Origin(source, decoded.repaired_line)
            yield LedgerRow(origin, Reason.ENCODING_REPAIRED, Outcome.CHANGED, detail)
        yield from read(decoded.text, source)

    return reader


FORMATS: dict[str, Reader] = {
    "feed": _whole(read_feed),
    "jsonl": read_jsonl,
    "json": _whole(read_json),
    "csv": _whole(read_table),
    "bibtex": _whole(read_bibtex),
    "ris": _whole(read_ris),
}
"""Reader of each format; the keys are the values of ``--from``."""

_EXTENSIONS = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json", ".csv": "csv", ".tsv": "csv",
    ".bib": "bibtex", ".bibtex": "bibtex", ".ris": "ris", ".txt": "feed", ".feed": "feed",
}  # fmt: skip
_ENTRY = re.compile(r"^[ \t]*@[A-Za-z]+[ \t]*\{", re.MULTILINE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\ufffd]")
_RIS_RECORD = re.compile(r"^\s*TY  ?- ?", re.MULTILINE)


def read_file(
    file: SourceFile, source_format: str | None = None
) -> Iterator[SourceRecord | LedgerRow]:
    """Read one file: its records, and ledger rows for all that became none or lost something.

    ``source_format`` is a key of ``FORMATS``; without it the content decides. Raises
    :class:`InputError` for an unknown format.
    """
    if source_format is not None and source_format not in FORMATS:
        names = ", ".join(FORMATS)
        raise InputError(f"{source_format}: no such format; one of {names}")
    unknown: set[str] = set()
    position = 0
    try:
        with open_source(file) as stream:
            start = head(stream)
            found = source_format or sniff(start, file.name, named=file.named)
            if found is None or not start:
                yield _unrecognised(file, start)
                return
            for item in FORMATS[found](stream, file.name):
                if isinstance(item, RawRecord):
                    position = item.position
                    unknown |= unknown_names(item.values)
                    yield from source_records(item, file.name)
                else:
                    yield item
    except (OSError, EOFError, zlib.error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        detail = f"cannot be read further; {reason}" if position else f"cannot be read; {reason}"
        yield dropped(file.name, position, Reason.UNREADABLE, detail)
    if unknown:
        names = encodable(", ".join(sorted(unknown)))
        detail = f"unknown fields were not used: {names}"
        yield LedgerRow(Origin(file.name, 0), Reason.UNKNOWN_FIELD, Outcome.KEPT, detail)


def sniff(start: bytes, name: str, *, named: bool = True) -> str | None:
    """Recognise the format from the first bytes of a source, with the file name as a hint.

    ``None`` means that it is none of them. Plain text without a single feed header counts as a
    feed only where the user named the file.
    """
    hint = _EXTENSIONS.get(PurePath(name.lower().removesuffix(".gz")).suffix)
    whole = decode(start).text
    if 10 * len(_CONTROL.findall(whole)) > len(whole):
        return None
    text = whole.lstrip("\ufeff\x00 \t\r\n")
    first, _, following = text.partition("\n")
    if text.startswith(("{", "[")):
        return _sniff_json(first, following, hint)
    if _RIS_RECORD.match(text):
        return "ris"
    if _ENTRY.match(text) or (hint == "bibtex" and _ENTRY.search(text)):
        return "bibtex"
    if looks_like_table(first):
        return "csv"
    if any(parse_header(line) for line in text.splitlines()):
        return "feed"
    if hint == "feed":
        return "feed" if named and text else None
    return hint if text and hint else None


def _sniff_json(first: str, following: str, hint: str | None) -> str:
    if hint == "jsonl" or first.startswith("["):
        return "jsonl" if hint == "jsonl" else "json"
    try:
        value = parse_json(first)
    except ValueError:
        return "jsonl" if re.search(r"^\{\s*\"", following, re.MULTILINE) else "json"
    if following.strip().startswith("{"):
        return "jsonl"
    return "json" if record_list(value) is not None else "jsonl"


def _unrecognised(file: SourceFile, start: bytes) -> LedgerRow:
    if not start:
        return dropped(file.name, 0, Reason.UNREADABLE, "the file is empty")
    detail = f"its format is not recognised; name it with --from, one of {', '.join(FORMATS)}"
    reason = Reason.UNREADABLE if file.named else Reason.NOT_A_PAPER
    return dropped(file.name, 0, reason, detail)
