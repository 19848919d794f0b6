"""Cypher over a graph folder: answers, refusals, limits, and the store behind."""

from __future__ import annotations

import csv
import io
import sys
import tomllib
from pathlib import Path

import pytest
from graphs import NASTY, folder_of, hostile_graph, rows_of, small_graph
from helpers import ROOT

from exports.neo4j_model import TABLES
from kg import cypher_store, cypher_worker
from kg.bindings import Iri
from kg.cypher import check, cypher
from kg.graph import Graph, open_graph
from kg.query_result import as_csv, as_json, as_table
from kg.query_store import LOCK, STORE
from ontology.errors import GraphError, MissingDependencyError, QueryError

NAMES = "MATCH (m:Method) RETURN m.name AS name ORDER BY name"
SLOW = (
    "MATCH (a:Entity), (b), (c), (d), (e), (f), (g) RETURN count(DISTINCT [a.name, b.name, g.iri])"
)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder_of(small_graph(), tmp_path_factory.mktemp("small") / "map")


def test_values_are_typed(small: Path) -> None:
    """Numbers, booleans, texts and lists come as Python's; what is absent as None."""
    found = cypher(
        small,
        """MATCH (p:Paper)-[r:INTRODUCES]->(e:Entity {name: 'U-Net'})
           RETURN p.id AS paper, p.year AS year, e.listed AS listed, r.confidence AS confidence,
             e.aliases AS aliases, p.nothing AS none""",
    )
    assert ("paper", "year", "listed", "confidence", "aliases", "none") == found.columns
    assert (("p1", 2015, True, 0.875, ["UNet", "Unet"], None),) == found.rows


def test_the_store_holds_what_neo4j_gets(small: Path) -> None:
    """As many nodes and relationships of each kind as the import folder has rows."""
    expected: dict[str, int] = {}
    for table in TABLES:
        types = [column.type for column in table.columns]
        for row in table.rows(small_graph()):
            kind = row[types.index("TYPE")] if "TYPE" in types else table.kind
            expected[kind] = expected.get(kind, 0) + 1
    nodes = cypher(small, "MATCH (n) RETURN labels(n)[0] AS kind, count(*) AS n").rows
    links = cypher(small, "MATCH ()-[r]->() RETURN type(r) AS kind, count(*) AS n").rows
    assert expected == dict(nodes + links)


def test_nodes_have_two_labels_as_in_neo4j(small: Path) -> None:
    """Entity and the type; both labels together mean both."""
    query = "MATCH (n:Entity:Method) RETURN count(*) AS n"
    assert ((4,),) == cypher(small, query).rows
    assert ((0,),) == cypher(small, query.replace("Entity", "Task")).rows


def test_a_relationship_matches_once(small: Path) -> None:
    """A pattern does not come back over the relationship it came by."""
    query = (
        """MATCH (a:Paper {id: 'p3'})-[:INTRODUCES]->()<-[:INTRODUCES]-(b) RETURN count(b) AS n"""
    )
    assert ((0,),) == cypher(small, query).rows


def test_nodes_and_relationships_are_shown_as_they_were_loaded(small: Path) -> None:
    """With labels or type and their properties, without what the engine adds."""
    found = cypher(
        small,
        """MATCH (p:Paper {id: 'p5'}) RETURN p AS x
           UNION MATCH (:Paper {id: 'p1'})-[r:AUTHORED_BY]->({name: 'Bo Chen'}) RETURN r AS x
           UNION MATCH (v:Venue {name: 'Data of Life'}) RETURN v AS x""",
    )
    assert (
        ({"labels": ["Paper"], "properties": {
            "iri": "urn:litkg:paper:p5", "id": "p5", "title": "A note about nothing in particular",
            "abstract": "It names no method at all.", "year": 2022, "origins": ["small.jsonl:5"],
            "madeBy": "litkg"}},),
        ({"type": "AUTHORED_BY", "properties": {"position": 2}},),
        ({"labels": ["Venue"], "properties": {
            "iri": "urn:litkg:venue:Data%20of%20Life", "name": "Data of Life", "madeBy": "litkg"}},),
    ) == found.rows  # fmt: skip


def test_parameters_are_bound(small: Path) -> None:
    """Texts, numbers, lists and addresses reach the query as values."""
    found = cypher(
        small,
        "MATCH (m:Method {iri: $iri}) RETURN m.name AS a, $n + 1 AS b, $list[1] AS c, $text AS d",
        parameters={
            "iri": Iri("urn:litkg:method:unet"), "n": 2, "list": ["x", True],
            "text": "') MATCH (n) DETACH DELETE n //",
        },
    )  # fmt: skip
    assert (("U-Net", 3, True, "') MATCH (n) DETACH DELETE n //"),) == found.rows


@pytest.mark.parametrize("text", NASTY)
def test_hostile_parameters_stay_values(small: Path, text: str) -> None:
    """Whatever a text holds, it comes back as it was."""
    assert ((text,),) == cypher(small, "RETURN $x AS x", parameters={"x": text}).rows


@pytest.mark.parametrize("part", ["1", '"\\"', "\\'", "`", "CALL degree ", "a."])
def test_refusals_take_steps_in_proportion(part: str) -> None:
    """A long text is read once, not once from each of its quotes."""
    check(part * (200_000 // len(part)))


def test_rows_are_limited(small: Path) -> None:
    """At most ``limit`` rows, the first ones, and the result says that there were more."""
    whole = cypher(small, NAMES, limit=4)
    assert (4, False, ()) == (len(whole.rows), whole.truncated, whole.notes)
    cut = cypher(small, NAMES, limit=3)
    assert (whole.rows[:3], True, ()) == (cut.rows, cut.truncated, cut.notes)


def test_doubts_about_a_query_are_noted(small: Path) -> None:
    """A label that no node has is no error, but it is said."""
    found = cypher(small, "MATCH (m:Metod) RETURN m")
    assert () == found.rows
    assert ["Metod" in note for note in found.notes] == [True]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("MATCH (m:Method)\nRETURN m.name LIMIT", r"^query:2:\d+: syntax error: Unexpected end of query"),
        ("MATCH (n RETURN n", r"^query:1:\d+: syntax error"),
        ("", r"^query:1:1: syntax error: Empty query"),
        ("RETURN $x AS x", r"^query: \$x has no value; give it as a parameter: x=VALUE$"),
        ("RETURN nothing(1) AS x", r"^query: Unknown function: nothing"),
        ("RETURN 1 AS x FORMAT CSV", r"^query: FORMAT is refused"),
        ("RETURN 1/0 AS x", r"^query: Integer division by zero"),
    ],
)  # fmt: skip
def test_errors_give_position_and_reason(small: Path, query: str, message: str) -> None:
    """A bad query ends in one line that says where and why."""
    with pytest.raises(QueryError, match=message) as caught:
        cypher(small, query)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("query", "place", "what"),
    [
        ("CREATE (n)", "1:1", "CREATE"),
        ("MATCH (n)\n// a comment\nset n.x = 1", "3:1", "SET"),
        ("MATCH (n {a: 'it\\'s'}) DETACH DELETE n", "1:24", "DETACH"),
        ("MERGE (n) ON CREATE SET n.x = 1", "1:1", "MERGE"),
        ("MATCH (n) REMOVE n.x", "1:11", "REMOVE"),
        ("MATCH (n) FOREACH (x IN [1] | SET n.x = x)", "1:11", "FOREACH"),
        ("DROP INDEX a", "1:1", "DROP"),
        ("MATCH (n) CALL { WITH n SET n.x = 1 } RETURN 1", "1:25", "SET"),
        ("LOAD CSV FROM 'file:///etc/passwd' AS row RETURN row", "1:1", "LOAD CSV"),
        ("explain load\ncsv WITH HEADERS FROM 'x' AS row RETURN row", "1:9", "LOAD CSV"),
        ("CALL db.cdc.enable()", "1:1", "CALL db.cdc.enable"),
        ("MATCH (n) CALL apoc.load.json('x') YIELD value RETURN value", "1:11", "CALL apoc.load.json"),
    ],
)  # fmt: skip
def test_queries_only_read(small: Path, query: str, place: str, what: str) -> None:
    """What writes, or reads anything but the graph, is refused with its position."""
    with pytest.raises(QueryError, match=f"^query:{place}: {what} is refused; "):
        cypher(small, query)


@pytest.mark.parametrize(
    "query",
    [
        "RETURN 'CREATE (n) SET x LOAD' AS text",
        "MATCH (n:Method) RETURN n.set AS set // DELETE it",
        "MATCH (n:Method)-[:USES|SET]->() RETURN {create: 1, delete: n.`LOAD CSV`} AS drop",
        "CALL { MATCH (n:Method) RETURN n LIMIT 1 } RETURN n.name AS name",
        "CALL () { MATCH (n:Method) RETURN n LIMIT 1 } RETURN n.name AS name",
        "CALL db.labels() YIELD label RETURN label",
        "CALL pagerank() YIELD node, score RETURN node.name AS name, score",
    ],
)
def test_words_in_names_and_texts_are_allowed(small: Path, query: str) -> None:
    """Only clauses are refused, not texts, names or comments that hold their words."""
    check(query)
    cypher(small, query)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("LOAD CSV FROM $file AS row RETURN row", "cannot open"),
        ("MATCH (n) SET n.x = 1", "it would change the graph; queries only read"),
    ],
)
def test_what_slips_through_finds_closed_doors(
    small: Path, query: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the check before, the process opens no file and the engine writes nothing."""
    monkeypatch.setattr("kg.cypher.check", lambda _: None)
    with pytest.raises(QueryError, match=message):
        cypher(small, query, parameters={"file": str(small / "manifest.json")})


def test_a_slow_query_is_ended(small: Path) -> None:
    """Past its time a query is killed, the message says what to do, and the next one works."""
    with pytest.raises(QueryError, match=r"^query: no answer in 0\.5 seconds; begin with the node"):
        cypher(small, SLOW, timeout=0.5)
    assert 4 == len(cypher(small, NAMES).rows)


def test_a_dead_process_is_reported(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash of the process behind a query is a QueryError with its last words."""
    monkeypatch.setattr(cypher_worker, "__file__", str(small / "no such file.py"))
    with pytest.raises(QueryError, match=r"^query: the process ended with status 2; .*no such"):
        cypher(small, NAMES)


def test_the_store_follows_the_graph(tmp_path: Path) -> None:
    """Made once with progress, kept while the graph is the same, replaced when it changes."""
    graph = open_graph(folder_of(small_graph(), tmp_path / "map"))
    seen: list[int] = []
    store = cypher_store.open_store(graph, progress=seen.append)
    assert (seen, True) == (sorted(seen), seen[-1] > 0)
    assert store == cypher_store.open_store(graph, progress=lambda _: pytest.fail("made twice"))
    changed = Graph(graph.path, {**graph.manifest, "digest": "another"})
    other = cypher_store.open_store(changed)
    found = {path.name for path in (graph.path / STORE).iterdir()}
    assert {other.name, f"{other.name}{LOCK}"} == found


def test_hostile_texts_come_back_as_they_are(tmp_path: Path) -> None:
    """Names of a hostile graph survive the store and every face of the answer."""
    folder = folder_of(hostile_graph(), tmp_path / "map")
    found = cypher(folder, "MATCH (e:Entity) RETURN e.name AS name")
    expected = sorted(str(row["name"]) for row in rows_of(hostile_graph(), "entities"))
    assert expected == sorted(str(name) for (name,) in found.rows)
    lines = list(csv.reader(io.StringIO(as_csv(found))))
    assert len(found.rows) + 1 == len(lines)
    assert as_json(found)
    assert not {"\x1b", "\u202e"} & set(as_table(found, width=200))


def test_lists_and_maps_are_json_in_tables(small: Path) -> None:
    """CSV and the terminal show them as one value."""
    found = cypher(small, "RETURN ['a', 1] AS list, {b: null} AS map")
    assert 'list,map\n"[""a"", 1]","{""b"": null}"\n' == as_csv(found)
    assert '["a", 1]   {"b": null}' in as_table(found, width=60)


def test_without_the_engine_the_message_says_how_to_get_it(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command can be copied; it brings what the extra brings."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (requirement,) = project["optional-dependencies"]["cypher"]
    monkeypatch.setitem(sys.modules, "kglite", None)
    with pytest.raises(MissingDependencyError, match=f'; pip install "{requirement}"$'):
        cypher(small, NAMES)


def test_a_missing_graph_is_named(tmp_path: Path) -> None:
    """The error is that of opening the graph."""
    with pytest.raises(GraphError, match="no such folder"):
        cypher(tmp_path / "absent", NAMES)
