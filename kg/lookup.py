"""Find the entity that a name means: in a graph, or by the vocabulary and spelling alone."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kg.graph import Graph
from kg.resolve import MergeReason, Resolution, resolve_name
from ontology.errors import InputError
from ontology.names import match_key
from ontology.terms import EntityType
from ontology.vocabulary.reader import Vocabulary

PAIR_COLUMNS = ("type_a", "a", "type_b", "b")


@dataclass(frozen=True, slots=True)
class Found:
    """An entity that a name means, and why; ``papers`` is ``None`` where no graph was asked."""

    query: str
    type: EntityType
    name: str
    iri: str
    aliases: tuple[str, ...]
    papers: int | None
    why: str


def lookup(
    name: str,
    *,
    vocabulary: Vocabulary,
    kind: EntityType | None = None,
    graph: Graph | None = None,
) -> list[Found]:
    """Find the entities that a name means: those it names canonically first, then by papers.

    With a graph only its entities are found, by any surface form seen in a paper or any name that
    the vocabulary gives them; names that the graph was built with go before those of ``vocabulary``.
    Without one every type answers with what the name resolves to on its own; unlisted readings come
    only for a given type.
    """
    kinds = list(EntityType) if kind is None else [kind]
    resolutions = [resolve_name(one, name, vocabulary) for one in kinds]
    if graph is None:
        return [
            _on_its_own(name, resolution)
            for resolution in resolutions
            if kind is not None or resolution.entry is not None
        ]
    known = _aliases_like(graph, name)
    listed = {kind_: iri for kind_, iri, _, source, _ in known if source == "vocabulary"}
    why = {
        resolution.iri: _why(name, resolution)
        for resolution in resolutions
        if listed.get(resolution.type.value, resolution.iri) == resolution.iri
    }
    for _, iri, alias, source, mentions in known:
        times = "once" if mentions == 1 else f"{mentions} times"
        seen = f"papers write it {alias!r} ({times})"
        given = f"the graph's vocabulary calls it {alias!r}"
        why.setdefault(iri, given if source == "vocabulary" else seen)
    found = [
        Found(name, EntityType(type_), canonical, iri, aliases, papers, why[iri])
        for iri, type_, canonical, papers, aliases in _entities(graph, list(why))
        if kind is None or EntityType(type_) is kind
    ]
    key = match_key(name)
    return sorted(found, key=lambda one: (match_key(one.name) != key, -(one.papers or 0), one.iri))


def suggestions(name: str, graph: Graph, *, count: int = 5) -> list[str]:
    """Names of entities that look most like a name, best first."""
    rows = graph.database.execute(
        """
        SELECT name, max(jaro_winkler_similarity(lower(name), lower($name))) AS likeness
        FROM entities WHERE papers > 0 GROUP BY name
        ORDER BY likeness DESC, name LIMIT $count
        """,
        {"name": name, "count": count},
    ).fetchall()
    return [row[0] for row in rows]


def lookup_pairs(rows: Iterable[str], vocabulary: Vocabulary, source: str) -> Iterator[str]:
    """Add the columns ``iri_a`` and ``iri_b`` to tab-separated pairs of names, line by line.

    The header names at least ``type_a a type_b b``; other columns pass unchanged. Raises
    :class:`InputError` naming the line that breaks a rule.
    """
    reader = csv.reader(rows, delimiter="\t", quoting=csv.QUOTE_NONE)
    header = next(reader, [])
    if missing := [column for column in PAIR_COLUMNS if column not in header]:
        raise InputError(
            f"{source}:1: no column {', '.join(missing)}; the header names {' '.join(PAIR_COLUMNS)}"
        )
    yield "\t".join([*header, "iri_a", "iri_b"])
    for number, row in enumerate(reader, start=2):
        if not row:
            continue
        if len(row) != len(header):
            raise InputError(f"{source}:{number}: {len(row)} columns; the header has {len(header)}")
        cells = dict(zip(header, row, strict=True))
        iris = [
            resolve_name(_type(cells[f"type_{side}"], source, number), cells[side], vocabulary).iri
            for side in ("a", "b")
        ]
        yield "\t".join([*row, *iris])


def read_pairs(path: Path) -> list[str]:
    """Read the lines of a file of pairs.

    Raises :class:`InputError` where the file cannot be read as UTF-8.
    """
    try:
        return io.StringIO(path.read_text(encoding="utf-8-sig")).readlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as UTF-8 text; {error}") from error


def _type(value: str, source: str, number: int) -> EntityType:
    try:
        return EntityType(value)
    except ValueError:
        raise InputError(
            f"{source}:{number}: type {value!r}; one of {', '.join(one.value for one in EntityType)}"
        ) from None


def _on_its_own(query: str, resolution: Resolution) -> Found:
    entry = resolution.entry
    return Found(
        query,
        resolution.type,
        resolution.name,
        resolution.iri,
        entry.names[1:] if entry is not None else (),
        None,
        _why(query, resolution),
    )


def _why(query: str, resolution: Resolution) -> str:
    listed = f"{resolution.name!r} of the vocabulary"
    match resolution.reason:
        case MergeReason.VOCABULARY:
            return f"{query!r} is a name of {listed}"
        case MergeReason.WORD_ORDER:
            return f"{query!r} in plain word order is a name of {listed}"
        case MergeReason.GENERIC_HEAD:
            return f"{query!r} without its generic head is a name of {listed}"
        case MergeReason.WRITTEN_OUT:
            return f"{query!r} with its acronyms written out is a name of {listed}"
        case _:
            return f"{query!r} by its spelling; the vocabulary does not list it"


def _aliases_like(graph: Graph, name: str) -> Sequence[tuple[str, str, str, str, int]]:
    """Type, IRI, alias, source of the alias and mentions of it."""
    return graph.database.execute(
        r"""
        SELECT type, entity, alias, source, aliases.mentions
        FROM aliases JOIN entities ON iri = entity
        WHERE regexp_replace(lower(alias), '[\s_-]', '', 'g')
            = regexp_replace(lower($name), '[\s_-]', '', 'g')
        ORDER BY entity, aliases.mentions DESC, alias
        """,
        {"name": name},
    ).fetchall()


def _entities(
    graph: Graph, iris: Sequence[str]
) -> Iterator[tuple[str, str, str, int, tuple[str, ...]]]:
    rows = graph.database.execute(
        """
        SELECT iri, type, name, papers, list(alias ORDER BY aliases.mentions DESC, alias)
        FROM entities JOIN aliases ON aliases.entity = entities.iri
        WHERE list_contains($iris, iri) GROUP BY ALL ORDER BY iri
        """,
        {"iris": list(iris)},
    ).fetchall()
    for iri, kind, name, papers, aliases in rows:
        yield iri, kind, name, papers, tuple(alias for alias in aliases if alias != name)
