"""terms.py, litkg.ttl, shapes.ttl and context.jsonld say the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pyoxigraph
import pytest
import rdflib
from graphs import DOUBTFUL, replaced, small_graph
from rdflib import OWL, RDF, RDFS, SH, SKOS, URIRef
from rdflib.collection import Collection

import ontology
from exports import ntriples
from ontology import terms
from ontology.identifiers import PREFIXES
from ontology.terms import NAMESPACE, EntityType, RelationType, Role

FOLDER = Path(ontology.__file__).parent
EXTERNAL = {
    "dcterms:title", "dcterms:creator", "dcterms:identifier", "dcterms:source", "dcat:keyword",
    "schema:url", "schema:name", "skos:prefLabel", "skos:altLabel", "skos:broader", "oa:start",
    "oa:end", "rdf:type",
}  # fmt: skip


@pytest.fixture(scope="module")
def owl() -> rdflib.Graph:
    return rdflib.Graph().parse(FOLDER / "litkg.ttl")


@pytest.fixture(scope="module")
def shapes() -> rdflib.Graph:
    return rdflib.Graph().parse(FOLDER / "shapes.ttl")


def declared_classes() -> set[str]:
    return {term.iri for term in (*terms.CLASSES, *EntityType)}


def declared_properties() -> set[str]:
    return {term.iri for term in (*terms.PROPERTIES, *Role, *RelationType)}


def expanded(name: str) -> str:
    prefix, local = name.split(":")
    return PREFIXES[prefix] + local


def classes_of(graph: rdflib.Graph, node: rdflib.term.Node | None) -> set[str]:
    """The classes that a domain or range allows."""
    union = graph.value(node, OWL.unionOf)
    return {str(item) for item in Collection(graph, union)} if union else {str(node)}


def entity_types(graph: rdflib.Graph, node: rdflib.term.Node | None) -> set[EntityType]:
    found = classes_of(graph, node)
    return {kind for kind in EntityType if {kind.iri, terms.ENTITY.iri} & found}


def test_the_ontology_declares_each_class_once(owl: rdflib.Graph) -> None:
    """Classes of terms.py and of litkg.ttl are the same."""
    found = {str(node) for node in owl.subjects(RDF.type, OWL.Class) if isinstance(node, URIRef)}
    assert declared_classes() == found


def test_the_ontology_declares_each_property_once(owl: rdflib.Graph) -> None:
    """Properties of terms.py and of litkg.ttl are the same."""
    found = set()
    for kind in (OWL.ObjectProperty, OWL.DatatypeProperty):
        found |= {str(node) for node in owl.subjects(RDF.type, kind)}
    assert declared_properties() == found


def test_every_term_says_what_it_is(owl: rdflib.Graph) -> None:
    """Each term has one label and one comment, each property also one domain and one range."""
    lacking = [
        (iri, predicate)
        for iri in sorted(declared_classes() | declared_properties())
        for predicate in (RDFS.label, RDFS.comment)
        + ((RDFS.domain, RDFS.range) if iri in declared_properties() else ())
        if len(list(owl.objects(URIRef(iri), predicate))) != 1
    ]
    assert [] == lacking


def test_labels_agree(owl: rdflib.Graph) -> None:
    """A term has the same label in Python and in OWL."""
    expected = {term.iri: term.label for term in (*terms.CLASSES, *terms.PROPERTIES)}
    expected |= {kind.iri: kind.value for kind in EntityType} | {r.iri: r.value for r in Role}
    expected |= {relation.iri: relation.value.replace("-", " ") for relation in RelationType}
    assert expected == {iri: str(owl.value(URIRef(iri), RDFS.label)) for iri in expected}


def test_nothing_is_imported(owl: rdflib.Graph) -> None:
    """The ontology opens offline: no owl:imports."""
    assert [] == list(owl.subject_objects(OWL.imports))


@pytest.mark.parametrize("role", Role)
def test_roles_are_kinds_of_about(owl: rdflib.Graph, role: Role) -> None:
    """Each role leads from a paper to an entity and is a sub-property of litkg:about."""
    node = URIRef(role.iri)
    assert URIRef(terms.ABOUT.iri) in set(owl.objects(node, RDFS.subPropertyOf))
    assert {terms.PAPER.iri} == classes_of(owl, owl.value(node, RDFS.domain))
    assert {terms.ENTITY.iri} == classes_of(owl, owl.value(node, RDFS.range))


@pytest.mark.parametrize("relation", RelationType)
def test_domains_and_ranges_are_the_signatures(owl: rdflib.Graph, relation: RelationType) -> None:
    """Domain and range in OWL are the head and tail types of terms.py."""
    node = URIRef(relation.iri)
    assert {head for head, _ in relation.signatures} == entity_types(
        owl, owl.value(node, RDFS.domain)
    )
    assert {tail for _, tail in relation.signatures} == entity_types(
        owl, owl.value(node, RDFS.range)
    )


def test_is_a_is_a_kind_of_broader(owl: rdflib.Graph) -> None:
    """SKOS tools follow litkg:isA."""
    assert SKOS.broader in set(owl.objects(URIRef(RelationType.IS_A.iri), RDFS.subPropertyOf))


def test_shapes_allow_exactly_the_signatures(shapes: rdflib.Graph) -> None:
    """For each head type, relation and tail type, the shapes allow what terms.py allows."""
    allowed = {
        (head, relation, tail)
        for head, relation, tail in product(EntityType, RelationType, EntityType)
        if _allowed_tail(shapes, head, relation) == tail.iri
    }
    expected = {
        (head, relation, tail) for relation in RelationType for head, tail in relation.signatures
    }
    assert expected == allowed


def _allowed_tail(shapes: rdflib.Graph, head: EntityType, relation: RelationType) -> str:
    shape = next(shapes.subjects(SH.targetClass, URIRef(head.iri)))
    for found in shapes.objects(shape, SH.property):
        if shapes.value(found, SH.path) == URIRef(relation.iri):
            assert (shapes.value(found, SH.maxCount) is None) != (
                shapes.value(found, SH["class"]) is None
            )
            return str(shapes.value(found, SH["class"]))
    raise AssertionError((head, relation))


@pytest.mark.parametrize(("path", "values"), [("role", Role), ("predicate", RelationType)])
def test_closed_values_agree(shapes: rdflib.Graph, path: str, values: type[Role]) -> None:
    """The shapes list every role and every relation, and nothing else."""
    lists = [
        {str(item) for item in Collection(shapes, values_node)}
        for found in shapes.subjects(SH.path, URIRef(NAMESPACE + path))
        if (values_node := shapes.value(found, SH["in"]))
    ]
    assert lists
    assert all({value.iri for value in values} == found for found in lists)


def test_every_class_has_a_shape(shapes: rdflib.Graph) -> None:
    """No class of the ontology goes unchecked."""
    targeted = {str(node) for node in shapes.objects(None, SH.targetClass)}
    assert declared_classes() == targeted


def test_shapes_name_only_known_terms(shapes: rdflib.Graph) -> None:
    """A misspelt term in a shape would check nothing."""
    used = {
        str(node)
        for triple in shapes
        for node in triple
        if isinstance(node, URIRef) and str(node).startswith(NAMESPACE)
    }
    assert set() == used - declared_classes() - declared_properties()


def test_the_context_reaches_every_term() -> None:
    """context.jsonld has a key for each term, and each key leads to the term of its name."""
    found = {iri: key for key, iri in _context_terms()}
    assert (declared_classes() | declared_properties()) - set(found) == set()
    renamed = {found[iri] for iri in declared_properties() if found[iri] != iri[len(NAMESPACE) :]}
    assert {"ofPaper"} == renamed  # "paper" is the prefix of the IRIs of papers


def test_the_context_declares_the_prefixes() -> None:
    """Prefixes of the context are those of Turtle and SPARQL."""
    context = json.loads((FOLDER / "context.jsonld").read_text())["@context"]
    assert PREFIXES == {key: context[key] for key in PREFIXES}


def test_the_context_expands_offline() -> None:
    """A JSON-LD reader finds the terms, types and lists that the context promises."""
    context = json.loads((FOLDER / "context.jsonld").read_text())
    source = context | {
        "id": "paper:p1", "type": "Paper", "title": "T", "year": 2020, "uses": ["method:a"],
    }  # fmt: skip
    quads = {
        str(quad)
        for quad in pyoxigraph.parse(json.dumps(source), format=pyoxigraph.RdfFormat.JSON_LD)
    }
    subject = "<urn:litkg:paper:p1>"
    assert {
        f"{subject} <{expanded('rdf:type')}> <urn:litkg:ns:Paper>",
        f'{subject} <{expanded("dcterms:title")}> "T"',
        f'{subject} <urn:litkg:ns:year> "2020"^^<{expanded("xsd:integer")}>',
        f"{subject} <urn:litkg:ns:uses> <urn:litkg:method:a>",
    } == quads


def test_exports_use_only_declared_terms() -> None:
    """Whatever the N-Triples of a rich graph say is declared, here or by the named vocabularies."""
    lines = "".join(ntriples.generate(small_graph()))
    graph = rdflib.Graph().parse(data=lines, format="nt")
    allowed = declared_properties() | {expanded(name) for name in EXTERNAL}
    assert set() == {str(predicate) for predicate in graph.predicates()} - allowed
    assert set() == {str(node) for node in graph.objects(None, RDF.type)} - declared_classes()


def test_a_rich_graph_uses_every_term() -> None:
    """The small graph of the tests leaves no class and no property out but litkg:about."""
    rich = replaced(small_graph(), "merges", DOUBTFUL)
    lines = "".join(ntriples.generate(rich))
    graph = rdflib.Graph().parse(data=lines, format="nt")
    used = {str(node) for node in (*graph.predicates(), *graph.objects(None, RDF.type))}
    assert {terms.ABOUT.iri} == (declared_classes() | declared_properties()) - used


def _context_terms() -> Iterator[tuple[str, str]]:
    context = json.loads((FOLDER / "context.jsonld").read_text())["@context"]
    for key, value in context.items():
        name = value.get("@id") if isinstance(value, dict) else value
        if isinstance(name, str) and name.startswith("litkg:") and key not in PREFIXES:
            yield key, expanded(name)
