"""RIS, as reference managers and IEEE Xplore export it; positions are the lines of ``TY``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.sources.raw import Item, RawRecord, dropped, shown
from ontology.records import Reason

_TAG = re.compile(r"^\s*([A-Z][A-Z0-9])  ?- ?(.*)$")
_LISTS = frozenset({"AU", "A1", "KW"})
_VOLUME_TYPES = frozenset({"SER", "JFULL"})


def read_ris(text: str, source: str) -> Iterator[Item]:
    """Read the records of a RIS source; a record without its ``ER`` line ends at the next ``TY``."""
    values: dict[str, list[str]] = {}
    start, last = 0, ""
    for number, line in enumerate(text.splitlines(), start=1):
        match = _TAG.match(line)
        tag = match[1] if match else ""
        if match is None:
            if line.strip() and last:
                values[last][-1] += " " + line.strip()
            elif line.strip(" \ufeff\x00"):
                yield _stray(source, number, line)
        elif tag in {"TY", "ER"}:
            yield from _finished(values, source, start)
            values, start, last = ({"TY": [match[2]]}, number, "") if tag == "TY" else ({}, 0, "")
        elif not start:
            yield _stray(source, number, line)
        else:
            values.setdefault(tag, []).append(match[2])
            last = tag
    yield from _finished(values, source, start)


def _stray(source: str, number: int, line: str) -> Item:
    detail = f"{shown(line)} stands outside of a record; a record starts with TY"
    return dropped(source, number, Reason.MALFORMED, detail)


def _finished(values: dict[str, list[str]], source: str, start: int) -> Iterator[Item]:
    if not values:
        return
    kind = values["TY"][0].strip()
    if kind in _VOLUME_TYPES:
        yield dropped(source, start, Reason.NOT_A_PAPER, f"TY {kind} describes a whole volume")
        return
    yield RawRecord(start, {tag: _value(tag, found) for tag, found in values.items()})


def _value(tag: str, found: list[str]) -> object:
    if tag in _LISTS:
        return found
    return " ".join(found) if tag in {"AB", "N2"} else found[0]
