"""The endpoint behind clients that people use: rdflib's SPARQLStore and SPARQLWrapper."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from graphs import folder_of, small_graph
from rdflib import Graph, Literal, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from served import Server, served
from SPARQLWrapper import (
    CSV,
    GET,
    JSON,
    JSONLD,
    POST,
    POSTDIRECTLY,
    RDFXML,
    TSV,
    TURTLE,
    URLENCODED,
    XML,
    SPARQLWrapper,
)
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

NAMES = "SELECT ?name { ?m a litkg:Method ; skos:prefLabel ?name } ORDER BY ?name"
GRAPH = "CONSTRUCT { ?m skos:prefLabel ?name } WHERE { ?m a litkg:Method ; skos:prefLabel ?name }"
ASK = "ASK { ?m a litkg:Method }"
DESCRIBE = "DESCRIBE method:unet"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = folder_of(small_graph(), tmp_path_factory.mktemp("small") / "map")
    with served(folder) as running:
        yield running


@pytest.fixture(scope="module")
def names(server: Server) -> list[str]:
    return server.ask(NAMES, "text/csv").text.split("\r\n")[1:-1]


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("form", ["xml", "json", "csv", "tsv"])
def test_rdflib_rows(server: Server, names: list[str], method: str, form: str) -> None:
    """SELECT and ASK through a remote graph of rdflib."""
    graph = Graph(SPARQLStore(server.url, method=method, returnFormat=form))
    assert names == [str(row[0]) for row in graph.query(NAMES)]
    if form in ("xml", "json"):
        assert graph.query(ASK).askAnswer is True


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("query", [GRAPH, DESCRIBE])
def test_rdflib_graphs(server: Server, method: str, query: str) -> None:
    """CONSTRUCT and DESCRIBE through a remote graph of rdflib."""
    found = Graph(SPARQLStore(server.url, method=method)).query(query).graph
    expected = Graph().parse(data=server.ask(query, "application/n-triples").body, format="nt")
    assert found is not None
    assert expected
    assert set(expected) == set(found)


def test_rdflib_browses(server: Server, names: list[str]) -> None:
    """A remote graph of rdflib is read by patterns, as a local one."""
    graph = Graph(SPARQLStore(server.url))
    label = URIRef("http://www.w3.org/2004/02/skos/core#prefLabel")
    kind = URIRef("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    methods = list(graph.subjects(kind, URIRef("urn:litkg:ns:Method")))
    assert names == sorted(str(graph.value(method, label)) for method in methods)
    assert (methods[0], kind, Literal("no")) not in graph
    assert len(graph) > 100


@pytest.mark.parametrize(
    ("method", "how"), [(GET, URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)]
)
def test_wrapper_rows(server: Server, names: list[str], method: str, how: str) -> None:
    """SELECT and ASK in every format of SPARQLWrapper."""
    client = SPARQLWrapper(server.url)
    client.setMethod(method)
    client.setRequestMethod(how)
    client.setQuery(NAMES)
    client.setReturnFormat(JSON)
    rows = client.queryAndConvert()["results"]["bindings"]
    assert names == [row["name"]["value"] for row in rows]
    client.setReturnFormat(XML)
    found = client.queryAndConvert().getElementsByTagName("literal")
    assert names == [one.firstChild.data for one in found]
    client.setReturnFormat(CSV)
    assert names == client.queryAndConvert().decode().split("\r\n")[1:-1]
    client.setReturnFormat(TSV)
    assert [f'"{name}"@en' for name in names] == client.queryAndConvert().decode().split("\n")[1:-1]
    client.setQuery(ASK)
    client.setReturnFormat(JSON)
    assert client.queryAndConvert()["boolean"] is True


@pytest.mark.parametrize("query", [GRAPH, DESCRIBE])
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # rdflib's reader of JSON-LD
def test_wrapper_graphs(server: Server, query: str) -> None:
    """CONSTRUCT and DESCRIBE in every format of SPARQLWrapper, the default one among them."""
    expected = Graph().parse(data=server.ask(query, "application/n-triples").body, format="nt")
    client = SPARQLWrapper(server.url)
    client.setQuery(query)
    assert set(expected) == set(client.queryAndConvert())
    for form in (XML, RDFXML, JSONLD):
        client.setReturnFormat(form)
        assert set(expected) == set(client.queryAndConvert())
    client.setReturnFormat(TURTLE)
    turtle = client.queryAndConvert()
    assert set(expected) == set(Graph().parse(data=turtle, format="turtle"))


def test_wrapper_errors(server: Server) -> None:
    """A client of SPARQLWrapper reads where its query is wrong."""
    client = SPARQLWrapper(server.url)
    client.setQuery("SELECT * { ?s ?p }")
    with pytest.raises(QueryBadFormed, match="query:1:19: syntax error at the end"):
        client.query()
