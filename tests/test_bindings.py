"""Values of parameters: read from text, written into SPARQL, harmless whatever they hold."""

from __future__ import annotations

import pyoxigraph
import pytest
from graphs import NASTY
from hypothesis import given
from hypothesis import strategies as st

from kg.bindings import Iri, bound, read_parameters, read_value
from ontology.errors import QueryError

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


def answered(query: str) -> pyoxigraph.Literal:
    """The single value that a SPARQL query gives."""
    (row,) = pyoxigraph.Store().query(query)
    return row[0]


@given(TEXTS | st.sampled_from(NASTY))
def test_a_text_stays_one_literal(text: str) -> None:
    """Whatever a text holds, SPARQL reads back that text and nothing else."""
    assert text == answered(bound("SELECT ($text AS ?x) {}", {"text": text})).value


@given(st.integers(-(2**63), 2**63 - 1) | st.booleans() | st.floats(allow_nan=False))
def test_numbers_and_truth_values_keep_their_type(value: float) -> None:
    """They come back as literals of their datatype."""
    assert pyoxigraph.Literal(value) == answered(bound("SELECT ($v AS ?x) {}", {"v": value}))


@pytest.mark.parametrize("address", ["urn:a> <urn:b", "a b", "", 'urn:"x"', "urn:x\n"])
def test_what_is_no_address_is_refused(address: str) -> None:
    """An IRI that would end early is an error, not two terms."""
    with pytest.raises(QueryError, match=r'parameter "x": .* is no RDF term'):
        bound("ASK { $x ?p ?o }", {"x": Iri(address)})


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?s { ?s ?p '$x' }",
        'SELECT ?s { ?s ?p """a"$x""" }',
        "SELECT ?s { ?s ?p ?o } # $x",
        "SELECT ?s { ?s <urn:$x> ?x }",
        "SELECT ?s { ?s ?p $xx }",
    ],
)
def test_only_the_variable_is_replaced(query: str) -> None:
    """Strings, comments, IRIs and longer names are left alone; a value without a place is an error."""
    with pytest.raises(QueryError, match=r'^parameter "x": the query has no \$x$'):
        bound(query, {"x": 1})


def test_a_quote_in_a_name_begins_no_string() -> None:
    """What is a string to SPARQL is left alone, whatever escaped quotes stand before it."""
    query = "PREFIX x: <urn:x:> SELECT ?s { ?s x:it\\'s $x , 'a $x b' }"
    assert query.replace("$x ,", '"v" ,') == bound(query, {"x": "v"})


@pytest.mark.parametrize("part", ["1", '"\\"', "\\'", "'''a", '"""', "<", "$x\\"])
def test_values_are_put_in_by_steps_in_proportion(part: str) -> None:
    """A long query is read once, not once from each of its quotes."""
    bound("$x " + part * (200_000 // len(part)), {"x": 1})


@pytest.mark.parametrize("value", [None, [1, 2]])
def test_sparql_binds_single_values(value: list[int] | None) -> None:
    """Lists and null are for Cypher."""
    with pytest.raises(QueryError, match="SPARQL binds one text, number or boolean"):
        bound("ASK { ?s ?p $x }", {"x": value})


@pytest.mark.parametrize("text", ["x", "=1", "a b=1", "1a=2", "a-b=3"])
def test_parameters_have_names(text: str) -> None:
    """The form is NAME=VALUE."""
    with pytest.raises(QueryError, match="write it as NAME=VALUE"):
        read_parameters([text])


def test_a_parameter_has_one_value() -> None:
    """Given twice, it is an error."""
    with pytest.raises(QueryError, match="given twice"):
        read_parameters(["a=1", "a=2"])


@pytest.mark.parametrize(
    "text",
    ["NaN", "Infinity", '{"a": 1}', "[[1]]", "[" * 100_000, "[1", "", "U-Net", "1 2", "01"],
    ids=lambda text: text[:10],
)
def test_what_is_no_simple_json_is_text(text: str) -> None:
    """Only numbers, booleans, null, strings and flat lists are read as JSON."""
    assert text == read_value(text)
