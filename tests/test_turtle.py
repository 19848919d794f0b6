"""Turtle: what differs from N-Triples. That it says the same is tested in test_ntriples.py."""

from __future__ import annotations

import pyoxigraph
import rdflib
from graphs import small_graph
from hypothesis import given
from hypothesis import strategies as st

from exports import turtle
from exports.iris import valid_iri
from exports.triples import resources
from ontology.identifiers import PREFIXES, paper_iri

HEAD = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())

locals_ = st.text(st.characters(max_codepoint=0x2FF)) | st.text("aZ0-._~%2F/:#+,;", max_size=8)


@given(st.sampled_from(sorted(PREFIXES.values())), locals_)
def test_a_shortened_name_is_the_same_iri(namespace: str, local: str) -> None:
    """Whatever stands behind a namespace, both libraries read the IRI that was meant."""
    iri = valid_iri(namespace + local)
    text = f"{HEAD}<urn:s:s> <urn:p:p> {turtle.shortened(iri)} ."
    (quad,) = pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.TURTLE)
    (triple,) = rdflib.Graph().parse(data=text, format="turtle")
    assert iri == quad.object.value == str(triple[2])


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_paper_ids_are_shortened_where_possible(key: str) -> None:
    """A minted IRI is written with its prefix unless it holds a tilde or dots at an edge."""
    plain = (
        key != "" and "~" not in key and not key.startswith((".", "-")) and not key.endswith(".")
    )
    assert plain == turtle.shortened(paper_iri(key)).startswith("paper:")


def test_each_subject_has_one_block() -> None:
    """A reader finds all that is said about a subject in one place."""
    pieces = "".join(turtle.generate(small_graph())).split("\n\n")
    subjects = [piece.split("\n", 1)[0] for piece in pieces[1:]]
    assert len(list(resources(small_graph(), "full"))) == len(subjects) == len(set(subjects))


def test_a_block_is_easy_to_read() -> None:
    """Prefixes, one predicate a line, numbers and booleans plain."""
    assert (
        "\ntask:survivalanalysis\n"
        "    a litkg:Entity, litkg:Task ;\n"
        '    skos:prefLabel "survival analysis"@en ;\n'
        "    litkg:listed true ;\n"
        "    litkg:paperCount 0 ;\n"
        "    litkg:mentionCount 0 ;\n"
        '    skos:altLabel "生存分析"@zh .\n'
    ) in "".join(turtle.generate(small_graph()))
