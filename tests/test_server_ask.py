"""The query tabs' questions to a running server: rows, limits, and what a bad query hears."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from graphs import folder_of, hostile_graph, rows_of, small_graph
from served import SLOW, Answer, Server, served

from kg.recipes import answer, recipes

UNET = "urn:litkg:method:unet"
SLOW_CYPHER = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN count(a * b) AS n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = folder_of(small_graph(), tmp_path_factory.mktemp("small") / "map")
    with served(folder, "--limit", "20", "--timeout", "5") as running:
        running.graph = folder  # type: ignore[attr-defined]
        yield running


def post(server: Server, body: Any, content_type: str = "application/json") -> Answer:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return server.send("api/ask", data=data, Content_Type=content_type)


def ask(server: Server, language: str, query: str, **more: Any) -> Any:
    found = post(server, {"language": language, "query": query, **more})
    assert (200, "application/json") == (found.status, found.media_type), found.text
    return json.loads(found.body)


@pytest.mark.parametrize("language", ["sparql", "cypher"])
def test_every_recipe_answers_as_on_the_command_line(server: Server, language: Any) -> None:
    """The cookbook as the server tells it gives the rows that ``kg query --recipe`` gives."""
    told = json.loads(server.send("api/recipes").body)["recipes"]
    assert list(recipes()) == [recipe["name"] for recipe in told]
    for recipe in [one for one in told if one["name"] in ("narrower", "datasets-for-task-and-modality", "top-of-year")]:  # fmt: skip
        given = {one["name"]: one["default"] for one in recipe["parameters"]}
        given |= {"entity": "unet"} if "entity" in given else {}
        given |= {"task": "图像分割", "modality": "micrograph"} if "task" in given else {}
        found = ask(server, language, recipe[language], parameters=given, recipe=recipe["name"])
        expected = answer(
            server.graph,  # type: ignore[attr-defined]
            recipes()[recipe["name"]],
            language=language,
            parameters=given,
            limit=20,
        )
        assert [list(row) for row in expected.rows] == found["rows"]
        assert list(expected.columns) == found["columns"]


def test_cells_lead_to_entities_and_papers(server: Server) -> None:
    """IRIs, ids and names of an answer are recognised; the entities of its rows are drawn."""
    query = "SELECT ?m ?method { ?p litkg:introduces ?m . ?m a litkg:Method ; skos:prefLabel ?method } ORDER BY ?method"
    found = ask(server, "sparql", query)
    assert {"entity": UNET} == found["cells"][0][UNET] == found["cells"][1]["U-Net"]
    assert UNET in found["drawn"]
    nodes = ask(server, "cypher", f"MATCH (m:Method {{iri: '{UNET}'}}) RETURN m")
    assert nodes["drawn"] == [UNET]
    papers = ask(server, "cypher", "MATCH (p:Paper) RETURN p.id AS paper, p.title AS title ORDER BY paper LIMIT 1")  # fmt: skip
    assert {"paper": "p1"} == papers["cells"][0]["p1"]
    assert UNET in papers["drawn"]  # no entity in the rows: those that the paper names


def test_what_is_drawn_comes_with_what_joins_it(server: Server) -> None:
    """The entities of an answer come as a fragment with the relations between them, no others."""
    iris = [UNET, "urn:litkg:task:imagesegmentation", "urn:litkg:none"]
    found = json.loads(server.send("api/among?" + "&".join(f"iri={iri}" for iri in iris)).body)
    assert set(iris[:2]) == {node["iri"] for node in found["nodes"]}
    assert {(UNET, "used-for", iris[1], 2)} == {
        (edge["head"], edge["relation"], edge["tail"], edge["papers"])
        for edge in found["edges"]
        if edge["relation"]
    }
    assert [2] == [edge["papers"] for edge in found["edges"] if not edge["relation"]]


@pytest.mark.parametrize("language", ["sparql", "cypher"])
def test_values_are_bound(server: Server, language: str) -> None:
    """A parameter is a value whatever it holds; numbers are numbers."""
    hostile = "'} ) DELETE \" } UNION { ?s ?p ?o } #"
    query = {
        "sparql": "SELECT ($text AS ?t) ($number + 1 AS ?n) {}",
        "cypher": "RETURN $text AS t, $number + 1 AS n",
    }[language]
    found = ask(server, language, query, parameters={"text": hostile, "number": "2"})
    assert [[hostile, 3]] == found["rows"]


@pytest.mark.parametrize(
    ("language", "query", "reason"),
    [
        ("sparql", "SELECT * {\n  ?s ?p }", "query:2:10: syntax error at the end"),
        ("sparql", "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", "SERVICE is refused"),
        ("sparql", "DELETE WHERE { ?s ?p ?o }", "DELETE is refused"),
        ("cypher", "MATCH (n)\nRETUR n", "query:2:"),
        ("cypher", "MATCH (n) DELETE n", "query:1:11: DELETE is refused"),
        ("cypher", "LOAD CSV FROM 'file:///etc/passwd' AS row RETURN row", "LOAD CSV is refused"),
        ("cypher", "RETURN $x", "$x has no value"),
    ],
)
def test_a_bad_query_is_told_where_and_why(
    server: Server, language: str, query: str, reason: str
) -> None:
    """Position and reason come as JSON, and the server goes on."""
    found = post(server, {"language": language, "query": query})
    assert (400, "application/json") == (found.status, found.media_type)
    assert reason in json.loads(found.body)["error"]
    assert [[1]] == ask(server, "sparql", "SELECT (1 AS ?n) {}")["rows"]


@pytest.mark.parametrize(("language", "query"), [("sparql", SLOW), ("cypher", SLOW_CYPHER)])
def test_a_slow_query_is_ended(server: Server, language: str, query: str) -> None:
    """Past its time a query is killed and the reader is told what makes such queries faster."""
    found = post(server, {"language": language, "query": query})
    assert 504 == found.status
    assert "query: no answer in 5 seconds; " in json.loads(found.body)["error"]
    assert [[1]] == ask(server, "cypher", "RETURN 1 AS n")["rows"]


@pytest.mark.parametrize(
    ("language", "query"),
    [
        ("sparql", "SELECT * { ?s ?p ?o }"),
        ("sparql", "CONSTRUCT WHERE { ?s ?p ?o }"),
        ("cypher", "UNWIND range(1, 100) AS n RETURN n"),
    ],
)
def test_answers_are_cut_at_the_limit(server: Server, language: str, query: str) -> None:
    """No more rows than ``--limit``, and the answer says that there are more."""
    found = ask(server, language, query)
    assert (20, True) == (len(found["rows"]), found["truncated"])


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (b"", 400, "is no JSON"),
        (b"\xff", 400, "is no JSON"),
        (b"[" * 100_000, 400, "is no JSON"),
        ([], 400, "must be an object"),
        ({"language": "sql", "query": "x"}, 400, "language must be one of sparql, cypher"),
        ({"language": "sparql"}, 400, "query and recipe must be texts"),
        ({"language": "sparql", "query": "x", "parameters": {"a": 1}}, 400, "an object of texts"),
        ({"language": "sparql", "query": "\ud800"}, 400, "half of a surrogate pair"),
        ({"language": "sparql", "query": "x", "recipe": "none"}, 400, 'recipe "none": there is none'),
        ({"language": "sparql", "query": "x" * (1 << 20)}, 413, "longer than"),
    ],
)  # fmt: skip
def test_bad_requests(server: Server, body: Any, status: int, reason: str) -> None:
    """What is no question is refused with its reason."""
    found = post(server, body)
    assert (status, "application/json") == (found.status, found.media_type)
    assert reason in json.loads(found.body)["error"]


def test_forms_of_other_sites_ask_nothing(server: Server) -> None:
    """Only JSON is taken, which a browser sends from another site with leave alone."""
    body = json.dumps({"language": "sparql", "query": "ASK {}"}).encode()
    for content_type in ("text/plain", "application/x-www-form-urlencoded", ""):
        assert 415 == post(server, body, content_type).status


def test_hostile_texts_come_as_they_are(hostile: Server) -> None:
    """Answers hold the texts of a hostile graph unchanged, in both languages alike."""
    one = ask(hostile, "sparql", "SELECT ?name { ?e a litkg:Method ; skos:prefLabel ?name }")
    two = ask(hostile, "cypher", "MATCH (e:Method) RETURN e.name AS name")
    entities = rows_of(hostile_graph(), "entities")
    names = sorted([row["name"]] for row in entities if row["type"] == "Method")
    assert names == sorted(one["rows"]) == sorted(two["rows"])
