"""BibTeX and BibLaTeX; a broken entry is dropped alone, a volume of proceedings is no paper."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping

from bibtexparser.entrypoint import parse_string
from bibtexparser.model import Block, DuplicateFieldKeyBlock, Entry, ParsingFailedBlock

from kg.sources.latex import decode_latex
from kg.sources.raw import Item, RawRecord, dropped, shown
from ontology.records import LedgerRow, Origin, Outcome, Reason

_VOLUMES = frozenset({"proceedings", "mvproceedings", "periodical", "collection", "mvcollection"})
_OUTSIDE_STRINGS = re.compile(r'\s*#\s*(?=(?:[^"{}]*"[^"]*")*[^"]*$)')


def read_bibtex(text: str, source: str) -> Iterator[Item]:
    """Read the entries of a BibTeX source; positions are the lines on which entries start."""
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)  # our rows say what it warns of
    library = parse_string(text, parse_stack=[])
    strings = {string.key.casefold(): _bare(string.value) for string in library.strings}
    for block in library.blocks:
        yield from _items(block, strings, source)


def _items(block: Block, strings: Mapping[str, str], source: str) -> Iterator[Item]:
    line = (block.start_line or 0) + 1
    if isinstance(block, DuplicateFieldKeyBlock):
        names = ", ".join(sorted(block.duplicate_keys))
        detail = f"{names} stands more than once in the entry; the first counts"
        yield LedgerRow(Origin(source, line), Reason.VALUE_IGNORED, Outcome.CHANGED, detail)
    if isinstance(block, ParsingFailedBlock) and block.ignore_error_block is None:
        yield dropped(source, line, Reason.MALFORMED, f"broken entry: {shown(block.raw or '')}")
        return
    entry = block.ignore_error_block if isinstance(block, ParsingFailedBlock) else block
    if not isinstance(entry, Entry):
        return
    if entry.entry_type.casefold() in _VOLUMES:
        detail = f"{entry.key}: @{entry.entry_type} describes a whole volume"
        yield dropped(source, line, Reason.NOT_A_PAPER, detail)
        return
    yield RawRecord(line, _values(entry, strings))


def _values(entry: Entry, strings: Mapping[str, str]) -> dict[str, object]:
    values: dict[str, object] = {"id": entry.key}
    for field in entry.fields:
        name = field.key.casefold()
        if name == "id":
            continue
        text = field_text(str(field.value), strings)
        if name == "author":
            values.setdefault(name, [_name(part) for part in _people(text)])
        else:
            values.setdefault(name, decode_latex(text))
    return values


def field_text(value: str, strings: Mapping[str, str]) -> str:
    """Resolve a raw field value: delimiters go, ``@string`` names and ``#`` are expanded.

    >>> field_text('"Vol. " # one', {"one": "1"})
    'Vol. 1'
    """
    if value[:1] == "{" and value[-1:] == "}":
        return value[1:-1]
    parts = [value] if "#" not in value else _OUTSIDE_STRINGS.split(value)
    return "".join(strings.get(part.casefold(), _bare(part)) for part in parts)


def _bare(value: str) -> str:
    value = value.strip()
    if len(value) > 1 and (value[0], value[-1]) in {("{", "}"), ('"', '"')}:
        return value[1:-1]
    return value


def _people(text: str) -> list[str]:
    """Split an author list at ``and`` outside braces."""
    text = " ".join(text.split())
    depth, start, people = 0, 0, []
    for match in re.finditer(r"[{}]|\s+and\s+", text):
        if match[0] in "{}":
            depth += 1 if match[0] == "{" else -1
        elif depth <= 0:
            people.append(text[start : match.start()])
            start = match.end()
    return [*people, text[start:]]


def _name(person: str) -> object:
    """Decode a name; one wholly in braces is no "Family, Given" whatever commas it holds."""
    person = person.strip()
    plain = decode_latex(person.replace("~", " "))
    return {"literal": plain} if person.startswith("{") and person.endswith("}") else plain
