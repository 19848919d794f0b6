"""SPARQL over a graph folder: answers, refusals, limits, and the store behind."""

from __future__ import annotations

import csv
import json
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from graphs import folder_of, hostile_graph, rows_of, small_graph
from helpers import ROOT

from exports.triples import resources
from kg import sparql_worker
from kg.graph import Graph, open_graph
from kg.query_result import RENDERERS, QueryResult, as_csv, as_json, as_table
from kg.query_store import LOCK, STORE
from kg.sparql import check, open_store, sparql
from ontology.errors import GraphError, QueryError

NAMES = "SELECT ?name { ?m a litkg:Method ; skos:prefLabel ?name } ORDER BY ?name"
SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder_of(small_graph(), tmp_path_factory.mktemp("small") / "map")


def test_select_gives_python_values(small: Path) -> None:
    """Numbers, booleans, texts and IRIs come as Python's; an unbound variable as None."""
    found = sparql(
        small,
        """SELECT ?paper ?year ?listed ?confidence ?none {
             ?paper litkg:introduces ?e ; litkg:year ?year . ?e litkg:listed ?listed .
             ?link litkg:paper ?paper ; litkg:entity ?e ; litkg:confidence ?confidence
             OPTIONAL { ?e litkg:nothing ?none } } ORDER BY ?year""",
    )
    assert (
        QueryResult(
            "select",
            ("paper", "year", "listed", "confidence", "none"),
            (
                ("urn:litkg:paper:p1", 2015, True, 0.875, None),
                ("urn:litkg:paper:p2", 2021, False, 0.875, None),
            ),
        )
        == found
    )


def test_the_store_holds_the_whole_graph(small: Path) -> None:
    """As many statements as the N-Triples have."""
    count = sum(len(resource.properties) for resource in resources(small_graph(), "full"))
    assert ((count,),) == sparql(small, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").rows


def test_evidence_leads_from_a_role_to_the_sentence(small: Path) -> None:
    """The sentence behind a link is two steps away."""
    found = sparql(
        small,
        """SELECT ?sentence { ?link litkg:paper paper:p3 ; litkg:entity task:cellcounting ;
             litkg:evidence/litkg:sentence ?sentence } ORDER BY ?sentence""",
    )
    assert (
        ("CellPix is a benchmark for cell counting in micrographs.",),
        ("CellPix, ten thousand micrographs for cell counting",),
    ) == found.rows


def test_ask(small: Path) -> None:
    """ASK answers with one boolean."""
    assert (("answer",), ((True,),)) == _shape(sparql(small, "ASK { ?s a litkg:Paper }"))
    assert (("answer",), ((False,),)) == _shape(sparql(small, "ASK { ?s a litkg:Nothing }"))


@pytest.mark.parametrize(
    "query",
    ["CONSTRUCT { ?p a litkg:New } WHERE { ?p litkg:doi ?d }", "DESCRIBE venue:Data%20of%20Life"],
)
def test_graphs_are_rows_of_triples(small: Path, query: str) -> None:
    """CONSTRUCT and DESCRIBE give subject, predicate and object."""
    found = sparql(small, query)
    assert ("graph", ("subject", "predicate", "object")) == (found.kind, found.columns)
    assert found.rows


def _shape(result: QueryResult) -> tuple[object, object]:
    return result.columns, result.rows


def test_prefixes_are_known_and_may_be_declared(small: Path) -> None:
    """A query needs no PREFIX, and its own PREFIX wins."""
    assert 4 == len(sparql(small, NAMES).rows)
    declared = f"PREFIX litkg: <urn:litkg:ns:> PREFIX m: <urn:litkg:ns:> {NAMES}"
    assert sparql(small, NAMES) == sparql(small, declared)
    assert () == sparql(small, f"PREFIX litkg: <urn:other:> {NAMES}").rows


def test_rows_are_limited(small: Path) -> None:
    """At most ``limit`` rows, and the result says that there were more."""
    found = sparql(small, NAMES, limit=3)
    assert (3, True) == (len(found.rows), found.truncated)
    assert (4, False) == (len((all_ := sparql(small, NAMES, limit=4)).rows), all_.truncated)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELECT * {\n  ?s ?p }", r"^query:2:10: syntax error at the end: what stands before it is incomplete$"),
        ("SELECT * { ?s ?p ?o", r"^query:1:\d+: syntax error at the end: expected "),
        ("SELECT * { ?s foo:bar ?o }", r"^query:1:\d+: syntax error .*: Prefix not found$"),
        ("SELECT ?x { ?s ?p ?o } GROUP BY ?s", r"^query:1:\d+: .*variable that is unbound$"),
        ("", r"^query:1:1: syntax error at the end"),
        ("SELECT (<urn:f>(1) AS ?x) {}", "^query: The custom function <urn:f> is not supported$"),
    ],
)  # fmt: skip
def test_errors_give_position_and_reason(small: Path, query: str, message: str) -> None:
    """A bad query ends in one line that says where and why."""
    with pytest.raises(QueryError, match=message) as caught:
        sparql(small, query)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://127.0.0.1:{port}/> { ?s ?p ?o } }",
        "SELECT * { service silent <http://127.0.0.1:{port}/> { ?s ?p ?o } }",
        "PREFIX x: <http://127.0.0.1:{port}/> SELECT * { SERVICE x:y { ?s ?p ?o } }",
        "PREFIX : <http://127.0.0.1:{port}/> SELECT * { SERVICE:y { ?s ?p ?o } }",
        "SELECT * { ?a ?b true.SERVICESILENT<http://127.0.0.1:{port}/>{ ?s ?p ?o } }",
        "SELECT * { ?a ?b trueSERVICE<http://127.0.0.1:{port}/>{ ?s ?p ?o } }",
        "PREFIX x: <http://127.0.0.1:{port}/> SELECT * { BIND(1 AS ?a) FILTER(?a<?b)SERVICE x:y#>\n{ ?s ?p ?o } }",
        "PREFIX x: <http://127.0.0.1:{port}/> PREFIX SERVICE: <urn:x:> SELECT * { FILTER(?a<?b)SERVICE:y#>\n{ ?s ?p ?o } }",
        "PREFIX x: <urn:x> SELECT * { ?a ?b x:.SERVICE <http://127.0.0.1:{port}/> { ?s ?p ?o } }",
        "PREFIX : <urn:x> SELECT * { ?a ?b :.service<http://127.0.0.1:{port}/>{ ?s ?p ?o } }",
        "SELECT * { # comment\nSERVICE#x\n<http://127.0.0.1:{port}/> { ?s ?p ?o } }",
        "SELECT * { ?s ?p 'it''s' . SERVICE <http://127.0.0.1:{port}/> { ?s ?p ?o } }",
        "SELECT * { BIND('''a'b''' AS ?x) SERVICE <http://127.0.0.1:{port}/> { ?s ?p ?o } }",
        "ASK { VALUES ?e { <http://127.0.0.1:{port}/> } SERVICE ?e { ?s ?p ?o } }",
    ],
)  # fmt: skip
def test_queries_never_reach_the_network(small: Path, query: str) -> None:
    """SERVICE is refused in every disguise: a listener on loopback sees no connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.3)
        calls: list[object] = []
        thread = threading.Thread(target=lambda: calls.append(_accepted(server)))
        thread.start()
        with pytest.raises(QueryError, match=r"^query:\d+:\d+: SERVICE is refused"):
            sparql(small, query.replace("{port}", str(server.getsockname()[1])), timeout=5)
        thread.join()
    assert [None] == calls


def _accepted(server: socket.socket) -> object:
    try:
        connection, _ = server.accept()
    except TimeoutError:
        return None
    connection.close()
    return connection


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("INSERT DATA { <urn:a> <urn:b> 1 }", "INSERT"),
        ("PREFIX a: <urn:INSERT>\n# why\ndelete WHERE { ?s ?p ?o }", "DELETE"),
        ("BASE <urn:a> DROP ALL", "DROP"),
        ("LOAD <file:///etc/passwd>", "LOAD"),
        ("WITH <urn:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", "WITH"),
    ],
)
def test_updates_are_refused(small: Path, query: str, word: str) -> None:
    """A query only reads."""
    with pytest.raises(QueryError, match=rf"^query:\d+:\d+: {word} is refused; queries only read"):
        sparql(small, query)


@pytest.mark.parametrize("clause", ["FROM <http://example.org/>", "from named<file:///etc/passwd>"])
def test_other_graphs_are_refused(small: Path, clause: str) -> None:
    """A graph folder is one graph."""
    with pytest.raises(QueryError, match="FROM is refused"):
        sparql(small, f"SELECT * {clause} {{ ?s ?p ?o }}")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?service ?from { ?service ?from 'SERVICE FROM INSERT' }",
        'SELECT * { ?s ?p """SERVICE "FROM" <x>""" } # SERVICE',
        "SELECT * { ?s <http://example.org/SERVICE/FROM> ?o }",
        "PREFIX x: <urn:x:> SELECT * { ?s x:it\\'s.SERVICE ?o , 'SERVICE' }",
        "PREFIX x: <urn:x:> SELECT * { ?s x:SERVICE ?o ; x:from ?f . FILTER(?o < 3 && ?f > 2) }",
    ],
)
def test_words_in_names_and_texts_are_allowed(small: Path, query: str) -> None:
    """Only the keywords are refused, not texts, names, variables or comments that hold them."""
    check(query)
    sparql(small, query)


@pytest.mark.parametrize(
    "part", ["1", '"\\"', "a b\n", "'", "<)", ")", "x:", "\\'", "'''a", '"""', "é", ":\\"]
)
def test_refusals_take_steps_in_proportion(part: str) -> None:
    """A long text is read once, not once from each of its characters."""
    text = part * (200_000 // len(part))
    check(text)
    check(f"<{text}>")


def test_a_slow_query_is_ended(small: Path) -> None:
    """Past its time a query is killed, the message says what to do, and the next one works."""
    with pytest.raises(QueryError, match=r"^query: no answer in 0\.5 seconds; .*MINUS"):
        sparql(small, SLOW, timeout=0.5)
    assert 4 == len(sparql(small, NAMES).rows)


def test_a_dead_process_is_reported(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash of the process behind a query is a QueryError with its last words."""
    monkeypatch.setattr(sparql_worker, "__file__", str(small / "no such file.py"))
    with pytest.raises(
        QueryError, match=r"^query: the process ended with status 2; .*no such file"
    ):
        sparql(small, NAMES)


def test_the_worker_needs_nothing_of_ours() -> None:
    """The process starts without litkg, so it starts fast."""
    code = f"import runpy, sys; runpy.run_path({sparql_worker.__file__!r}); print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True
    )
    assert set() == {"kg", "ontology", "pyarrow", "duckdb", "spacy"} & set(run.stdout.split())


def test_the_store_follows_the_graph(tmp_path: Path) -> None:
    """Made once with progress, kept while the graph is the same, replaced when it changes."""
    graph = open_graph(folder_of(small_graph(), tmp_path / "map"))
    seen: list[int] = []
    store = open_store(graph, progress=seen.append)
    count = sum(len(resource.properties) for resource in resources(graph, "full"))
    assert (seen, count) == (sorted(seen), seen[-1])
    assert store == open_store(graph, progress=lambda _: pytest.fail("made twice"))
    changed = Graph(graph.path, {**graph.manifest, "digest": "another"})
    found = {path.name for path in open_store(changed).parent.iterdir()}
    assert {"another", f"another{LOCK}"} == found


def test_a_failed_store_leaves_nothing(tmp_path: Path) -> None:
    """A store that cannot be filled is not there at the next query."""
    folder = folder_of(small_graph(), tmp_path / "map")

    def fail(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sparql(folder, NAMES, progress=fail)
    (left,) = (folder / STORE).iterdir()
    assert LOCK == left.suffix
    assert 4 == len(sparql(folder, NAMES).rows)


def test_what_a_killed_process_left_is_cleared_away(tmp_path: Path) -> None:
    """A store half made takes as much of the disk as a whole one."""
    folder = folder_of(small_graph(), tmp_path / "map")
    code = (
        "import os, sys; from kg.sparql import sparql\n"
        "sparql(sys.argv[1], 'ASK {}', progress=lambda _: os.kill(os.getpid(), 9))"
    )
    run = subprocess.run([sys.executable, "-c", code, str(folder)], cwd=ROOT, check=False)
    assert -9 == run.returncode
    assert 2 == len(list((folder / STORE).iterdir()))
    assert 4 == len(sparql(folder, NAMES).rows)
    store = open_store(open_graph(folder))
    assert {store.name, f"{store.name}{LOCK}"} == {path.name for path in store.parent.iterdir()}


def test_a_store_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """The message names the place."""
    folder = folder_of(small_graph(), tmp_path / "map")
    (folder / STORE).touch()
    with pytest.raises(
        QueryError, match=r"\.store: the query store cannot be written; File exists"
    ):
        sparql(folder, NAMES)


def test_a_missing_graph_is_named(tmp_path: Path) -> None:
    """The error is that of opening the graph."""
    with pytest.raises(GraphError, match="no such folder"):
        sparql(tmp_path / "absent", NAMES)


def test_hostile_texts_come_back_as_they_are(tmp_path: Path) -> None:
    """Names of a hostile graph survive the store and JSON; the table holds no control character."""
    folder = folder_of(hostile_graph(), tmp_path / "map")
    found = sparql(folder, "SELECT ?name { ?e a litkg:Entity ; skos:prefLabel ?name }")
    expected = sorted(str(row["name"]) for row in rows_of(hostile_graph(), "entities"))
    assert expected == sorted(str(name) for (name,) in found.rows)
    assert expected == sorted(record["name"] for record in json.loads(as_json(found)))
    table = as_table(found, width=200)
    assert set() == {c for c in table if c != "\n" and (ord(c) < 32 or 127 <= ord(c) < 160)}
    assert "\u202e" not in table


RESULT = QueryResult(
    "select",
    ("name", "n", "x"),
    (("=1+1", -1, None), ("urn:litkg:method:unet", 0.5, True), ("[red]a\x1b[0m, b", 2, "中文")),
    truncated=True,
)


def test_table() -> None:
    """Aligned, IRIs shortened, markup and control characters harmless, the cut admitted."""
    assert (
        "name            n     x\n"
        "──────────────────────────\n"
        "=1+1            -1\n"
        "method:unet     0.5   true\n"
        "[red]a�[0m, b   2     中文\n"
        "3 rows, more were left out\n"
    ) == as_table(RESULT, width=60)  # fmt: skip


def test_csv_runs_no_formula() -> None:
    """Texts that spreadsheets would run get an apostrophe, numbers none."""
    assert (
        'name,n,x\n\'=1+1,-1,\nurn:litkg:method:unet,0.5,true\n"[red]a\x1b[0m, b",2,中文\n'
    ) == as_csv(RESULT)
    assert 4 == len(list(csv.reader(as_csv(RESULT).splitlines())))


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ('"07"^^xsd:integer', 7),
        ('"1_0"^^xsd:integer', "1_0"),
        ('"three"^^xsd:int', "three"),
        ("9" * 5000, "9" * 5000),
        ("2.5", 2.5),
        (f'"{"9" * 400}"^^xsd:decimal', "9" * 400),
        ('"2,5"^^xsd:decimal', "2,5"),
        ('"yes"^^xsd:boolean', "yes"),
        ("false", False),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_no_number_stays_a_text(small: Path, literal: str, value: object) -> None:
    """A literal may claim any datatype; what it says is not made up."""
    assert ((value,),) == sparql(small, f"SELECT ({literal} AS ?x) {{}}").rows


def test_names_of_columns_are_texts() -> None:
    """They are no markup of the terminal and run no formula."""
    result = QueryResult("select", ("[/b]", ":smile:", "=1"), ((1, 2, 3),))
    assert ["[/b]", ":smile:", "=1"] == as_table(result, width=60).splitlines()[0].split()
    assert "[/b],:smile:,'=1" == as_csv(result).splitlines()[0]


def test_json_is_a_list_of_objects() -> None:
    """The same keys in every object, null where a variable is unbound."""
    assert [
        {"name": "=1+1", "n": -1, "x": None},
        {"name": "urn:litkg:method:unet", "n": 0.5, "x": True},
        {"name": "[red]a\x1b[0m, b", "n": 2, "x": "中文"},
    ] == json.loads(as_json(RESULT))


@pytest.mark.parametrize("name", RENDERERS)
def test_an_empty_answer_renders(name: str) -> None:
    """No rows is an answer, too."""
    assert {"table": "a\n─\n0 rows\n", "json": "[]\n", "csv": "a\n"}[name] == RENDERERS[name](
        QueryResult("select", ("a",), ())
    )
