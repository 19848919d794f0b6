"""RDF/XML, for tools that read no other RDF.

Specification: https://www.w3.org/TR/rdf-syntax-grammar/. The same statements in the same order as
``exports.ntriples``, one element a statement. Not carried: characters that XML 1.0 forbids (most
control characters, U+FFFE, U+FFFF), which become U+FFFD.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from exports.files import write_text
from exports.streams import joined
from exports.triples import IRI, STRING, Evidence, Property, Resource, resources
from exports.xmltext import xml_text
from ontology.identifiers import PREFIXES
from ontology.tables import GraphTables

_BLOCKS = 512
_NAMESPACES = sorted(PREFIXES.items(), key=lambda pair: -len(pair[1]))


def generate(graph: GraphTables, *, evidence: Evidence = "full") -> Iterator[str]:
    """Stream the graph as RDF/XML, in pieces of whole elements."""
    spaces = "".join(f'\n  xmlns:{prefix}="{iri}"' for prefix, iri in PREFIXES.items())
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF{spaces}>\n'
    yield from joined(map(_block, resources(graph, evidence)), _BLOCKS)
    yield "</rdf:RDF>\n"


def write(graph: GraphTables, path: Path, *, evidence: Evidence = "full") -> None:
    """Write the graph to a file, compressed where the name ends in ``.gz``, or to stdout (``-``)."""
    write_text(path, generate(graph, evidence=evidence))


def _block(resource: Resource) -> str:
    lines = "".join(map(_statement, resource.properties))
    return f'<rdf:Description rdf:about="{xml_text(resource.iri)}">\n{lines}</rdf:Description>\n'


def _statement(statement: Property) -> str:
    predicate, kind, value = statement
    name = _name(predicate)
    if kind == IRI:
        return f'  <{name} rdf:resource="{xml_text(value)}"/>\n'
    if kind == STRING:
        return f"  <{name}>{xml_text(value)}</{name}>\n"
    if kind[0] == "@":
        return f'  <{name} xml:lang="{kind[1:]}">{xml_text(value)}</{name}>\n'
    return f'  <{name} rdf:datatype="{kind}">{value}</{name}>\n'


@lru_cache(maxsize=256)
def _name(predicate: str) -> str:
    """Shorten a predicate; all that ``exports.triples`` uses have a prefix."""
    prefix, namespace = next(pair for pair in _NAMESPACES if predicate.startswith(pair[1]))
    return f"{prefix}:{predicate.removeprefix(namespace)}"
