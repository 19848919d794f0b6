"""JSON-LD: JSON for web programmers that is RDF for everyone else, one frame a line.

Specification: https://www.w3.org/TR/json-ld11/. The context stands in the file (``context.jsonld`` of
the ontology), so that it expands without a network. A frame holds all that is said of one thing: an
entity with its relations and counts, a paper with its links (their mentions inside) and statements.
Keys that may have several values always hold a list.

The statements are those of ``exports.ntriples``. Not carried: the spelling of decimal numbers (their
value is), and an entity's IRI whose scheme is one of our prefixes (``method:x``), which JSON-LD would
read as shortened: it is quoted whole as ``urn:litkg:iri:method%3Ax``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

from exports.files import write_text
from exports.streams import joined
from exports.triples import (
    BOOLEAN,
    DOUBLE,
    INTEGER,
    IRI,
    STRING,
    TYPE,
    Evidence,
    Property,
    Resource,
    resources,
)
from ontology import terms
from ontology.identifiers import PREFIXES
from ontology.tables import GraphTables
from ontology.terms import NAMESPACE, RelationType, Role

Frame = dict[str, Any]

_FRAMES = 256
_NAMESPACES = {namespace: prefix for prefix, namespace in PREFIXES.items()}
_SCHEME = re.compile(rf"(?:{'|'.join(PREFIXES)}):")
_SEVERAL = {
    "creator", "keyword", "source", "altLabel", "broader", "extractor", "evidence", "entity",
    "coOccursWith", *(role.value for role in Role),
    *(relation.iri.removeprefix(NAMESPACE) for relation in RelationType),
}  # fmt: skip
"""Keys that may have several values."""

_INSIDE = {
    terms.RELATION.name: ("relations", terms.HEAD.iri),
    terms.BROADER_STEP.name: ("steps", terms.HEAD.iri),
    terms.YEAR_COUNT.name: ("yearCounts", terms.ENTITY_OF.iri),
    terms.CO_OCCURRENCE.name: ("coOccurrences", terms.ENTITY_OF.iri),
    terms.LINK.name: ("links", terms.PAPER_OF.iri),
    terms.STATEMENT.name: ("statements", terms.PAPER_OF.iri),
}
"""Where a resource stands inside the frame, and the property that its place there says."""


def context() -> dict[str, Any]:
    """The context of the ontology, as it stands in every file."""
    text = (files("ontology") / "context.jsonld").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)["@context"]
    return found


def generate(graph: GraphTables, *, evidence: Evidence = "full") -> Iterator[str]:
    """Stream the graph as one JSON-LD document, in pieces of whole lines."""
    head = json.dumps(context(), ensure_ascii=False, separators=(",", ":"))
    yield f'{{"@context":{head},\n"@graph":['
    lines = (
        f"{',' if number else ''}\n{json.dumps(frame, ensure_ascii=False, separators=(',', ':'))}"
        for number, frame in enumerate(_frames(graph, evidence))
    )
    yield from joined(lines, _FRAMES)
    yield "\n]}\n"


def write(graph: GraphTables, path: Path, *, evidence: Evidence = "full") -> None:
    """Write the graph to a file, compressed where the name ends in ``.gz``, or to stdout (``-``)."""
    write_text(path, generate(graph, evidence=evidence))


def _frames(graph: GraphTables, evidence: Evidence) -> Iterator[Frame]:
    frame: Frame = {}
    subject = ""
    places: dict[str, tuple[list[Any], int]] = {}
    for resource in resources(graph, evidence):
        kind = resource.properties[0][2].removeprefix(NAMESPACE)
        if kind in _INSIDE:
            key, said = _INSIDE[kind]
            found = _node(resource, (said, IRI, subject))
            frame.setdefault(key, []).append(found)
            if kind == terms.LINK.name:
                for place, mention in enumerate(found.get("evidence", ())):
                    places.setdefault(mention, (found["evidence"], place))
        elif kind == terms.MENTION.name:
            # A mention of two entities stands in the first of their links, the other refers to it.
            links, place = places[_shortened(resource.iri)]
            links[place] = _node(resource)
        else:
            if frame:
                yield frame
            frame, subject = _node(resource), resource.iri
            places.clear()
    if frame:
        yield frame


def _node(resource: Resource, said: Property | None = None) -> Frame:
    """A resource as an object, without the statement that its place in a frame says already."""
    node: Frame = {"id": _shortened(resource.iri)}
    for statement in resource.properties:
        if statement == said:
            continue
        key = _KEYS[statement[0]]
        value = _value(key, statement)
        if key in _SEVERAL:
            node.setdefault(key, []).append(value)
        elif key in node:  # an entity is of two classes
            node[key] = [node[key], value]
        else:
            node[key] = value
    return node


def _value(key: str, statement: Property) -> Any:
    _, kind, value = statement
    if kind == IRI:
        if key == "url":
            return {"id": value}
        return value.removeprefix(NAMESPACE) if key in _TERMS else _shortened(value)
    if kind == STRING or (key, kind) == ("label", "@en"):
        return value
    if kind in (INTEGER, DOUBLE, BOOLEAN):
        return json.loads(value)
    return {"@value": value, "@language": kind[1:]}


_TERMS = {"type", "role", "predicate"}
"""Keys whose values are terms of the ontology, read against the context as keys are."""


def _keys() -> dict[str, str]:
    keys = {}
    for key, meaning in context().items():
        name = meaning.get("@id") if isinstance(meaning, dict) else meaning
        prefix, colon, local = str(name).partition(":")
        if colon and local and key not in PREFIXES:
            keys[PREFIXES[prefix] + local] = key
    return keys | {TYPE: "type"}


_KEYS = _keys()


@lru_cache(maxsize=65536)
def _shortened(iri: str) -> str:
    """Write an IRI by its prefix, or so that JSON-LD takes it as it stands."""
    for namespace, prefix in _NAMESPACES.items():
        if iri.startswith(namespace):
            local = iri.removeprefix(namespace)
            return iri if local.startswith("//") else f"{prefix}:{local}"
    return "urn:litkg:iri:" + quote(iri, safe="") if _SCHEME.match(iri) else iri
