"""What a graph says in RDF, row by row."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa
import pytest
from graphs import DOUBTFUL, SMALL_PAPERS, graph_of, replaced, rows_of, small_graph
from hypothesis import given, settings
from hypothesis import strategies as st

from exports.streams import Follower, distinct, resorted, rows
from exports.triples import EVIDENCE_LEVELS, Evidence, Resource, resources
from ontology.errors import GraphError
from ontology.identifiers import PREFIXES
from ontology.tables import SCHEMAS, MemoryTables

UNET = "urn:litkg:method:unet"


def short(iri: str) -> str:
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri


def said(graph: MemoryTables, iri: str, evidence: Evidence = "full") -> list[tuple[str, str]]:
    """Predicates and values of one resource, with prefixes."""
    (found,) = [resource for resource in resources(graph, evidence) if resource.iri == iri]
    return [(short(predicate), short(value)) for predicate, _, value in found.properties]


def classes(found: list[Resource]) -> Counter[str]:
    return Counter(
        short(value)
        for resource in found
        for predicate, _, value in resource.properties
        if short(predicate) == "rdf:type"
    )


def test_a_paper_says_who_when_where_and_what() -> None:
    """Each filled column of a paper is one statement, each link one in its role."""
    assert [
        ("rdf:type", "litkg:Paper"),
        ("dcterms:identifier", "p1"),
        ("dcterms:title", "U-Net for image segmentation"),
        ("litkg:abstract", SMALL_PAPERS[0].abstract),
        ("dcterms:creator", "person:Ada%20Lind"),
        ("dcterms:creator", "person:Bo%20Chen"),
        ("litkg:publishedIn", "venue:Journal%20of%20Cells"),
        ("litkg:year", "2015"),
        ("dcat:keyword", "cells"),
        ("litkg:doi", "10.0000/example-1"),
        ("litkg:arxiv", "0000.00001"),
        ("litkg:pmid", "1"),
        ("schema:url", "https://example.org/p1"),
        ("dcterms:source", "small.jsonl:1"),
        ("litkg:uses", "dataset:cellpix"),
        ("litkg:mentions", "method:convolutionalneuralnetwork"),
        ("litkg:uses", "method:skipconnection"),
        ("litkg:introduces", "method:unet"),
        ("litkg:uses", "modality:microscopyimage"),
        ("litkg:uses", "task:imagesegmentation"),
    ] == said(small_graph(), "urn:litkg:paper:p1")


def test_absent_values_are_not_said() -> None:
    """A paper without abstract, venue, year or identifier states none of them."""
    assert [
        ("rdf:type", "litkg:Paper"),
        ("dcterms:identifier", "p5"),
        ("dcterms:title", "A note about nothing in particular"),
        ("litkg:abstract", "It names no method at all."),
        ("litkg:year", "2022"),
        ("dcterms:source", "small.jsonl:5"),
    ] == said(small_graph(), "urn:litkg:paper:p5")


def test_an_entity_says_its_names_counts_and_relations() -> None:
    """Aliases keep their language, relations of several papers are one triple."""
    assert [
        ("rdf:type", "litkg:Entity"),
        ("rdf:type", "litkg:Method"),
        ("skos:prefLabel", "U-Net"),
        ("litkg:listed", "true"),
        ("litkg:paperCount", "2"),
        ("litkg:mentionCount", "5"),
        ("litkg:firstYear", "2015"),
        ("litkg:lastYear", "2021"),
        ("skos:altLabel", "UNet"),
        ("skos:altLabel", "Unet"),
        ("skos:broader", "method:convolutionalneuralnetwork"),
        ("litkg:appliedTo", "modality:microscopyimage"),
        ("litkg:isA", "method:convolutionalneuralnetwork"),
        ("litkg:trainedOn", "dataset:cellpix"),
        ("litkg:usedFor", "task:imagesegmentation"),
        ("litkg:coOccursWith", "modality:microscopyimage"),
        ("litkg:coOccursWith", "task:cellcounting"),
        ("litkg:coOccursWith", "task:imagesegmentation"),
    ] == said(small_graph(), UNET)


def test_a_link_shows_its_mentions_and_each_mention_its_sentence() -> None:
    """From the link to the mention to the quoted sentence."""
    graph = small_graph()
    assert [
        ("rdf:type", "litkg:Link"),
        ("litkg:paper", "paper:p2"),
        ("litkg:entity", "task:cellcounting"),
        ("litkg:role", "litkg:uses"),
        ("litkg:confidence", "0.875"),
        ("litkg:mentionCount", "1"),
        ("litkg:extractor", "coined"),
        ("litkg:extractor", "vocabulary"),
        ("litkg:evidence", "urn:litkg:mention:p2/abstract/98-111"),
    ] == said(graph, "urn:litkg:link:p2/task:cellcounting")
    assert [
        ("rdf:type", "litkg:Mention"),
        ("litkg:field", "abstract"),
        ("oa:start", "98"),
        ("oa:end", "111"),
        ("litkg:surface", "cell counting"),
        (
            "litkg:sentence",
            "We evaluate TinySeg on MiniPix, a part of CellPix, and also report cell counting.",
        ),
    ] == said(graph, "urn:litkg:mention:p2/abstract/98-111")


def test_a_relation_gathers_its_papers() -> None:
    """Support counts papers, confidence is the best, and each sentence is a statement."""
    graph = small_graph()
    part = "method:unet/used-for/task:imagesegmentation"
    assert [
        ("rdf:type", "litkg:Relation"),
        ("litkg:head", "method:unet"),
        ("litkg:predicate", "litkg:usedFor"),
        ("litkg:tail", "task:imagesegmentation"),
        ("litkg:confidence", "0.52"),
        ("litkg:support", "2"),
        ("litkg:extractor", "cues"),
        ("litkg:evidence", f"urn:litkg:statement:p1/abstract/74/{part}"),
        ("litkg:evidence", f"urn:litkg:statement:p2/abstract/113/{part}"),
    ] == said(graph, f"urn:litkg:relation:{part}")
    assert [
        ("rdf:type", "litkg:Statement"),
        ("litkg:paper", "paper:p2"),
        ("litkg:field", "abstract"),
        ("litkg:confidence", "0.52"),
        ("litkg:sentence", "TinySeg does segmentation as well as U-Net."),
        ("litkg:extractor", "cues"),
    ] == said(graph, f"urn:litkg:statement:p2/abstract/113/{part}")


def test_counts_are_resources() -> None:
    """Co-occurrences and years can be looked up instead of being counted."""
    graph = small_graph()
    assert [
        ("rdf:type", "litkg:CoOccurrence"),
        ("litkg:entity", "method:unet"),
        ("litkg:entity", "task:imagesegmentation"),
        ("litkg:paperCount", "2"),
    ] == said(graph, "urn:litkg:co-occurrence:method:unet/task:imagesegmentation")
    assert [
        ("rdf:type", "litkg:YearCount"),
        ("litkg:entity", "method:unet"),
        ("litkg:year", "2021"),
        ("litkg:role", "litkg:compares"),
        ("litkg:paperCount", "1"),
    ] == said(graph, "urn:litkg:year-count:method:unet/2021/compares")


def test_the_most_doubtful_merge_is_told() -> None:
    """The highest doubt and the names merged at it; pairs kept apart do not count."""
    graph = replaced(small_graph(), "merges", DOUBTFUL)
    found = [line for line in said(graph, "urn:litkg:method:unet") if "doubt" in line[0]]
    assert [
        ("litkg:doubt", "0.5"),
        ("litkg:doubtfulName", "U-Nets"),
        ("litkg:doubtfulName", "Unet"),
    ] == found
    assert not any("doubt" in line[0] for line in said(graph, "urn:litkg:method:tinyseg"))


def test_a_merge_into_an_absent_entity_is_an_error() -> None:
    """It refers to something the graph lacks."""
    graph = replaced(small_graph(), "merges", [{**DOUBTFUL[0], "entity": "urn:x"}])
    with pytest.raises(GraphError, match='table merges: "urn:x" is not in the table'):
        list(resources(graph, "none"))


@pytest.mark.parametrize("evidence", EVIDENCE_LEVELS)
def test_each_subject_comes_once(evidence: Evidence) -> None:
    """Readers that group by subject need no second look, and no statement comes twice."""
    found = list(resources(small_graph(), evidence))
    assert [1] == sorted(set(Counter(resource.iri for resource in found).values()))
    assert all(len(set(found.properties)) == len(found.properties) for found in found)


def test_levels_of_evidence() -> None:
    """Plain triples always; links, relations and counts from summary on; mentions only in full."""
    graph = small_graph()
    plain = Counter(
        {"litkg:Entity": 11, "litkg:Paper": 5, "litkg:Venue": 2, "litkg:Person": 4}
    ) + Counter(f"litkg:{row['type']}" for row in rows_of(graph, "entities"))
    summary = Counter(
        {
            "litkg:Link": 17,
            "litkg:Relation": 11,
            "litkg:BroaderStep": 4,
            "litkg:YearCount": 14,
            "litkg:CoOccurrence": 28,
        }
    )
    full = Counter({"litkg:Mention": len(rows_of(graph, "mentions")), "litkg:Statement": 12})
    assert plain == classes(list(resources(graph, "none")))
    assert plain + summary == classes(list(resources(graph, "summary")))
    assert plain + summary + full == classes(list(resources(graph, "full")))


def test_a_lower_level_says_nothing_else() -> None:
    """Each level holds all that the level below says."""
    statements = {
        level: {
            (resource.iri, *statement)
            for resource in resources(small_graph(), level)
            for statement in resource.properties
        }
        for level in EVIDENCE_LEVELS
    }
    assert statements["none"] < statements["summary"] < statements["full"]


def test_an_alias_equal_to_the_name_is_said_once() -> None:
    """SKOS forbids a label that is preferred and alternative in one language."""
    graph = small_graph()
    rows = [
        {"entity": UNET, "alias": alias, "language": language, "source": "s", "mentions": 1}
        for alias, language in (
            ("U-Net", "en"),
            ("U-Net", "zh"),
            ("u", "en"),
            ("u", "EN"),
            ("u", "?"),
        )
    ]
    found = [
        statement[1:]
        for resource in resources(replaced(graph, "aliases", rows), "none")
        for statement in resource.properties
        if short(statement[0]) == "skos:altLabel"
    ]
    assert [
        ("@zh", "U-Net"), ("@en", "u"), (PREFIXES["xsd"] + "string", "u")
    ] == found  # fmt: skip


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("links", "paper"), ("mentions", "paper"), ("mentions", "entity"), ("relations", "head"),
        ("relations", "paper"), ("aliases", "entity"), ("broader", "narrower"),
        ("entity_years", "entity"), ("cooccurrence", "a"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("stranger", ["!first", "~last"])
def test_rows_without_a_home_are_refused(table: str, column: str, stranger: str) -> None:
    """A row that refers to nothing ends in an error, never in a smaller export."""
    graph = small_graph()
    first, *rest = rows_of(graph, table)
    broken = replaced(graph, table, [first | {column: stranger}, *rest])
    with pytest.raises(GraphError, match=r"^table [a-z_]+: .*; rebuild the graph$"):
        list(resources(broken, "full"))


@pytest.mark.parametrize(
    ("table", "column"), [("links", "role"), ("relations", "relation"), ("entities", "type")]
)
def test_unknown_terms_are_refused(table: str, column: str) -> None:
    """A role, relation or type outside the ontology ends in an error that lists the allowed."""
    graph = small_graph()
    first, *rest = rows_of(graph, table)
    with pytest.raises(GraphError, match='"loves" is no term of the ontology; one of'):
        list(resources(replaced(graph, table, [first | {column: "loves"}, *rest]), "full"))


def test_a_graph_without_rows_says_nothing() -> None:
    """No paper, no statement."""
    assert [] == list(resources(graph_of("empty", [], []), "full"))


@given(st.lists(st.tuples(st.text(alphabet="ab\U0001d518\ue000", max_size=2), st.integers(0, 9))))
def test_following_is_a_join(pairs: list[tuple[str, int]]) -> None:
    """A follower gives each key its rows in order, and none to keys without rows."""
    ordered = sorted(pairs, key=lambda pair: pair[0])
    follower = Follower("t", iter(ordered))
    keys = sorted({key for key, _ in pairs} | {"", "a", "c", "\uffff"})
    assert {key: [p for p in ordered if p[0] == key] for key in keys} == {
        key: follower.at(key) for key in keys
    }
    follower.finish()


@settings(max_examples=30)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=20))
def test_distinct_values_come_by_code_point(values: list[str]) -> None:
    """DuckDB and Python agree on order, so joins by merging hold."""
    table = pa.Table.from_pylist(
        [
            {"id": str(n), "authors": [value, value], "venue": value}
            for n, value in enumerate(values)
        ],
        SCHEMAS["papers"],
    )
    graph = MemoryTables("t", {"papers": table})
    assert sorted(set(values) - {""}) == list(distinct(graph, "papers", "authors"))
    assert sorted(set(values) - {""}) == list(distinct(graph, "papers", "venue"))


def test_resorting_keeps_every_row() -> None:
    """Relations in paper order are the same rows as in head order."""
    graph, columns = small_graph(), ["paper", "head", "relation", "tail"]
    assert sorted(rows(graph, "relations", columns)) == list(
        resorted(graph, "relations", columns, columns)
    )
