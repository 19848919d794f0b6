"""The process behind a query: answers in media types are those of the engine itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    Quad,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Store,
)

from kg.sparql_worker import serialised

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
TERMS = st.one_of(
    TEXTS.map(Literal),
    TEXTS.map(lambda text: Literal(text, language="en-gb")),
    st.builds(lambda text: Literal(text, datatype=NamedNode("urn:t")), TEXTS),
    st.from_regex(r"[+-]?[0-9]{1,3}(\.[0-9]+)?(e[0-9])?", fullmatch=True).map(
        lambda text: Literal(text, datatype=NamedNode("http://www.w3.org/2001/XMLSchema#double"))
    ),
    st.integers().map(Literal),
    st.booleans().map(Literal),
    st.from_regex(r"[a-z0-9]{1,5}", fullmatch=True).map(
        lambda name: NamedNode(f"urn:x:{name}é%20")
    ),
    st.from_regex(r"[a-z][a-z0-9]{0,5}", fullmatch=True).map(BlankNode),
)
QUERY = "SELECT ?o ?none ?s { ?s ?p ?o }"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stores")


def store_of(folder: Path, terms: Sequence[Literal | NamedNode | BlankNode]) -> str:
    path = str(folder / str(len(list(folder.iterdir()))))
    store = Store(path)
    store.extend(Quad(NamedNode("urn:s"), NamedNode("urn:p"), term) for term in terms)
    store.flush()
    return path


@given(st.lists(TERMS, max_size=4))
def test_rows_are_written_as_the_engine_writes_them(folder: Path, terms: list[Literal]) -> None:
    """Every term, and an unbound variable, is byte for byte that of pyoxigraph's own writer."""
    path = store_of(folder, terms)
    version = len(list(folder.iterdir()))
    for form in (QueryResultsFormat.JSON, QueryResultsFormat.CSV, QueryResultsFormat.TSV):
        types = {"results": form.media_type, "graph": None}
        head, body = serialised(path, QUERY, {}, 100, types, version)
        found = Store.read_only(path).query(QUERY)
        assert isinstance(found, QuerySolutions)
        assert found.serialize(format=form) == body
        assert (len(body), False) == (head["size"], head["truncated"])


def test_a_cut_answer_is_whole_in_itself(folder: Path) -> None:
    """The rows that are kept make a valid answer, of results and of graphs."""
    path = store_of(folder, [Literal(number) for number in range(10)])
    types = {"results": "text/csv", "graph": "application/n-triples"}
    for query, lines in ((QUERY, 4), ("CONSTRUCT WHERE { ?s ?p ?o }", 3)):
        head, body = serialised(path, query, {}, 3, types, -1)
        assert (True, lines) == (head["truncated"], body.count(b"\n"))
        assert not serialised(path, query, {}, 10, types, -1)[0]["truncated"]


def test_a_row_without_variables_is_a_row(folder: Path) -> None:
    """``SELECT *`` over nothing has one solution, which binds nothing."""
    path = store_of(folder, [])
    types = {"results": "application/sparql-results+json", "graph": None}
    _, body = serialised(path, "SELECT * {}", {}, 3, types, -2)
    assert b'{"head":{"vars":[]},"results":{"bindings":[{}]}}' == body


def test_xml_carries_what_it_can(folder: Path) -> None:
    """Characters that XML has not are replaced, carriage returns written so that they survive."""
    path = store_of(folder, [Literal("a\x01\x1f\ufffe\r\n\t<é𝄞")])
    types = {"results": "application/xml", "graph": RdfFormat.RDF_XML.media_type}
    for query in (QUERY, "CONSTRUCT WHERE { ?s <urn:p> ?o }"):
        _, body = serialised(path, query, {}, 3, types, -3)
        assert "a���&#13;\n\t&lt;é𝄞" in body.decode()


def test_rdf_xml_refuses_what_it_cannot_name(folder: Path) -> None:
    """A predicate whose IRI does not end in a name has no element in RDF/XML."""
    path = store_of(folder, [])
    types = {"results": None, "graph": RdfFormat.RDF_XML.media_type}
    with pytest.raises(ValueError, match="no way to write the predicate <urn:1>; ask for Turtle"):
        serialised(path, "CONSTRUCT { <urn:s> <urn:1> 1 } WHERE {}", {}, 3, types, -4)
