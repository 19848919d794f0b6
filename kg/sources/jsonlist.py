"""One JSON value: a list of records, an object that holds such a list, or a single record."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from kg.sources.jsonlines import parse_json
from kg.sources.raw import Item, RawRecord, dropped, shown
from ontology.records import Reason

_LIST_START = re.compile(r"[\s\ufeff\x00]*(?:\[|\{[^\[{]*\[)")
_NEXT_RECORD = re.compile(r"\n[ \t]*\{|\}\s*,\s*\{")

LIST_KEYS = (
    "papers",
    "records",
    "results",
    "items",
    "data",
    "articles",
    "works",
    "entries",
    "notes",
)
"""Keys under which an object usually keeps its list of records."""


def read_json(text: str, source: str) -> Iterator[Item]:
    """Read the records of a JSON source; positions are places in the list, from 1."""
    try:
        value = parse_json(text)
    except ValueError as error:
        yield from _salvaged(text, source, error)
        return
    records = record_list(value)
    if records is None:
        keys = ", ".join(LIST_KEYS)
        detail = f"{shown(value)} holds no list of records; expected a list, or one under {keys}"
        yield dropped(source, 1, Reason.MALFORMED, detail)
        return
    for position, record in enumerate(records, start=1):
        if isinstance(record, dict):
            yield RawRecord(position, record)
        else:
            detail = f"{shown(record)} is no JSON object; every record must be one"
            yield dropped(source, position, Reason.MALFORMED, detail)


def _salvaged(text: str, source: str, error: ValueError) -> Iterator[Item]:
    """Read what can be read of a broken or cut list: each record that is whole by itself."""
    opening = _LIST_START.match(text)
    if opening is None:
        yield dropped(source, 1, Reason.MALFORMED, f"not JSON: {error}")
        return
    decoder = json.JSONDecoder(strict=False)
    position, count = opening.end(), 0
    while (start := text.find("{", position)) >= 0:
        count += 1
        try:
            record, position = decoder.raw_decode(text, start)
            yield RawRecord(count, record)
        except (ValueError, RecursionError):
            following = _NEXT_RECORD.search(text, start + 1)
            position = following.start() if following else len(text)
            detail = f"broken record: {shown(text[start:position])}"
            yield dropped(source, count, Reason.MALFORMED, detail)
    if not count:
        yield dropped(source, 1, Reason.MALFORMED, f"not JSON: {error}")


def record_list(value: object) -> list[object] | None:
    """Find the list of records in a parsed JSON value, ``None`` where there is none.

    >>> record_list({"total": 1, "results": [{"title": "A"}]})
    [{'title': 'A'}]
    """
    if isinstance(value, list):
        return value
    if not isinstance(value, dict):
        return None
    for key in LIST_KEYS:
        if isinstance(value.get(key), list):
            found: list[object] = value[key]
            return found
    for key in ("message", "response", "hits"):  # one level of wrapping, as web interfaces have
        if isinstance(value.get(key), dict):
            return record_list(value[key])
    folded = {str(key).casefold() for key in value}
    return [value] if folded & {"title", "abstract"} else None
