"""Read vocabulary files: curated entities with aliases, broader terms and notes.

A file is UTF-8, tab-separated, with the header ``id type name aliases broader note``:

- ``id``: ``<type>:<slug>``, lower case, unique in its file, stable for ever;
- ``type``: ``Dataset``, ``Modality``, ``Method`` or ``Task``;
- ``name``: the canonical name, singular, lower case except proper names and acronyms;
- ``aliases``: further names, parted by ``|``; ``@zh`` (any language tag) after a name gives its
  language, English otherwise;
- ``broader``: ids of broader entries of the same type, parted by ``|``, in this file or an earlier
  one;
- ``note``: free text.

Lines that start with ``#`` are comments. ``distinct.tsv`` (header ``type a b``) lists pairs of names
that must never merge. What several files say together is settled by ``ontology.vocabulary.merging``;
``ontology.vocabulary.skos`` reads thesauri in RDF.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path

from ontology.errors import VocabularyError
from ontology.identifiers import entity_iri
from ontology.names import match_key
from ontology.terms import EntityType

COLUMNS = ("id", "type", "name", "aliases", "broader", "note")
ID = re.compile(r"(dataset|modality|method|task):[a-z0-9][a-z0-9.+-]*")
"""The shape of an id."""
Names = Mapping[tuple[EntityType, str], "Entry"]
"""The owner of each name, by type and folded name."""

_LANGUAGE = re.compile(r"(?P<name>.+)@(?P<language>[a-z]{2,3}(?:-[A-Za-z0-9]+)*)")
_LINE_END = re.compile(r"\r\n|\n|\r")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""What no cell of a vocabulary or curation file holds."""


@dataclass(frozen=True, slots=True)
class Alias:
    """A further name of a vocabulary entry with its BCP 47 language tag."""

    name: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Entry:
    """One curated entity.

    ``iri_name`` is the name that its IRI comes from, where a later file has given another one.
    ``place`` is the file and line, or concept, that spoke of it last; equality does not see it. A
    canonical name that is not English stands among the aliases once more, with its language.
    """

    id: str
    type: EntityType
    name: str
    aliases: tuple[Alias, ...] = ()
    broader: tuple[str, ...] = ()
    note: str = ""
    iri_name: str = ""
    place: str = field(default="", compare=False, repr=False)

    @property
    def iri(self) -> str:
        """IRI of the entity."""
        return entity_iri(self.type, self.iri_name or self.name)

    @property
    def names(self) -> tuple[str, ...]:
        """All names, the canonical one first."""
        return tuple(dict.fromkeys((self.name, *(alias.name for alias in self.aliases))))

    @property
    def where(self) -> str:
        """How an error names it: its place, else its id."""
        return self.place or self.id


class Vocabulary:
    """Curated entities, found by id or by any spelling of any of their names.

    ``synonyms`` are further ids by which ``vocabulary[id]`` finds an entry. Raises
    :class:`VocabularyError` on a repeated id, on a name that two entries of one type own, on a
    broader id that is unknown or of another type, and on a cycle of broader terms.
    """

    def __init__(self, entries: Iterable[Entry], synonyms: Mapping[str, str] | None = None) -> None:
        self._by_id, self._by_key = index(entries)
        self.synonyms = dict(synonyms or {})
        self._check_broader()

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def __getitem__(self, identifier: str) -> Entry:
        return self._by_id[self.synonyms.get(identifier, identifier)]

    def get(self, identifier: str) -> Entry | None:
        """The entry of an id or of a synonym, if there is one."""
        return self._by_id.get(self.synonyms.get(identifier, identifier))

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

    def _check_broader(self) -> None:
        for entry in self:
            for identifier in entry.broader:
                if (parent := self._by_id.get(identifier)) is None:
                    raise VocabularyError(
                        f"{entry.where}: broader {identifier!r} is no entry of this file or an"
                        " earlier one"
                    )
                if parent.type is not entry.type:
                    raise VocabularyError(
                        f"{entry.where}: broader {parent.name!r} ({parent.where}) is a"
                        f" {parent.type.value}; entry and broader terms have one type,"
                        f" here {entry.type.value}"
                    )
        if cycle := self._cycle():
            way = " > ".join(f"{one.id} ({one.where})" for one in (*cycle, cycle[0]))
            raise VocabularyError(
                f"{cycle[0].where}: broader terms lead from {cycle[0].id} back to itself: {way};"
                " take one of them out"
            )

    def _cycle(self) -> list[Entry]:
        """Entries each of which is narrower than the next, and the last than the first; or none."""
        done: set[str] = set()
        for start in self._by_id:
            way = {} if start in done else {start: iter(self._by_id[start].broader)}
            while way:
                last = next(reversed(way))
                parent = next(way[last], None)
                if parent is None:
                    done.add(last)
                    del way[last]
                elif parent in way:
                    ring = list(way)[list(way).index(parent) :]
                    first = ring.index(next(one for one in self._by_id if one in ring))
                    return [self._by_id[one] for one in (*ring[first:], *ring[:first])]
                elif parent not in done:
                    way[parent] = iter(self._by_id[parent].broader)
        return []


def index(entries: Iterable[Entry]) -> tuple[dict[str, Entry], dict[tuple[EntityType, str], Entry]]:
    """Entries by id, and by type and folded name.

    Raises :class:`VocabularyError` on a repeated id, on a name without letter or digit, and on a
    name that two entries of one type own.
    """
    by_id: dict[str, Entry] = {}
    by_key: dict[tuple[EntityType, str], Entry] = {}
    for entry in entries:
        if (first := by_id.setdefault(entry.id, entry)) is not entry:
            raise VocabularyError(
                f"{entry.where}: the id {entry.id} is used already ({first.where}); ids are unique"
            )
        for name in entry.names:
            if not (key := match_key(name)):
                raise VocabularyError(f"{entry.where}: {name!r} holds no letter or digit")
            owner = by_key.setdefault((entry.type, key), entry)
            if owner is not entry:
                raise VocabularyError(
                    f"{entry.where}: {name!r} already names {owner.id} ({owner.where});"
                    f" one {entry.type.value} a name"
                )
    return by_id, by_key


def read_entries(path: Path) -> Iterator[Entry]:
    """Read the entries of one tab-separated vocabulary file, in file order.

    Raises :class:`VocabularyError` naming file and line where the file breaks a rule.
    """
    return parse_entries(decoded(read_bytes(path), str(path)), str(path))


def read_bytes(path: Path) -> bytes:
    """The bytes of a vocabulary file; :class:`VocabularyError` where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise VocabularyError(f"{path}: cannot be read; {error.strerror}") from error


def decoded(data: bytes, source: str) -> str:
    """The text of a vocabulary file in UTF-8, with or without a byte order mark.

    Raises :class:`VocabularyError` naming the line of the first byte that is no UTF-8.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = data.count(b"\n", 0, error.start) + 1
        raise VocabularyError(
            f"{source}:{place}: byte 0x{data[error.start]:02x} is no UTF-8; save the file as UTF-8"
        ) from error


def parse_entries(text: str, source: str) -> Iterator[Entry]:
    """Read the entries of tab-separated text, as :func:`read_entries` does of a file."""
    header: tuple[str, ...] | None = None
    for number, line in enumerate(_LINE_END.split(text), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        row = line.split("\t")
        if header is not None:
            yield _entry(row, f"{source}:{number}")
            continue
        header = tuple(row)
        if header != COLUMNS:
            raise VocabularyError(
                f"{source}:{number}: the header is {' '.join(header)!r}; "
                f"it must be {' '.join(COLUMNS)!r}, parted by tabs"
            )
    if header is None:
        raise VocabularyError(
            f"{source}:1: no header; it must be {' '.join(COLUMNS)!r}, parted by tabs"
        )


def _entry(row: list[str], where: str) -> Entry:
    if len(row) != len(COLUMNS):
        raise VocabularyError(f"{where}: {len(row)} columns; every line has {len(COLUMNS)}")
    if (control := next(filter(None, map(CONTROL.search, row)), None)) is not None:
        raise VocabularyError(f"{where}: control character {control[0]!r}; a cell holds text only")
    identifier, kind, name, aliases, broader, note = (cell.strip() for cell in row)
    if not ID.fullmatch(identifier) or not identifier.startswith(kind.lower() + ":"):
        raise VocabularyError(f"{where}: id {identifier!r}; it reads <type>:<slug> in lower case")
    if kind not in {member.value for member in EntityType}:
        raise VocabularyError(f"{where}: type {kind!r}; one of Dataset, Modality, Method, Task")
    if not name:
        raise VocabularyError(f"{where}: the name is empty")
    parents = tuple(cell.strip() for cell in broader.split("|") if cell.strip())
    if (odd := next((one for one in parents if not ID.fullmatch(one)), None)) is not None:
        raise VocabularyError(f"{where}: broader {odd!r} is no id; broader terms are given by id")
    return Entry(
        id=identifier,
        type=EntityType(kind),
        name=name,
        aliases=tuple(_alias(cell.strip()) for cell in aliases.split("|") if cell.strip()),
        broader=parents,
        note=note,
        place=where,
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
        for entry in parse_entries(decoded(read_bytes(folder / name), name), name)
    )


@cache
def never_merged() -> frozenset[tuple[EntityType, frozenset[str]]]:
    """The pairs of ``distinct.tsv``: a type and the folded keys of two names that are two things.

    Raises :class:`VocabularyError` naming file and line where the file breaks a rule.
    """
    path = Path(str(files("ontology.vocabulary"))) / "distinct.tsv"
    pairs = set()
    for number, line in enumerate(decoded(read_bytes(path), str(path)).splitlines(), start=1):
        cells = line.split("\t")
        if line.startswith("#") or cells == ["type", "a", "b"]:
            continue
        if len(cells) != 3 or cells[0] not in {kind.value for kind in EntityType}:
            raise VocabularyError(f"{path}:{number}: {line!r}; a line holds a type and two names")
        pairs.add((EntityType(cells[0]), frozenset(map(match_key, cells[1:]))))
    return frozenset(pairs)
