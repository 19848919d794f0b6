"""Every way out carries the same graph: each file is read by the reader that its users have."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import networkx as nx
import pyarrow as pa
import pyarrow.parquet as pq
import pyoxigraph
import pytest
import rdflib
from graphs import E, P, graph_of, hostile_graph, rows_of, small_graph
from helpers import read_by_rdflib
from rdflib import RDF, SKOS, URIRef
from test_html import data_of

from exports.cells import restored
from exports.formats import FORMATS
from exports.iris import valid_iri
from exports.network import BROADER, CO_OCCURS_WITH, to_networkx
from exports.tables import frames
from exports.triples import Evidence
from exports.xmltext import carried
from kg import Graph
from ontology import terms
from ontology.tables import SCHEMAS, GraphTables
from ontology.terms import EntityType, RelationType, Role

FORMULAS = (
    "=1+1", "+1", "-1-2", "@SUM(A1)", "\t=1", "\r=1", "'=1", "'", "a;=1", "a;'b", "a|b", "\uff1d1",
    '"=1', "x\n=1", "a,b", "\x1f=1",
)  # fmt: skip


@dataclass
class Sets:
    """What a file says: entities with type and name, and every kind of edge by IRIs."""

    entities: set[tuple[str, str, str]] = field(default_factory=set)
    links: set[tuple[str, str, str]] = field(default_factory=set)
    relations: set[tuple[str, str, str]] = field(default_factory=set)
    broader: set[tuple[str, str]] = field(default_factory=set)
    pairs: set[tuple[str, str]] = field(default_factory=set)


def meant(graph: GraphTables, name: Callable[[str], str] = str) -> Sets:
    """What the tables say; ``name`` is what a format can carry of a name."""
    papers = {row["id"]: valid_iri(row["iri"]) for row in rows_of(graph, "papers")}
    return Sets(
        {(valid_iri(r["iri"]), r["type"], name(r["name"])) for r in rows_of(graph, "entities")},
        {(papers[r["paper"]], r["role"], valid_iri(r["entity"])) for r in rows_of(graph, "links")},
        {
            (valid_iri(r["head"]), r["relation"], valid_iri(r["tail"]))
            for r in rows_of(graph, "relations")
        },
        {(valid_iri(r["narrower"]), valid_iri(r["broader"])) for r in rows_of(graph, "broader")},
        {(valid_iri(r["a"]), valid_iri(r["b"])) for r in rows_of(graph, "cooccurrence")},
    )


def formula_graph() -> GraphTables:
    """A graph whose names are what spreadsheets run or part."""
    kinds = list(EntityType) * (len(FORMULAS) // 4)
    entities = [
        E(kind, text, iri=f"urn:litkg:{kind.value.lower()}:formula{number}")
        for number, (kind, text) in enumerate(zip(kinds, FORMULAS, strict=True))
    ]
    papers = [
        P(text, f"On {text}", f"{text}.", (text,), text, 2000, (text,),
          links=((text, Role.USES, (text,)),))
        for text in FORMULAS
    ]  # fmt: skip
    return graph_of("=1", entities, papers)


@pytest.fixture(params=["example", "small", "hostile", "formulas"])
def graph(request: pytest.FixtureRequest) -> GraphTables:
    if request.param == "example":
        found: Graph = request.getfixturevalue("example_graph")
        return found
    return {"small": small_graph, "hostile": hostile_graph, "formulas": formula_graph}[
        request.param
    ]()


def written(graph: GraphTables, name: str, folder: Path, evidence: Evidence | None = None) -> Path:
    path = folder / f"out{FORMATS[name].suffix}"
    FORMATS[name].write(graph, path, **({"evidence": evidence} if evidence else {}))
    return path


# RDF

ROLES = {role.iri: role.value for role in Role}
RELATIONS = {relation.iri: relation.value for relation in RelationType}
CLASSES = {kind.iri: kind.value for kind in EntityType}
RDF_FORMATS = {
    "ntriples": (pyoxigraph.RdfFormat.N_TRIPLES, "nt"),
    "nquads": (pyoxigraph.RdfFormat.N_QUADS, "nquads"),
    "turtle": (pyoxigraph.RdfFormat.TURTLE, "turtle"),
    "rdfxml": (pyoxigraph.RdfFormat.RDF_XML, "xml"),
    "jsonld": (pyoxigraph.RdfFormat.JSON_LD, "json-ld"),
}
Triple = tuple[str, str, str, str]
"""Subject, predicate, object, and of a literal its datatype or language."""


def by_pyoxigraph(path: Path, name: str) -> Iterator[Triple]:
    for quad in pyoxigraph.parse(path=path, format=RDF_FORMATS[name][0]):
        term = quad.object
        kind = "@id"
        if isinstance(term, pyoxigraph.Literal):
            kind = f"@{term.language}" if term.language else term.datatype.value
        yield quad.subject.value, quad.predicate.value, term.value, kind


def by_rdflib(path: Path, name: str) -> Iterator[Triple]:
    for subject, predicate, term in read_by_rdflib(path.read_bytes(), RDF_FORMATS[name][1]):
        kind = "@id"
        if isinstance(term, rdflib.Literal):
            kind = f"@{term.language}" if term.language else str(term.datatype or rdflib.XSD.string)
        yield str(subject), str(predicate), str(term), kind


def sets_of_triples(triples: set[Triple]) -> Sets:
    found = Sets()
    names = {s: o for s, p, o, _ in triples if p == str(SKOS.prefLabel)}
    for subject, predicate, value, _ in triples:
        if predicate == str(RDF.type) and value in CLASSES:
            found.entities.add((subject, CLASSES[value], names[subject]))
        elif predicate in ROLES:
            found.links.add((subject, ROLES[predicate], value))
        elif predicate in RELATIONS:
            found.relations.add((subject, RELATIONS[predicate], value))
        elif predicate == str(SKOS.broader):
            found.broader.add((subject, value))
        elif predicate == terms.CO_OCCURS_WITH.iri:
            found.pairs.add((subject, value))
    return found


def by_value(triples: set[Triple]) -> set[tuple[str, str, str | float, str]]:
    double = str(rdflib.XSD.double)
    return {(s, p, float(o) if k == double else o, k) for s, p, o, k in triples}


@pytest.mark.parametrize("read", [by_pyoxigraph, by_rdflib])
@pytest.mark.parametrize("name", RDF_FORMATS)
def test_rdf(
    graph: GraphTables,
    name: str,
    read: Callable[[Path, str], Iterator[Triple]],
    tmp_path: Path,
) -> None:
    """All five spellings of RDF say the same statements, whoever reads them."""
    name_of = carried if name == "rdfxml" else str
    found = set(read(written(graph, name, tmp_path), name))
    assert sets_of_triples(found) == meant(graph, name_of)
    plain = set(by_pyoxigraph(written(graph, "ntriples", tmp_path), "ntriples"))
    assert by_value({(s, p, name_of(o), k) for s, p, o, k in plain}) == by_value(found)


@pytest.mark.parametrize("evidence", ["none", "summary"])
@pytest.mark.parametrize("name", RDF_FORMATS)
def test_rdf_with_less_evidence(
    graph: GraphTables, name: str, evidence: Evidence, tmp_path: Path
) -> None:
    """Entities, links and relations do not depend on how much evidence is asked for."""
    found = set(by_pyoxigraph(written(graph, name, tmp_path, evidence), name))
    assert sets_of_triples(found) == meant(graph, carried if name == "rdfxml" else str)


# Networks


def sets_of_network(network: nx.MultiDiGraph, kind: str) -> Sets:
    found = Sets()
    for iri, attributes in network.nodes(data=True):
        if attributes["kind"] != "Paper":
            found.entities.add((iri, attributes["kind"], attributes["label"]))
    for source, target, key, attributes in network.edges(keys=True, data=True):
        name = attributes.get(kind, key)
        if name == BROADER:
            found.broader.add((source, target))
        elif name == CO_OCCURS_WITH:
            found.pairs.add((source, target))
        elif name in {role.value for role in Role}:
            found.links.add((source, name, target))
        else:
            found.relations.add((source, name, target))
    return found


@pytest.mark.parametrize("evidence", ["none", "summary", "full"])
def test_graphml(graph: GraphTables, evidence: Evidence, tmp_path: Path) -> None:
    """networkx reads every node and edge of the file."""
    found = nx.read_graphml(written(graph, "graphml", tmp_path, evidence), force_multigraph=True)
    assert sets_of_network(found, "kind") == meant(graph, carried)
    assert len(found) == len(rows_of(graph, "papers")) + len(rows_of(graph, "entities"))


@pytest.mark.parametrize("evidence", ["none", "summary", "full"])
def test_gexf(graph: GraphTables, evidence: Evidence, tmp_path: Path) -> None:
    """networkx reads every node and edge of the file, and when they are there."""
    found = nx.MultiDiGraph(nx.read_gexf(written(graph, "gexf", tmp_path, evidence), version="1.3"))
    assert sets_of_network(found, "label") == meant(graph, carried)
    years: dict[str, set[int]] = {}
    for row in rows_of(graph, "entity_years"):
        years.setdefault(valid_iri(row["entity"]), set()).add(row["year"])
    for row in rows_of(graph, "papers"):
        years[valid_iri(row["iri"])] = {row["year"]} - {None}
    assert {iri: found for iri, found in years.items() if found} == {
        iri: {year for first, last in spells for year in range(int(first), int(last) + 1)}
        for iri, spells in found.nodes(data="spells")
        if spells
    }


def test_networkx(graph: GraphTables) -> None:
    """The object in memory says what the files say, and loses no character."""
    found = to_networkx(graph)
    assert sets_of_network(found, "") == meant(graph)


def test_networks_agree_on_every_attribute(graph: GraphTables, tmp_path: Path) -> None:
    """GraphML holds each attribute of the object in memory; lists as JSON."""
    expected = to_networkx(graph)
    found = nx.read_graphml(written(graph, "graphml", tmp_path), force_multigraph=True)

    def comparable(attributes: dict[str, object]) -> dict[str, object]:
        return {
            key: carried(
                json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value
            )
            if isinstance(value, list | str)
            else value
            for key, value in attributes.items()
            if key != "years"
        }

    assert dict(found.nodes(data=True)) == {
        iri: comparable(attributes) for iri, attributes in expected.nodes(data=True)
    }
    assert {
        (source, target, attributes.pop("kind")): attributes
        for source, target, attributes in found.edges(data=True)
    } == {
        (source, target, kind): comparable(attributes)
        for source, target, kind, attributes in expected.edges(keys=True, data=True)
    }


def test_vosviewer(graph: GraphTables, tmp_path: Path) -> None:
    """Entities that papers name, and pairs with their papers."""
    found = json.loads(written(graph, "vosviewer", tmp_path).read_bytes())["network"]
    kinds = {cluster["cluster"]: cluster["label"] for cluster in found["clusters"]}
    named = {valid_iri(row["iri"]) for row in rows_of(graph, "entities") if row["papers"]}
    expected = meant(graph)
    assert {(item["id"], kinds[item["cluster"]], item["label"]) for item in found["items"]} == {
        entity for entity in expected.entities if entity[0] in named
    }
    assert {(link["source_id"], link["target_id"]) for link in found["links"]} == expected.pairs
    assert [link["strength"] for link in found["links"]] == [
        row["papers"] for row in rows_of(graph, "cooccurrence")
    ]


def test_kgx(graph: GraphTables, tmp_path: Path) -> None:
    """Read as KGX reads: lines, tabs, no quotes."""
    folder = written(graph, "kgx", tmp_path)
    nodes, edges = (
        list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
        for name in ("litkg_nodes.tsv", "litkg_edges.tsv")
        for lines in [(folder / name).read_bytes().decode().removesuffix("\n").split("\n")]
    )
    found = Sets()
    for node in nodes:
        assert node["id"]
        assert node["category"].startswith("biolink:")
        if node["litkg_type"] != "Paper":
            found.entities.add((node["id"], node["litkg_type"], restored(node["name"])))
    for edge in edges:
        assert edge["predicate"].startswith("biolink:")
        assert edge["knowledge_level"]
        assert edge["agent_type"]
        subject, predicate, target = edge["subject"], edge["original_predicate"], edge["object"]
        if predicate == str(SKOS.broader):
            found.broader.add((subject, target))
        elif predicate == terms.CO_OCCURS_WITH.iri:
            found.pairs.add((subject, target))
        elif predicate in ROLES:
            found.links.add((subject, ROLES[predicate], target))
        else:
            found.relations.add((subject, RELATIONS[predicate], target))
    breaks = dict.fromkeys(map(ord, "\t\r\n\x00\x0b\x0c\x1c\x1d\x1e\x1f\x85\u2028\u2029"), " ")
    assert found == meant(graph, lambda name: name.translate(breaks | {ord("|"): "\u00a6"}))


# Tables


def sets_of_tables(tables: dict[str, list[dict[str, object]]]) -> Sets:
    """As :func:`meant`, of tables that were read back."""
    return meant(_Read(tables))


class _Read:
    def __init__(self, tables: dict[str, list[dict[str, object]]]) -> None:
        self.name = "read"
        self._tables = tables

    def batches(self, table: str) -> Iterator[pa.RecordBatch]:
        yield pa.RecordBatch.from_pylist(self._tables[table])


@pytest.mark.parametrize("evidence", ["none", "summary", "full"])
def test_parquet(graph: GraphTables, evidence: Evidence, tmp_path: Path) -> None:
    """pyarrow reads the tables; with full evidence each is what it was, types included."""
    folder = written(graph, "parquet", tmp_path, evidence)
    found = {path.stem: pq.read_table(path) for path in folder.glob("*.parquet")}
    assert sets_of_tables({key: t.to_pylist() for key, t in found.items()}) == meant(graph)
    if evidence == "full":
        assert {table: found[table].to_pylist() for table in SCHEMAS} == {
            table: rows_of(graph, table) for table in SCHEMAS
        }
        assert {table: found[table].schema for table in SCHEMAS} == SCHEMAS


def value_of(cell: str, kind: str) -> object:
    """A cell as ``datapackage.json`` says that it is to be read."""
    if kind == "string":
        return restored(cell)
    if kind == "array":
        return json.loads(restored(cell))
    return json.loads(cell) if cell else None


@pytest.mark.parametrize("evidence", ["none", "summary", "full"])
def test_csv(graph: GraphTables, evidence: Evidence, tmp_path: Path) -> None:
    """The csv module reads the tables; with full evidence each value is what it was."""
    folder = written(graph, "csv", tmp_path, evidence)
    described = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    found = {}
    for resource in described["resources"]:
        kinds = {f["name"]: f["type"] for f in resource["schema"]["fields"]}
        with (folder / resource["path"]).open(encoding="utf-8", newline="") as file:
            header, *cells = csv.reader(file)
        assert header == list(kinds)
        found[resource["path"].removesuffix(".csv")] = [
            {name: value_of(c, kinds[name]) for name, c in zip(header, row, strict=True)}
            for row in cells
        ]
    assert sets_of_tables(found) == meant(graph)
    if evidence == "full":
        assert found == {table: rows_of(graph, table) for table in SCHEMAS}


def test_frames(graph: GraphTables) -> None:
    """pandas holds the same rows; an absent year is absent."""
    found = frames(graph)
    assert set(found) == set(SCHEMAS)
    tables = {
        table: json.loads(
            json.dumps(
                frame.astype(object).where(frame.notna(), None).to_dict("records"), default=list
            )
        )
        for table, frame in found.items()
        if table not in {"papers", "links"}
    }
    for table, rows in tables.items():
        assert rows == rows_of(graph, table)
    assert list(found["papers"]["title"]) == [row["title"] for row in rows_of(graph, "papers")]
    assert list(
        found["papers"]["year"].astype(object).where(found["papers"]["year"].notna(), None)
    ) == [row["year"] for row in rows_of(graph, "papers")]


def importable(text: str) -> str:
    """A text as Neo4j's CSV carries it: on one line, without the array delimiter and NUL."""
    return re.sub(r"\r\n|[\r\n]", " ", text.replace("\x1f", "").replace("\0", ""))


def test_neo4j(graph: GraphTables, tmp_path: Path) -> None:
    """The files that Neo4j imports, read as CSV with their headers."""
    folder = written(graph, "neo4j", tmp_path)

    def table(name: str) -> Iterator[dict[str, str]]:
        with (folder / f"{name}-header.csv").open(encoding="utf-8", newline="") as file:
            (header,) = csv.reader(file)
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                yield dict(zip([h.split("(")[0] for h in header], row, strict=True))

    relations = {value.upper().replace("-", "_"): value for value in RELATIONS.values()}
    found = Sets(
        {(row["iri:ID"], row[":LABEL"], row["name:string"]) for row in table("entities")},
        {(row[":START_ID"], row[":TYPE"].lower(), row[":END_ID"]) for row in table("links")},
        {(r[":START_ID"], relations[r[":TYPE"]], r[":END_ID"]) for r in table("relations")},
        {(row[":START_ID"], row[":END_ID"]) for row in table("broader")},
        {(row[":START_ID"], row[":END_ID"]) for row in table("co-occurrences")},
    )
    assert found == meant(graph, importable)


def test_neo4j_parquet(graph: GraphTables, tmp_path: Path) -> None:
    """The Parquet files, with the label or type that each one's name says; texts are unchanged."""
    folder = written(graph, "neo4j-parquet", tmp_path)

    def table(name: str) -> Iterator[dict[str, str]]:
        for path in sorted(folder.glob(f"{name}*.parquet")):
            kind = path.stem.removeprefix(name).removeprefix("-")
            for row in pq.read_table(path).to_pylist():
                yield {"kind": kind} | {key.split("(")[0]: value for key, value in row.items()}

    relations = {value.upper().replace("-", "_"): value for value in RELATIONS.values()}
    found = Sets(
        {(row["iri:ID"], row["kind"], row["name"]) for row in table("entities")},
        {(row[":START_ID"], row["kind"].lower(), row[":END_ID"]) for row in table("links")},
        {(r[":START_ID"], relations[r["kind"]], r[":END_ID"]) for r in table("relations")},
        {(row[":START_ID"], row[":END_ID"]) for row in table("broader")},
        {(row[":START_ID"], row[":END_ID"]) for row in table("co-occurrences")},
    )
    assert found == meant(graph)


def test_html(graph: GraphTables, tmp_path: Path) -> None:
    """The page of a graph within its bounds shows each named entity and each relation."""
    data = data_of(written(graph, "html", tmp_path).read_text(encoding="utf-8"))
    nodes, edges = data["nodes"], data["edges"]
    named = {row["iri"] for row in rows_of(graph, "entities") if row["papers"]}
    assert set(nodes["iri"]) == named
    stated = {
        (nodes["iri"][head], data["relations"][kind], nodes["iri"][tail])
        for head, kind, tail in zip(edges["head"], edges["kind"], edges["tail"], strict=True)
        if kind >= 0
    }
    assert stated == {(r["head"], r["relation"], r["tail"]) for r in rows_of(graph, "relations")}


def test_every_format_is_proven() -> None:
    """A new format needs its reader here; pyvis shows a neighbourhood, tested on its own."""
    tests = {name.removeprefix("test_") for name in globals() if name.startswith("test_")}
    proven = {name.replace("_", "-") for name in tests}
    assert set(FORMATS) - proven - set(RDF_FORMATS) == {"pyvis"}


def test_each_source_has_its_graph(example_graph: Graph, tmp_path: Path) -> None:
    """The graph of a source holds the papers it gave, each value in the graph of its giver."""
    path = written(example_graph, "nquads", tmp_path)
    titles: set[tuple[str, str]] = set()
    for quad in pyoxigraph.parse(path=path, format=pyoxigraph.RdfFormat.N_QUADS):
        if quad.predicate.value == str(URIRef("http://purl.org/dc/terms/title")):
            titles.add((quad.graph_name.value, quad.object.value))
        named = not isinstance(quad.graph_name, pyoxigraph.DefaultGraph)
        assert named == quad.subject.value.startswith(
            ("urn:litkg:paper:", "urn:litkg:link:", "urn:litkg:mention:", "urn:litkg:statement:")
        )
    assert titles == {
        (f"urn:litkg:source:{origin['source']}", row["title"])
        for row in rows_of(example_graph, "papers")
        for origin in row["origins"]
        if origin["field"] == "title"
    }
