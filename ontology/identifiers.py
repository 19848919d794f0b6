"""IRIs minted from content, never from order, time or chance.

The scheme ``urn:litkg:`` is local on purpose: litkg owns no domain, and an address that resolves to
nothing promises more than it keeps.
"""

from __future__ import annotations

from urllib.parse import quote

from ontology.names import match_key
from ontology.terms import EntityType

PREFIXES: dict[str, str] = {
    "litkg": "urn:litkg:ns:",
    "dataset": "urn:litkg:dataset:",
    "modality": "urn:litkg:modality:",
    "method": "urn:litkg:method:",
    "task": "urn:litkg:task:",
    "paper": "urn:litkg:paper:",
    "venue": "urn:litkg:venue:",
    "person": "urn:litkg:person:",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "fabio": "http://purl.org/spar/fabio/",
    "oa": "http://www.w3.org/ns/oa#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""Prefixes of Turtle output, JSON-LD context and SPARQL queries."""


def entity_iri(kind: EntityType, name: str) -> str:
    """Mint the IRI of an entity from its type and the folded key of its canonical name.

    Spellings that are the same name give the same IRI, so a change of the favoured spelling, or a
    name that enters the vocabulary, changes no IRI.

    >>> entity_iri(EntityType.METHOD, "Flow-Matching")
    'urn:litkg:method:flowmatching'
    >>> entity_iri(EntityType.METHOD, "U-Net++")
    'urn:litkg:method:unet%2B%2B'
    """
    return f"urn:litkg:{kind.value.lower()}:{_quoted(match_key(name) or name)}"


def paper_iri(paper_id: str) -> str:
    """Mint the IRI of a paper from its id; different ids give different IRIs.

    >>> paper_iri("a b<c>")
    'urn:litkg:paper:a%20b%3Cc%3E'
    """
    return "urn:litkg:paper:" + _quoted(paper_id)


def venue_iri(name: str) -> str:
    """Mint the IRI of a venue from its name.

    >>> venue_iri("NeurIPS 2024")
    'urn:litkg:venue:NeurIPS%202024'
    """
    return "urn:litkg:venue:" + _quoted(name)


def person_iri(name: str) -> str:
    """Mint the IRI of an author from the name as printed; namesakes share it.

    >>> person_iri("Zorah Lähner")
    'urn:litkg:person:Zorah%20L%C3%A4hner'
    """
    return "urn:litkg:person:" + _quoted(name)


def _quoted(text: str) -> str:
    if text.isascii() and text.isalnum():
        return text
    return quote(text, safe="-._~", errors="replace")
