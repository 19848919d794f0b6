"""What the parameters of a recipe mean in a graph: names in any spelling become addresses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from exports.iris import valid_iri
from kg.bindings import Iri
from kg.graph import Graph
from kg.lookup import lookup
from ontology.errors import QueryError
from ontology.identifiers import person_iri, venue_iri
from ontology.terms import EntityType
from ontology.vocabulary.reader import shipped_vocabulary

Value = Iri | float | EntityType

KINDS: dict[str, str] = {
    "entity": "name of an entity",
    **{kind.value: f"name of a {kind.value.lower()}" for kind in EntityType},
    "paper": "id or title of a paper",
    "person": "name of an author",
    "venue": "name of a venue",
    "type": f"one of {', '.join(kind.value for kind in EntityType)}",
    "integer": "whole number",
    "number": "number",
}
"""Kinds of parameters, each with what a value is."""


_NUMBERS: dict[str, Callable[[str], float]] = {"integer": int, "number": float}


@dataclass(frozen=True, slots=True)
class _Named:
    """How things without aliases are found, and their addresses made of the ``id`` that SQL gives."""

    word: str
    sql: str
    minted: Callable[[str], str]


_NAMED = {
    "paper": _Named("paper", "SELECT iri AS id, id AS key, title AS name FROM papers", valid_iri),
    "person": _Named(
        "author",
        "SELECT DISTINCT name AS id, name AS key, name FROM"
        " (SELECT unnest(authors) AS name FROM papers)",
        person_iri,
    ),
    "venue": _Named(
        "venue", "SELECT DISTINCT venue AS id, venue AS key, venue AS name FROM papers", venue_iri
    ),
}
_FOLDED = r"regexp_replace(lower({}), '[^\p{{L}}\p{{N}}]', '', 'g')"


def resolved(graph: Graph, name: str, kind: str, text: str) -> Value:
    """Find what the text of a parameter means.

    Of several entities that share a name the one of most papers is meant. Raises ``QueryError``
    where nothing is meant, with the nearest names.
    """
    if kind in _NUMBERS:
        try:
            return _NUMBERS[kind](text)
        except ValueError:
            raise QueryError(f'parameter "{name}": "{text}" is no {KINDS[kind]}') from None
    if kind == "type":
        for one in EntityType:
            if one.value.lower() == text.lower():
                return one
        raise QueryError(f'parameter "{name}": "{text}" is not {KINDS[kind]}')
    if kind in _NAMED:
        return _named(graph, name, kind, text)
    return _entity(graph, name, None if kind == "entity" else EntityType(kind), text)


def sparql_value(value: Value) -> Iri | float:
    """Write a value for SPARQL: a type is its class."""
    return Iri(value.iri) if isinstance(value, EntityType) else value


def cypher_value(value: Value) -> str | float:
    """Write a value for Cypher: a type is its label, an address a text."""
    if isinstance(value, EntityType):
        return value.value
    return value.value if isinstance(value, Iri) else value


def _entity(graph: Graph, name: str, kind: EntityType | None, text: str) -> Iri:
    found = graph.database.execute(
        "SELECT iri FROM entities WHERE $text IN (iri, name) AND ($kind IS NULL OR type = $kind)"
        " ORDER BY iri = $text DESC, papers DESC, iri",
        {"text": text, "kind": kind.value if kind else None},
    ).fetchall()
    if found:
        return Iri(valid_iri(found[0][0]))
    meant = lookup(text, vocabulary=shipped_vocabulary(), kind=kind, graph=graph)
    if meant:
        return Iri(valid_iri(meant[0].iri))
    word = kind.value.lower() if kind else "entity"
    near = _nearest(
        graph,
        "SELECT name FROM entities WHERE papers > 0 AND ($kind IS NULL OR type = $kind)",
        text,
        kind,
    )
    raise QueryError(f'parameter "{name}": no {word} is called "{text}"; nearest: {near}')


def _named(graph: Graph, name: str, kind: str, text: str) -> Iri:
    source = _NAMED[kind]
    rows = graph.database.execute(
        f"SELECT id FROM ({source.sql}) WHERE key = $text OR id = $text"  # noqa: S608  our own SQL
        f" OR ({_FOLDED.format('name')} = {_FOLDED.format('$text')}"
        f" AND {_FOLDED.format('$text')} <> '')"
        " ORDER BY key = $text DESC, id LIMIT 1",
        {"text": text},
    ).fetchall()
    if not rows:
        near = _nearest(graph, f"SELECT name FROM ({source.sql})", text)  # noqa: S608
        raise QueryError(
            f'parameter "{name}": no {source.word} is called "{text}"; nearest: {near}'
        )
    return Iri(source.minted(rows[0][0]))


def _nearest(graph: Graph, names: str, text: str, kind: EntityType | None = None) -> str:
    values: dict[str, str | None] = {"text": text}
    if "$kind" in names:
        values["kind"] = kind.value if kind else None
    rows = graph.database.execute(
        f"SELECT name FROM ({names}) WHERE name <> '' GROUP BY name"  # noqa: S608  our own SQL
        " ORDER BY jaro_winkler_similarity(lower(name), lower($text)) DESC, name LIMIT 4",
        values,
    ).fetchall()
    return ", ".join(f'"{row[0]}"' for row in rows)
