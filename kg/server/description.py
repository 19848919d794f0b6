"""The SPARQL 1.1 Service Description of the endpoint, as RDF."""

from __future__ import annotations

import pyoxigraph
from pyoxigraph import BlankNode, Literal, NamedNode, QueryResultsFormat, RdfFormat, Triple

from kg.server.negotiation import GRAPHS, RESULTS
from ontology.identifiers import PREFIXES

SD = "http://www.w3.org/ns/sparql-service-description#"


def describe(endpoint: str, name: str, remarks: str, media_type: str) -> bytes:
    """Write what the endpoint can do in an RDF media type; ``remarks`` is a sentence for people."""
    service, dataset, graph = BlankNode("service"), BlankNode("dataset"), BlankNode("graph")
    kind, title = NamedNode(PREFIXES["rdf"] + "type"), NamedNode(PREFIXES["dcterms"] + "title")

    def sd(term: str) -> NamedNode:
        return NamedNode(SD + term)

    formats = {QueryResultsFormat.from_media_type(name) for name in RESULTS} | {
        RdfFormat.from_media_type(name) for name in GRAPHS
    }
    triples = [
        Triple(service, kind, sd("Service")),
        Triple(service, title, Literal(name)),
        Triple(service, NamedNode(PREFIXES["rdfs"] + "comment"), Literal(remarks, language="en")),
        Triple(service, sd("endpoint"), NamedNode(endpoint)),
        Triple(service, sd("supportedLanguage"), sd("SPARQL11Query")),
        *(
            Triple(service, sd("resultFormat"), NamedNode(iri))
            for iri in sorted(found.iri for found in formats if found)
        ),
        Triple(service, sd("defaultDataset"), dataset),
        Triple(dataset, kind, sd("Dataset")),
        Triple(dataset, sd("defaultGraph"), graph),
        Triple(graph, kind, sd("Graph")),
        Triple(graph, title, Literal(name)),
    ]
    prefixes = {"sd": SD, **{key: PREFIXES[key] for key in ("dcterms", "rdfs")}}
    return (
        pyoxigraph.serialize(
            triples, format=RdfFormat.from_media_type(media_type), prefixes=prefixes
        )
        or b""
    )
