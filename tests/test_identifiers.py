"""IRIs: what is minted, what is accepted, and that nothing collides."""

from __future__ import annotations

import pyoxigraph
import pytest
import rdflib
from graphs import NASTY
from hypothesis import given
from hypothesis import strategies as st

from exports.iris import (
    iri_part,
    is_web_address,
    paper_part,
    relation_iri,
    statement_iri,
    valid_iri,
)
from ontology.identifiers import PREFIXES, entity_iri, paper_iri, person_iri, venue_iri
from ontology.terms import NAMESPACE, EntityType

texts = st.text(st.characters(exclude_categories=["Cs"]))


def reads(iri: str) -> bool:
    """Whether both RDF libraries take the IRI from an N-Triples line as it is."""
    line = f"<{iri}> <urn:p:p> <{iri}> ."
    found = list(pyoxigraph.parse(line, format=pyoxigraph.RdfFormat.N_TRIPLES))
    other = rdflib.Graph().parse(data=line, format="nt")
    return found[0].subject.value == iri and {rdflib.URIRef(iri)} == set(other.subjects())


def test_the_namespace_has_its_prefix() -> None:
    """``litkg:`` in queries is the namespace of terms.py."""
    assert NAMESPACE == PREFIXES["litkg"]


@given(texts)
def test_minted_iris_are_valid(text: str) -> None:
    """Whatever an id or a name holds, its IRI is one for both RDF libraries and stays as it is."""
    minted = [paper_iri(text), venue_iri(text), person_iri(text)]
    minted += [entity_iri(kind, text) for kind in EntityType]
    assert minted == [valid_iri(iri) for iri in minted]
    assert all(reads(iri) for iri in minted)


@given(texts, texts)
def test_ids_never_share_an_iri(one: str, other: str) -> None:
    """Different paper ids, venue names and person names have different IRIs."""
    assert (one == other) == (paper_iri(one) == paper_iri(other))
    assert (one == other) == (person_iri(one) == person_iri(other))
    assert (one == other) == (paper_part(one) == paper_part(other))


@pytest.mark.parametrize("text", NASTY)
def test_types_keep_names_apart(text: str) -> None:
    """The same name as a method and as a task are two entities."""
    assert len(EntityType) == len({entity_iri(kind, text) for kind in EntityType})


@given(texts | st.from_regex(r"[a-z]{1,3}:[ -~]*", fullmatch=True))
def test_any_text_becomes_an_iri_that_libraries_read(text: str) -> None:
    """A given IRI that RDF cannot carry is quoted; what passes unchanged is read unchanged."""
    assert reads(valid_iri(text))


@given(st.lists(texts, min_size=2, max_size=2, unique=True))
def test_quoting_keeps_texts_apart(pair: list[str]) -> None:
    """Two given IRIs never become one."""
    one, other = pair
    assert valid_iri(one) != valid_iri(other)
    assert iri_part(one) != iri_part(other)


@pytest.mark.parametrize(
    "url",
    ["https://example.org", "http://example.org:80/a/b?c=d&e=%20#f", "HTTP://EXAMPLE.ORG/~a;b"],
)
def test_web_addresses_are_iris(url: str) -> None:
    """Ordinary addresses stay links."""
    assert is_web_address(url)
    assert reads(url)


@pytest.mark.parametrize(
    "url",
    [
        "", "example.org", "ftp://example.org", "javascript:alert(1)", "http://", "http:///a",
        "http://a b", "http://a/%zz", "http://a:b/", "http://a/\n", 'http://a/"', "http://a/<b>",
        "http://[::1", "//a/b", "http://a#b#c", "http://例子.测试/",
    ],
)  # fmt: skip
def test_other_texts_are_no_web_addresses(url: str) -> None:
    """What is no plain absolute http address stays a literal, whatever it claims to be."""
    assert not is_web_address(url)


@given(texts, texts, texts, texts)
def test_parts_do_not_run_together(a: str, b: str, c: str, d: str) -> None:
    """Minted IRIs of relations keep head and tail apart, whatever these hold."""
    same = (a, b) == (c, d)
    assert same == (relation_iri(a, "is-a", b) == relation_iri(c, "is-a", d))


def test_a_statement_is_one_sentence_of_one_paper() -> None:
    """Paper, field, sentence and relation each tell statements apart."""
    relation = relation_iri("urn:litkg:method:a", "is-a", "urn:litkg:method:b")
    other = relation_iri("urn:litkg:method:b", "is-a", "urn:litkg:method:a")
    found = {
        statement_iri("p1", "title", 0, relation), statement_iri("p2", "title", 0, relation),
        statement_iri("p1", "abstract", 0, relation), statement_iri("p1", "title", 9, relation),
        statement_iri("p1", "title", 0, other),
    }  # fmt: skip
    assert 5 == len(found)
