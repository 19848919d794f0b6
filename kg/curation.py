"""The user's decisions about entities, as files that every build applies.

``GRAPH/curation/*.tsv`` are UTF-8, tab-separated, with the header ``verb type name target note``; lines
that start with ``#`` are comments. A decision names an entity by its type and any of its names:

- ``merge``: the entity is the entity ``target``;
- ``split``: the name is an entity of its own, whatever it would have merged into;
- ``rename``: the entity is called ``target`` and keeps its IRI;
- ``retype``: the entity is of the type ``target``;
- ``block``: the entity is none, and its mentions are left out.

``vocabulary.tsv`` beside them lists accepted terms, in the format of the vocabulary.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from ontology.errors import InputError
from ontology.names import match_key
from ontology.terms import EntityType
from ontology.vocabulary.merging import refined
from ontology.vocabulary.reader import CONTROL, Alias, Entry, Vocabulary, read_entries
from ontology.vocabulary.writer import HEADER, line_of

COLUMNS = ("verb", "type", "name", "target", "note")
DECISIONS = "decisions.tsv"
"""File that ``kg curate`` writes to; others are read beside it."""
ACCEPTED = "vocabulary.tsv"


class Verb(Enum):
    """What a decision says."""

    MERGE = "merge"
    SPLIT = "split"
    RENAME = "rename"
    RETYPE = "retype"
    BLOCK = "block"


_WITH_TARGET = frozenset({Verb.MERGE, Verb.RENAME, Verb.RETYPE})


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision; ``source`` and ``line`` say where it stands and do not count in comparisons."""

    verb: Verb
    type: EntityType
    name: str
    target: str = ""
    note: str = ""
    source: str = field(default="", compare=False)
    line: int = field(default=0, compare=False)

    @property
    def key(self) -> tuple[EntityType, str]:
        """Type and folded name."""
        return self.type, match_key(self.name) or self.name

    @property
    def where(self) -> str:
        """File and line, for messages."""
        return f"{self.source}:{self.line}" if self.source else f"{self.verb.value} {self.name!r}"


@dataclass(frozen=True, slots=True)
class Curation:
    """All decisions of a folder, sorted, with the accepted terms and the digest of each file."""

    decisions: tuple[Decision, ...] = ()
    accepted: tuple[Entry, ...] = ()
    files: tuple[tuple[str, str], ...] = ()


def read_curation(folder: Path) -> Curation:
    """Read the decisions of a folder; an absent folder holds none.

    Raises :class:`InputError` naming file and line where a line breaks a rule or contradicts another,
    and :class:`~ontology.errors.VocabularyError` for the accepted terms.
    """
    if not folder.is_dir():
        return Curation()
    paths = sorted(path for path in folder.iterdir() if path.suffix == ".tsv")
    decisions = [one for path in paths if path.name != ACCEPTED for one in _read_decisions(path)]
    check(decisions)
    accepted = folder / ACCEPTED
    return Curation(
        tuple(sorted(decisions, key=_order)),
        tuple(read_entries(accepted)) if accepted.exists() else (),
        tuple((path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in paths),
    )


def with_accepted(vocabulary: Vocabulary, curation: Curation) -> Vocabulary:
    """The vocabulary with the terms that the user accepted."""
    return refined(vocabulary, curation.accepted) if curation.accepted else vocabulary


def check(decisions: Iterable[Decision]) -> None:
    """Raise :class:`InputError` naming two decisions that contradict each other."""
    targets: dict[tuple[Verb, EntityType, str], Decision] = {}
    verbs: dict[tuple[EntityType, str], dict[Verb, Decision]] = {}
    for one in sorted(decisions, key=lambda one: (one.source, one.line, _order(one))):
        other = targets.setdefault((one.verb, *one.key), one)
        if match_key(other.target) != match_key(one.target):
            raise InputError(
                f"{one.where}: {one.verb.value} {one.name!r} to {one.target!r}, but {other.where}"
                f" says {other.target!r}; keep one of them"
            )
        verbs.setdefault(one.key, {})[one.verb] = one
    for said in verbs.values():
        for first, second in _EXCLUSIVE:
            if first in said and second in said:
                raise InputError(
                    f"{said[second].where}: {second.value} {said[second].name!r}, but"
                    f" {said[first].where} says {first.value}; keep one of them"
                )
    for key, said in verbs.items():
        _check_circle(key, said, verbs)


_EXCLUSIVE = (
    (Verb.BLOCK, Verb.MERGE),
    (Verb.BLOCK, Verb.RENAME),
    (Verb.BLOCK, Verb.RETYPE),
    (Verb.SPLIT, Verb.MERGE),
    (Verb.MERGE, Verb.RENAME),
    (Verb.MERGE, Verb.RETYPE),
)
"""Decisions that cannot both hold for one entity; one that merges has no name and type of its own."""


def _check_circle(
    key: tuple[EntityType, str],
    said: dict[Verb, Decision],
    verbs: dict[tuple[EntityType, str], dict[Verb, Decision]],
) -> None:
    seen = {key}
    while Verb.MERGE in said:
        one = said[Verb.MERGE]
        following = (one.type, match_key(one.target))
        if following in seen:
            raise InputError(
                f"{one.where}: merge {one.name!r} into {one.target!r} leads back to where it began;"
                " leave one of the merges out"
            )
        seen.add(following)
        said = verbs.get(following, {})


def add_decision(folder: Path, decision: Decision) -> bool:
    """Add a decision to the folder's file; ``False`` where it stands there already.

    Raises :class:`InputError` where it contradicts another or would be read otherwise.
    """
    for cell in (decision.name, decision.target, decision.note):
        if cell != cell.strip():
            raise InputError(
                f"{decision.where}: {cell!r} begins or ends with white space; leave it out"
            )
    present = read_curation(folder).decisions
    check([*present, decision])
    if any((one.verb, *one.key) == (decision.verb, *decision.key) for one in present):
        return False
    path = folder / DECISIONS
    own = list(_read_decisions(path)) if path.exists() else []
    lines = ["\t".join(COLUMNS)]
    lines += [_line(one) for one in sorted([*own, decision], key=_order)]
    _write(path, lines)
    return True


def accepted_entry(
    kind: EntityType,
    name: str,
    aliases: Iterable[str],
    broader: Iterable[str],
    note: str,
    vocabulary: Vocabulary,
) -> Entry:
    """Make the vocabulary entry of a term; broader terms are given by any of their names.

    Raises :class:`InputError` where a broader term is none of the vocabulary, or the name is one.
    """
    if (listed := vocabulary.find(kind, name)) is not None:
        raise InputError(
            f"accept {name!r}: the vocabulary lists it, as {listed.name!r} ({listed.id});"
            " there is nothing to add"
        )
    parents = []
    for parent in broader:
        if (found := vocabulary.find(kind, parent)) is None:
            raise InputError(
                f"accept {name!r}: {parent!r} is no {kind.value} of the vocabulary; accept it first"
            )
        parents.append(found.id)
    slug = re.sub(r"[^a-z0-9.+]+", "-", name.casefold()).strip("-.+") or match_key(name)
    identifier = f"{kind.value.lower()}:{slug if slug.isascii() else _digest(name)}"
    if vocabulary.get(identifier) is not None:  # "U-Net++" would be U-Net
        identifier += f"-{_digest(name)}"
    return Entry(identifier, kind, name, tuple(Alias(one) for one in aliases), tuple(parents), note)


def _digest(name: str) -> str:
    """What tells a name from others in an id where its Latin letters and digits do not."""
    return "x" + hashlib.sha256(match_key(name).encode()).hexdigest()[:12]


def accept(folder: Path, entry: Entry, vocabulary: Vocabulary) -> None:
    """Add a term to the folder's accepted ones.

    Raises :class:`~ontology.errors.VocabularyError` where the vocabulary cannot hold it.
    """
    path = folder / ACCEPTED
    entries = sorted([*read_curation(folder).accepted, entry], key=lambda one: one.id)
    refined(vocabulary, entries)
    _write(path, [HEADER, *map(line_of, entries)])


def _write(path: Path, lines: Sequence[str]) -> None:
    temporary = path.with_suffix(".writing")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written; {error.strerror}") from error


def _line(one: Decision) -> str:
    return f"{one.verb.value}\t{one.type.value}\t{one.name}\t{one.target}\t{one.note}"


def _order(one: Decision) -> tuple[str, ...]:
    return (one.type.value, one.key[1], one.verb.value, one.name, one.target, one.source)


def _read_decisions(path: Path) -> Iterator[Decision]:
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as UTF-8 text; {error}") from error
    header: list[str] | None = None
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        row = line.split("\t")
        where = f"{path}:{number}"
        if header is None:
            header = row
            if tuple(header) != COLUMNS:
                raise InputError(
                    f"{where}: the header is {' '.join(header)!r}; it must be"
                    f" {' '.join(COLUMNS)!r}, parted by tabs"
                )
            continue
        yield _decision(row, where, str(path), number)


def _decision(row: list[str], where: str, source: str, number: int) -> Decision:
    if len(row) != len(COLUMNS):
        raise InputError(f"{where}: {len(row)} columns; every line has {len(COLUMNS)}")
    verb, kind, name, target, note = (cell.strip() for cell in row)
    if verb not in {one.value for one in Verb}:
        hint = f"; accepted terms stand in {ACCEPTED}" if verb == "accept" else ""
        raise InputError(f"{where}: verb {verb!r}; one of {', '.join(v.value for v in Verb)}{hint}")
    if kind not in {one.value for one in EntityType}:
        raise InputError(
            f"{where}: type {kind!r}; one of {', '.join(one.value for one in EntityType)}"
        )
    return decision(Verb(verb), EntityType(kind), name, target, note, source=source, line=number)


def decision(
    verb: Verb,
    kind: EntityType,
    name: str,
    target: str = "",
    note: str = "",
    *,
    source: str = "",
    line: int = 0,
) -> Decision:
    """Make a decision; :class:`InputError` where its cells do not fit its verb."""
    made = Decision(verb, kind, name, target, note, source, line)
    if control := next(filter(None, map(CONTROL.search, (name, target, note))), None):
        raise InputError(f"{made.where}: control character {control[0]!r}; a cell holds text only")
    if not match_key(name):
        raise InputError(
            f"{made.where}: the name {name!r} holds no letter or digit, by which names are told"
        )
    if bool(target) != (verb in _WITH_TARGET):
        needed = "needs a target" if verb in _WITH_TARGET else "takes no target"
        raise InputError(
            f"{made.where}: {verb.value} {needed}; the columns are {' '.join(COLUMNS)}"
        )
    if verb is Verb.RETYPE and target not in {one.value for one in EntityType}:
        raise InputError(
            f"{made.where}: type {target!r}; one of {', '.join(one.value for one in EntityType)}"
        )
    if verb in (Verb.MERGE, Verb.RENAME) and not match_key(target):
        raise InputError(f"{made.where}: the target {target!r} holds no letter or digit")
    return made
