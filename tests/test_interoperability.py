"""The exports and the ontology under the rules of others: OWL, SHACL, W3C syntax, no network."""

from __future__ import annotations

import json
import socket
from importlib.resources import files
from types import ModuleType

import pyoxigraph
import pyshacl
import pytest
import rdflib
from graphs import NASTY, E, P, graph_of, rows_of
from helpers import read_by_rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import OWL, RDF, RDFS, XSD, Literal, URIRef

from exports import jsonld, nquads, ntriples, rdfxml, turtle
from exports.selection import Selection, select
from exports.triples import DOUBLE, IRI, resources
from exports.xmltext import carried
from kg import Graph
from ontology import terms
from ontology.tables import GraphTables
from ontology.terms import NAMESPACE, EntityType, Role

WRITERS = {
    ntriples: (pyoxigraph.RdfFormat.N_TRIPLES, "nt"),
    nquads: (pyoxigraph.RdfFormat.N_QUADS, "nquads"),
    turtle: (pyoxigraph.RdfFormat.TURTLE, "turtle"),
    rdfxml: (pyoxigraph.RdfFormat.RDF_XML, "xml"),
    jsonld: (pyoxigraph.RdfFormat.JSON_LD, "json-ld"),
}
EDGE_CASES = {
    "all controls": "".join(map(chr, range(0x20))) + "\x7f",
    "all punctuation": " !\"#$%&()*+,-./:;<=>?@[]^_`{|}~'",
    "boundaries of ASCII": "\x00\t\x0b\x0c\x0e&([]\x7f",
    "boundaries of UTF-8": "\x00\x7f\x80\u07ff\u0800\u0fff\u1000\ucfff\ud000\ud7ff\ue000\ufffd"
    "\U00010000\U0003fffd\U00040000\U000ffffd\U00100000\U0010fffd",
    "two quotes": 'x""y',
    "three quotes": '"""x"""',
    "two apostrophes": "x''y",
    "one backslash": "\\",
    "two backslashes": "test-\\\\",
    "backslash before a quote": '\\"',
    "an escape that is text": "\\u0041 \\U0001F600 \\n",
    "line breaks": "a\nb\r\nc\rd\u0085e\u2028f",
    "backspace and form feed": "\x08\x0c",
    "looks like a language tag": '"chat"@en',
    "looks like a datatype": '"1"^^<http://www.w3.org/2001/XMLSchema#integer>',
    "looks like the end": "x> .\n<a> <b> <c> .",
    "looks like CDATA": "]]><![CDATA[ &amp; &#0; <?x?>",
    "looks like JSON": '{"@id": "x", "@type": "@id"} \\/',
    "white space around": "  a  ",
    "byte order mark": "\ufeffa\ufeff",
    "non-characters": "\ufdd0\ufffe\uffff\U0010ffff",
    "combining and emoji": "e\u0301 \U0001f469\u200d\U0001f52c",
}
"""What the W3C tests of N-Triples and Turtle are about, and the like for the other syntaxes."""

texts = (
    st.text(st.characters(exclude_categories=["Cs"]))
    | st.sampled_from(NASTY)
    | st.sampled_from(sorted(EDGE_CASES.values()))
)


@pytest.fixture(scope="module")
def owl() -> rdflib.Graph:
    return rdflib.Graph().parse(files("ontology") / "litkg.ttl")


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise AssertionError("the network was asked")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refuse)


def graph_named(text: str) -> GraphTables:
    """A graph that has the text as name, alias, title, abstract, author and source."""
    entity = E(EntityType.TASK, text, ((text, "zh"), (text, "")), iri="urn:litkg:task:x")
    paper = P("x", f"x{text}", f"{text}x", (text,), text, 2020, (text,), doi=text, url=text,
              links=((text, Role.USES, ("x",)),))  # fmt: skip
    return graph_of("any", [entity], [paper])


def literals(writer: ModuleType, read: str, text: str) -> set[tuple[str, str]]:
    """Predicates and literals of a file, read by one of two libraries."""
    if read == "pyoxigraph":
        quads = pyoxigraph.parse(text.encode(), format=WRITERS[writer][0])
        return {
            (quad.predicate.value, quad.object.value)
            for quad in quads
            if isinstance(quad.object, pyoxigraph.Literal)
        }
    return {
        (str(predicate), str(term))
        for _, predicate, term in read_by_rdflib(text.encode(), WRITERS[writer][1])
        if isinstance(term, Literal)
    }


def assert_survives(writer: ModuleType, text: str) -> None:
    """Both libraries read every literal of the graph, numbers by their value."""
    graph = graph_named(text)
    name_of = carried if writer is rdfxml else str
    expected = {
        (predicate, name_of(value))
        for resource in resources(graph, "full")
        for predicate, kind, value in resource.properties
        if kind not in {IRI, DOUBLE}
    }
    assert name_of(text) in {value for _, value in expected}
    for read in ("pyoxigraph", "rdflib"):
        found = literals(writer, read, "".join(writer.generate(graph)))
        assert expected == {pair for pair in found if pair[0] != terms.CONFIDENCE.iri}


@pytest.mark.parametrize("case", EDGE_CASES)
@pytest.mark.parametrize("writer", WRITERS)
def test_edge_cases_of_the_syntaxes_survive(writer: ModuleType, case: str) -> None:
    """What breaks RDF writers comes back as it was, in every column of text."""
    assert_survives(writer, EDGE_CASES[case])


@pytest.mark.parametrize("writer", [nquads, rdfxml, jsonld])
@settings(max_examples=20)
@given(text=texts)
def test_any_text_survives(writer: ModuleType, text: str) -> None:
    """Whatever a paper is called, the file says it; test_ntriples.py has the other two syntaxes."""
    if text:
        assert_survives(writer, text)


@pytest.fixture(scope="module")
def part(example_graph: Graph) -> GraphTables:
    """A part of the example graph that pyshacl checks in seconds."""
    return select(example_graph, Selection(top=20))


@pytest.mark.parametrize("writer", WRITERS)
def test_shapes_hold_in_every_rdf_export(writer: ModuleType, part: GraphTables) -> None:
    """The SHACL shapes find nothing to complain about, whatever file they read."""
    shapes = rdflib.Graph().parse(files("ontology") / "shapes.ttl")
    text = "".join(writer.generate(part))
    data = rdflib.Graph()
    for quad in pyoxigraph.parse(text.encode(), format=WRITERS[writer][0]):
        line = f"{quad.subject} {quad.predicate} {quad.object} ."
        data.parse(data=line, format="nt")
    assert len(data) == sum(len(found.properties) for found in resources(part, "full"))
    conforms, _, report = pyshacl.validate(data, shacl_graph=shapes)
    assert conforms, report


@pytest.mark.usefixtures("offline")
def test_json_ld_expands_offline(part: GraphTables) -> None:
    """The file brings its context: nobody asks the network for it."""
    text = "".join(jsonld.generate(part))
    found = read_by_rdflib(text.encode(), "json-ld")
    assert len(found) == sum(len(resource.properties) for resource in resources(part, "full"))


def test_json_ld_has_one_frame_a_line(part: GraphTables) -> None:
    """Each entity and each paper has all about it on its own line, mentions inside their link."""
    lines = "".join(jsonld.generate(part)).splitlines()[2:-1]
    frames = {frame["id"]: frame for frame in (json.loads(line.rstrip(",")) for line in lines)}
    for row in rows_of(part, "relations"):
        head = frames[row["head"].removeprefix("urn:litkg:")]
        assert row["tail"].removeprefix("urn:litkg:") in {r["tail"] for r in head["relations"]}
    mentions = [
        (frame["identifier"], mention["surface"])
        for frame in frames.values()
        for link in frame.get("links", ())
        for mention in link["evidence"]
        if isinstance(mention, dict)
    ]
    assert sorted(mentions) == sorted(
        {(r["paper"], r["field"], r["start"], r["end"]): (r["paper"], r["surface"])
         for r in rows_of(part, "mentions")}.values()
    )  # fmt: skip


# The ontology as an editor like Protégé opens it


def declared(owl: rdflib.Graph, kind: URIRef) -> set[URIRef]:
    return {node for node in owl.subjects(RDF.type, kind) if isinstance(node, URIRef)}


@pytest.mark.usefixtures("offline")
def test_the_ontology_opens_offline_and_whole() -> None:
    """One ontology, named, titled and licensed, that imports nothing."""
    owl = rdflib.Graph().parse(files("ontology") / "litkg.ttl")
    (header,) = owl.subjects(RDF.type, OWL.Ontology)
    assert header == URIRef(NAMESPACE)
    assert (header, OWL.imports, None) not in owl
    for term in (rdflib.DCTERMS.title, rdflib.DCTERMS.license, RDFS.comment):
        assert (header, term, None) in owl


def test_each_term_is_one_thing(owl: rdflib.Graph) -> None:
    """No term is a class and a property, or a property of objects and of values."""
    kinds = [declared(owl, k) for k in (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty)]
    terms_ = [term for found in kinds for term in found]
    assert len(terms_) == len(set(terms_))
    mentioned = {
        node
        for triple in owl
        for node in triple
        if isinstance(node, URIRef)
        and str(node).startswith(NAMESPACE)
        and node != URIRef(NAMESPACE)
    }
    assert mentioned == set(terms_)


@pytest.mark.parametrize("predicate", [RDFS.label, RDFS.comment])
def test_each_term_is_described(owl: rdflib.Graph, predicate: URIRef) -> None:
    """One label and one comment each, in English, not empty."""
    for kind in (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty):
        for term in declared(owl, kind):
            (text,) = owl.objects(term, predicate)
            assert isinstance(text, Literal)
            assert (text.language, bool(text.strip())) == ("en", True)


def test_ranges_fit_the_kind_of_property(owl: rdflib.Graph) -> None:
    """Properties of objects lead to classes, those of values to datatypes."""
    datatypes = {XSD.string, XSD.integer, XSD.double, XSD.boolean}
    for kind, fits in (
        (OWL.ObjectProperty, lambda node: node not in datatypes),
        (OWL.DatatypeProperty, lambda node: node in datatypes),
    ):
        for term in declared(owl, kind):
            (range_,) = owl.objects(term, RDFS.range)
            assert len(list(owl.objects(term, RDFS.domain))) == 1
            assert fits(range_), term


def test_sub_properties_stay_of_their_kind(owl: rdflib.Graph) -> None:
    """A property of objects is a kind of no property of values."""
    objects, values = declared(owl, OWL.ObjectProperty), declared(owl, OWL.DatatypeProperty)
    for one, other in owl.subject_objects(RDFS.subPropertyOf):
        assert not (one in objects and other in values)
        assert not (one in values and other in objects)
