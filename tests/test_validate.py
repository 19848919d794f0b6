"""kg validate: a sound graph passes, and each planted fault is found and named."""

from __future__ import annotations

import io
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pyshacl
import pytest
import rdflib
from graphs import folder_of, hostile_graph, replaced, rows_of, small_graph

from exports import ntriples
from kg import validate as module
from kg.checks import COUNTS, OFFSETS, REFERENCES, TERMS, breaches, tables_of
from kg.graph import Graph, open_graph
from kg.validate import Finding, Report, validate
from ontology.tables import MemoryTables

Rows = list[dict[str, object]]
ALL_CHECKS = (*REFERENCES, *TERMS, *OFFSETS, *COUNTS)


def problems(graph: MemoryTables, folder: Path) -> dict[str, tuple[str, ...]]:
    """The broken rules of a graph with their examples."""
    report = validate(open_graph(folder_of(graph, folder / "map")))
    return {finding.rule: finding.examples for finding in report.problems}


@pytest.mark.parametrize("make", [small_graph, hostile_graph])
def test_a_sound_graph_passes(make: Callable[[], MemoryTables], tmp_path: Path) -> None:
    """No rule finds fault with a consistent graph, however hostile its texts."""
    assert {} == problems(make(), tmp_path)


def test_the_example_graph_passes(example_graph: Graph) -> None:
    """The graph of the first run is sound, and SHACL saw all of it."""
    report = validate(example_graph, full=True)
    assert () == report.problems
    assert (report.papers, report.entities) == (report.shacl_papers, report.shacl_entities)


def changed(rows: Rows, position: int, **values: object) -> Rows:
    return [
        row | values if number == position % len(rows) else row for number, row in enumerate(rows)
    ]


@pytest.mark.parametrize(
    ("table", "position", "values", "rule"),
    [
        ("mentions", 0, {"surface": "other"}, "every mention is what stands at its place"),
        ("mentions", 0, {"start": 95}, "every mention is what stands at its place"),
        ("mentions", 0, {"end": 10**6}, "every mention is what stands at its place"),
        ("mentions", 0, {"start": -1}, "every mention is what stands at its place"),
        ("mentions", 0, {"field": "keywords"}, "every mention is what stands at its place"),
        (
            "mentions",
            0,
            {"sentence_start": 96},
            "every sentence lies in its text and around its mention",
        ),
        (
            "mentions",
            0,
            {"sentence_end": 100},
            "every sentence lies in its text and around its mention",
        ),
        (
            "mentions",
            0,
            {"sentence_end": 10**6},
            "every sentence lies in its text and around its mention",
        ),
        ("mentions", 0, {"paper": "gone"}, "mentions.paper is in papers"),
        ("mentions", 0, {"entity": "urn:gone"}, "every mention belongs to a link"),
        ("links", 0, {"paper": "gone"}, "links.paper is in papers"),
        ("links", 0, {"entity": "urn:gone"}, "links.entity is in entities"),
        ("links", 0, {"role": "loves"}, "links.role is a term"),
        ("links", 0, {"mentions": 9}, "links.mentions counts mentions"),
        ("relations", 0, {"tail": "urn:gone"}, "relations.tail is in entities"),
        ("relations", 0, {"paper": "gone"}, "relations.paper is in papers"),
        ("relations", 0, {"relation": "used-for"}, "relations join types that they may join"),
        ("relations", 0, {"relation": "loves"}, "relations.relation is a term"),
        ("relations", 0, {"sentence_end": 10**6}, "every statement has its sentence"),
        ("relations", 0, {"sentence_end": 0}, "every statement has its sentence"),
        ("entities", 0, {"type": "Gadget"}, "entities.type is a term"),
        ("entities", 0, {"papers": 7}, "entities.papers counts links"),
        ("entities", 0, {"mentions": 7}, "entities.mentions counts mentions"),
        ("papers", 1, {"id": "p1"}, "papers has each id once"),
        ("aliases", 0, {"entity": "urn:gone"}, "aliases.entity is in entities"),
        ("broader", 0, {"broader": "urn:gone"}, "broader.broader is in entities"),
        ("broader", 0, {"source": "rumour"}, "broader.source is a term"),
        (
            "broader",
            0,
            {"broader": "urn:litkg:method:tinyseg"},
            "broader joins entities of one type",
        ),
        ("broader", 2, {"broader": "urn:litkg:method:tinyseg"}, "broader leads to no cycle"),
        ("cooccurrence", 0, {"b": "urn:gone"}, "cooccurrence.b is in entities"),
        ("cooccurrence", 0, {"papers": 10**6}, "cooccurrence counts papers of two entities"),
        ("entity_years", 0, {"papers": 9}, "entity_years.papers counts papers of a year"),
        ("entity_years", 0, {"role": "loves"}, "entity_years.role is a term"),
    ],
)
def test_each_wrong_row_is_found(
    tmp_path: Path, table: str, position: int, values: dict[str, object], rule: str
) -> None:
    """One wrong value in one row breaks the rule that guards it."""
    graph = small_graph()
    rows = changed(rows_of(graph, table), position, **values)
    folder = folder_of(replaced(graph, table, rows), tmp_path / "map")
    with tables_of(folder) as connection:
        broken = {check.name for check in ALL_CHECKS if breaches(connection, check, 1)[0]}
    assert rule in broken


@pytest.mark.parametrize(
    ("table", "position", "values", "rule"),
    [
        ("links", 0, {"confidence": 1.5}, "SHACL: litkg:confidence: sh:MaxInclusive"),
        ("links", 0, {"confidence": float("nan")}, "SHACL: litkg:confidence: sh:MinInclusive"),
        ("links", 0, {"sources": []}, "SHACL: litkg:extractor: sh:MinCount"),
        ("relations", 0, {"confidence": -0.1}, "SHACL: litkg:confidence: sh:MinInclusive"),
        ("entities", 0, {"first_year": 3000}, "SHACL: litkg:firstYear: sh:LessThanOrEquals"),
        ("entities", 0, {"name": ""}, "SHACL: skos:prefLabel: sh:MinLength"),
        ("papers", 0, {"year": 12}, "SHACL: litkg:year: sh:MinInclusive"),
    ],
)
def test_each_wrong_value_is_found(
    tmp_path: Path, table: str, position: int, values: dict[str, object], rule: str
) -> None:
    """A value that no other row contradicts is checked by the shapes."""
    graph = small_graph()
    rows = changed(rows_of(graph, table), position, **values)
    found = problems(replaced(graph, table, rows), tmp_path)
    assert rule in found


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [("mentions", "field", "keywords"), ("mentions", "entity", "urn:gone"), ("links", "role", "x")],
)
def test_what_cannot_be_written_is_a_finding(
    tmp_path: Path, table: str, column: str, value: str
) -> None:
    """Rows that no export accepts do not stop the check."""
    graph = small_graph()
    rows = changed(rows_of(graph, table), 0, **{column: value})
    found = problems(replaced(graph, table, rows), tmp_path)
    assert "SHACL: can be written as RDF" in found


def test_a_link_without_mention_is_refused(tmp_path: Path) -> None:
    """Evidence is not optional: SQL and SHACL both say so."""
    graph = small_graph()
    rows = [row for row in rows_of(graph, "mentions") if row["paper"] != "p4"]
    found = problems(replaced(graph, "mentions", rows), tmp_path)
    assert "SHACL: litkg:evidence: a link needs a mention" in found
    assert (
        'links: paper "p4" has no mention of "urn:litkg:method:convolutionalneuralnetwork"',
        'links: paper "p4" has no mention of "urn:litkg:task:imagesegmentation"',
    ) == found["every link has a mention"]


def test_rows_out_of_order_are_found(tmp_path: Path) -> None:
    """Exports join by merging, so order is a rule, too."""
    import pyarrow.parquet as pq

    folder = folder_of(small_graph(), tmp_path / "map")
    table = pq.read_table(folder / "links.parquet")
    pq.write_table(table.take([*range(1, len(table)), 0]), folder / "links.parquet")
    report = validate(open_graph(folder))
    assert {"links is sorted": ("links: row 16 is out of order",)} == {
        finding.rule: finding.examples
        for finding in report.problems
        if not finding.rule.startswith("SHACL")
    }


def test_a_wrong_signature_is_refused_by_the_shapes() -> None:
    """The shapes know domain and range, for those who check an export without litkg."""
    graph = small_graph()
    rows = changed(rows_of(graph, "relations"), 0, relation="used-for")
    data = "".join(ntriples.generate(replaced(graph, "relations", rows)))
    conforms, _, text = pyshacl.validate(
        rdflib.Graph().parse(io.StringIO(data), format="nt"),
        shacl_graph=rdflib.Graph().parse(files("ontology") / "shapes.ttl"),
    )
    assert not conforms
    assert "usedFor" in text


@pytest.mark.parametrize("make", [small_graph, hostile_graph])
def test_an_export_conforms_without_litkg(make: Callable[[], MemoryTables]) -> None:
    """Whoever has the file and shapes.ttl can check it with any SHACL tool."""
    conforms, _, text = pyshacl.validate(
        rdflib.Graph().parse(io.StringIO("".join(ntriples.generate(make()))), format="nt"),
        shacl_graph=rdflib.Graph().parse(files("ontology") / "shapes.ttl"),
    )
    assert conforms, text


def test_a_large_graph_is_sampled_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Above the limit SHACL sees an even sample, SQL every row; the report does not pretend."""
    monkeypatch.setattr(module, "SHACL_PAPERS", 3)
    monkeypatch.setattr(module, "SLICE", 2)
    graph = small_graph()
    rows = changed(rows_of(graph, "papers"), 1, year=12)
    folder = folder_of(replaced(graph, "papers", rows), tmp_path / "map")
    sampled, whole = validate(open_graph(folder)), validate(open_graph(folder), full=True)
    assert (3, 3) == (sampled.shacl_papers, sampled.shacl_entities)
    assert "a sample of 3 papers and 3 entities at even distances" in sampled.render()
    assert not any(finding.rule.startswith("SHACL") for finding in sampled.problems)
    assert (5, 11) == (whole.shacl_papers, whole.shacl_entities)
    assert "SHACL: litkg:year: sh:MinInclusive" in {finding.rule for finding in whole.problems}


def test_the_report_is_bounded_and_harmless() -> None:
    """All breaches are counted, some shown, and none steers the terminal."""
    report = Report(
        1, 2, 3, 4000, 5, 1, 2,
        (Finding("good", 0), Finding("bad", 30, ("a \x1b[31m red", "b"))),
    )  # fmt: skip
    assert not report.ok
    assert (
        "checked every row: 1 papers, 2 entities, 3 links, 4,000 mentions, 5 statements\n"
        "checked by SHACL: 1 papers and 2 entities, that is all\n"
        "\n"
        "broken: bad (30 times)\n"
        "  a �[31m red\n"
        "  b\n"
        "  and 28 more\n"
        "1 of 2 rules broken\n"
    ) == report.render()
