"""Read vocabulary files: curated entities with aliases, broader terms and notes.

A file is UTF-8, tab-separated, with the header ``id type name aliases broader note``:

- ``id``: ``<type>:<slug>``, lower case, unique over all files, stable for ever;
- ``type``: ``Dataset``, ``Modality``, ``Method`` or ``Task``;
- ``name``: the canonical name, singular, lower case except proper names and acronyms;
- ``aliases``: further names, parted by ``|``; ``@zh`` (any language tag) after a name gives its
  language, English otherwise;
- ``broader``: ids of broader entries of the same type, parted by ``|``;
- ``note``: free text.

Lines that start with ``#`` are comments. ``distinct.tsv`` (header ``type a b``) lists pairs of names
that must never merge.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from ontology.errors import VocabularyError
from ontology.names import match_key
from ontology.terms import EntityType

COLUMNS = ("id", "type", "name", "aliases", "broader", "note")
_ID = re.compile(r"(dataset|modality|method|task):[a-z0-9][a-z0-9.+-]*")
_LANGUAGE = re.compile(r"(?P<name>.+)@(?P<language>[a-z]{2,3}(?:-[A-Za-z0-9]+)*)")


@dataclass(frozen=True, slots=True)
class Alias:
    """A further name of a vocabulary entry with its BCP 47 language tag."""

    name: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Entry:
    """One curated entity."""

    id: str
    type: EntityType
    name: str
    aliases: tuple[Alias, ...] = ()
    broader: tuple[str, ...] = ()
    note: str = ""


class Vocabulary:
    """Curated entities, found by id or by any spelling of any of their names.

    Raises :class:`VocabularyError` on a repeated id, on a name that two entries of one type own,
    on a broader id that is unknown or of another type, and on a cycle of broader terms.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._by_id: dict[str, Entry] = {}
        self._by_key: dict[tuple[EntityType, str], Entry] = {}
        for entry in entries:
            self._add(entry)
        self._check_broader()

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def __getitem__(self, identifier: str) -> Entry:
        return self._by_id[identifier]

    def find(self, kind: EntityType, name: str) -> Entry | None:
        """Look up a name in any of its spellings among the entries of one type."""
        return self._by_key.get((kind, match_key(name)))

    def ancestors(self, identifier: str) -> tuple[str, ...]:
        """Ids of all broader entries, nearest first, without repetition."""
        found: dict[str, None] = {}
        queue = list(self._by_id[identifier].broader)
        while queue:
            parent = queue.pop(0)
            if parent not in found:
                found[parent] = None
                queue.extend(self._by_id[parent].broader)
        return tuple(found)

    def _add(self, entry: Entry) -> None:
        if entry.id in self._by_id:
            raise VocabularyError(f"{entry.id}: the id is used twice; ids are unique")
        self._by_id[entry.id] = entry
        for name in (entry.name, *(alias.name for alias in entry.aliases)):
            key = (entry.type, match_key(name))
            if not key[1]:
                raise VocabularyError(f"{entry.id}: {name!r} holds no letter or digit")
            owner = self._by_key.setdefault(key, entry)
            if owner is not entry:
                raise VocabularyError(
                    f"{entry.id}: {name!r} already names {owner.id}; one {entry.type.value} a name"
                )

    def _check_broader(self) -> None:
        for entry in self:
            for parent in entry.broader:
                if parent not in self._by_id:
                    raise VocabularyError(f"{entry.id}: broader {parent!r} is no entry")
                if self._by_id[parent].type is not entry.type:
                    raise VocabularyError(f"{entry.id}: broader {parent!r} is of another type")
            if entry.id in self.ancestors(entry.id):
                raise VocabularyError(f"{entry.id}: broader terms lead back to the entry itself")


def read_entries(path: Path) -> Iterator[Entry]:
    """Read the entries of one vocabulary file, in file order.

    Raises :class:`VocabularyError` naming file and line where the file breaks a rule.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise VocabularyError(f"{path}: cannot be read as UTF-8 text; {error}") from error
    rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    header: tuple[str, ...] | None = None
    for number, row in enumerate(rows, start=1):
        if not row or row[0].startswith("#"):
            continue
        if header is None:
            header = tuple(row)
            if header != COLUMNS:
                raise VocabularyError(
                    f"{path}:{number}: the header is {' '.join(header)!r}; "
                    f"it must be {' '.join(COLUMNS)!r}, parted by tabs"
                )
            continue
        yield _entry(row, f"{path}:{number}")


def _entry(row: list[str], where: str) -> Entry:
    if len(row) != len(COLUMNS):
        raise VocabularyError(f"{where}: {len(row)} columns; every line has {len(COLUMNS)}")
    identifier, kind, name, aliases, broader, note = (cell.strip() for cell in row)
    if not _ID.fullmatch(identifier) or not identifier.startswith(kind.lower() + ":"):
        raise VocabularyError(f"{where}: id {identifier!r}; it reads <type>:<slug> in lower case")
    if kind not in {member.value for member in EntityType}:
        raise VocabularyError(f"{where}: type {kind!r}; one of Dataset, Modality, Method, Task")
    if not name:
        raise VocabularyError(f"{where}: the name is empty")
    return Entry(
        id=identifier,
        type=EntityType(kind),
        name=name,
        aliases=tuple(_alias(cell.strip()) for cell in aliases.split("|") if cell.strip()),
        broader=tuple(cell.strip() for cell in broader.split("|") if cell.strip()),
        note=note,
    )


def _alias(cell: str) -> Alias:
    if match := _LANGUAGE.fullmatch(cell):
        return Alias(match["name"].strip(), match["language"])
    return Alias(cell)


@cache
def shipped_vocabulary() -> Vocabulary:
    """The vocabulary that comes with litkg, read once a process."""
    folder = Path(str(files("ontology.vocabulary")))
    return Vocabulary(
        entry
        for name in ("datasets.tsv", "modalities.tsv", "methods.tsv", "tasks.tsv")
        for entry in read_entries(folder / name)
    )
