"""N-Quads: the N-Triples with a named graph for each source, so that a store knows who said what.

Specification: https://www.w3.org/TR/n-quads/. All that is said of a paper (its statements, links,
mentions and sentences) stands in the graph of every source that the paper was read from, called
``urn:litkg:source:`` and the quoted name of the source; a value that one source gave, in the graph of
that source alone. What is computed from all papers (entities, relations, counts) and what has no
source (venues, persons) stands in the default graph. The union of all graphs is exactly what
``exports.ntriples`` writes; what that cannot carry is lost here too, except which source gave which
value of a paper.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from exports.files import write_text
from exports.ntriples import literal
from exports.streams import rows
from exports.triples import (
    CREATOR,
    IRI,
    KEYWORD,
    TITLE,
    URL,
    Evidence,
    Resource,
    resources,
)
from ontology import terms
from ontology.tables import GraphTables

_LINES = 4096
_FIELDS = {
    TITLE: "title", terms.ABSTRACT.iri: "abstract", CREATOR: "authors", KEYWORD: "keywords",
    terms.PUBLISHED_IN.iri: "venue", terms.YEAR.iri: "year", terms.DOI.iri: "doi",
    terms.ARXIV.iri: "arxiv", terms.PMID.iri: "pmid", URL: "url",
}  # fmt: skip
"""Field of a paper behind each property that one source gives."""

_SHARED = {terms.VENUE.iri, terms.PERSON.iri}
"""Classes of what follows the last paper and has no source."""


def generate(graph: GraphTables, *, evidence: Evidence = "full") -> Iterator[str]:
    """Stream the graph as N-Quads, in pieces of some thousand whole lines."""
    lines: list[str] = []
    for resource, sources, given in _with_sources(graph, evidence):
        for predicate, kind, value in resource.properties:
            term = f"<{value}>" if kind == IRI else literal(kind, value)
            statement = f"<{resource.iri}> <{predicate}> {term}"
            named = given.get(_FIELDS.get(predicate, ""), sources)
            lines += [f"{statement} <{source}> .\n" for source in named] or [f"{statement} .\n"]
        if len(lines) >= _LINES:
            yield "".join(lines)
            lines.clear()
    if lines:
        yield "".join(lines)


def write(graph: GraphTables, path: Path, *, evidence: Evidence = "full") -> None:
    """Write the graph to a file, compressed where the name ends in ``.gz``, or to stdout (``-``)."""
    write_text(path, generate(graph, evidence=evidence))


def source_iri(source: str) -> str:
    """Mint the IRI of the graph that holds what a source gave.

    >>> source_iri("my papers.bib")
    'urn:litkg:source:my%20papers.bib'
    """
    return "urn:litkg:source:" + quote(source, safe="-._~")


def _with_sources(
    graph: GraphTables, evidence: Evidence
) -> Iterator[tuple[Resource, list[str], dict[str, list[str]]]]:
    """Each resource with the graphs that it stands in, and of a paper those of each field."""
    papers = rows(graph, "papers", ["origins"])
    sources: list[str] = []
    for resource in resources(graph, evidence):
        kind = resource.properties[0][2]
        given: dict[str, list[str]] = {}
        if kind == terms.PAPER.iri:
            for field, source in dict.fromkeys((o["field"], o["source"]) for o in next(papers)[0]):
                given.setdefault(field, []).append(source_iri(source))
            sources = sorted({source for found in given.values() for source in found})
        elif kind in _SHARED:
            sources = []
        # Links, mentions and statements follow their paper.
        yield resource, sources, given
