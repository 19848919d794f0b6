"""One JSON value: a list of records, an object that holds such a list, or a single record."""

from __future__ import annotations

from collections.abc import Iterator

from kg.sources.jsonlines import parse_json
from kg.sources.raw import Item, RawRecord, dropped, shown
from ontology.records import Reason

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
        yield dropped(source, 1, Reason.MALFORMED, f"not JSON: {error}")
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
