"""What the served explorer asks for: JSON of a running server, compared with the tables."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from graphs import NASTY, folder_of, hostile_graph, rows_of, small_graph
from helpers import ROOT
from served import Server, served

from exports.html import page_data
from kg.graph import open_graph
from kg.server.explorer import Explorer
from kg.server.explorer_store import fold, open_tables

UNET = "urn:litkg:method:unet"
SEGMENTATION = "urn:litkg:task:imagesegmentation"
HOSTILE_WORDS = [*NASTY, "'; DROP TABLE entity; --", "%", "_", "\\", "\x00", "🧠" * 300, "$iri"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The small graph, of which the map shows two entities at first."""
    folder = folder_of(small_graph(), tmp_path_factory.mktemp("small") / "map")
    with served(folder, "--max-nodes", "2") as running:
        yield running


def get(server: Server, path: str, **words: Any) -> Any:
    """The JSON of an address that must answer."""
    query = {name.removesuffix("_"): value for name, value in words.items()}
    answer = server.send(f"api/{path}?{urlencode(query, doseq=True)}")
    assert (200, "application/json") == (answer.status, answer.media_type), answer.text
    return json.loads(answer.body)


def test_overview_is_what_the_page_on_disk_holds(server: Server) -> None:
    """The first picture is the cut of the offline page; compressed for whoever takes it so."""
    plain = server.send("api/overview")
    assert json.loads(page_data(small_graph(), max_nodes=2)) == json.loads(plain.body)
    packed = server.send("api/overview", Accept_Encoding="gzip")
    assert "gzip" == packed.headers["Content-Encoding"]
    assert get(server, "search", q="x")["graph"] == plain.headers["Litkg-Graph"]


@pytest.mark.parametrize(
    ("text", "name", "alias"),
    [
        ("tinyseg", "TinySeg", None),
        ("cnn", "convolutional neural network", "CNN"),
        ("图像", "image segmentation", "图像分割"),
        ("U_NET", "U-Net", None),
        ("neural  Netw", "convolutional neural network", None),
    ],
)
def test_search_finds_what_the_map_does_not_show(
    server: Server, text: str, name: str, alias: str | None
) -> None:
    """Entities are found by name or alias, in any case, spacing and language."""
    first = get(server, "search", q=text)["entities"][0]
    assert (name, alias) == (first["name"], first["alias"])


def test_search_orders_and_bounds(server: Server) -> None:
    """What begins with the words comes before what holds them; papers are found by their title."""
    names = [row["name"] for row in get(server, "search", q="c", limit=50)["entities"]]
    assert names[:3] == ["CellPix", "convolutional neural network", "cell counting"]
    assert 1 == len(get(server, "search", q="c", limit=1)["entities"])
    assert ["p2"] == [row["id"] for row in get(server, "search", q="few weights")["papers"]]
    assert get(server, "search", q=" ")["entities"] == []


def test_every_entity_is_found_by_every_name(hostile: Server) -> None:
    """Each name and alias of a hostile graph leads to its entity."""
    graph = hostile_graph()
    names = [(row["iri"], row["name"]) for row in rows_of(graph, "entities")]
    names += [(row["entity"], row["alias"]) for row in rows_of(graph, "aliases")]
    searched = 0
    for iri, name in names:
        if fold(str(name)) and "\x00" not in str(name):
            searched += 1
            hits = get(hostile, "search", q=str(name)[:2000], limit=50)["entities"]
            assert iri in [hit["iri"] for hit in hits]
    assert searched > 10


def test_neighbourhood_is_that_of_the_tables(server: Server) -> None:
    """Neighbours share papers or a relation; counts and links are those of the tables."""
    graph = small_graph()
    found = get(server, "entity", iri=UNET)
    papers: dict[object, set[object]] = {}
    for row in rows_of(graph, "links"):
        papers.setdefault(row["entity"], set()).add(row["paper"])
    together = {
        (edge["head"], edge["tail"]): edge["papers"]
        for edge in found["edges"]
        if edge["relation"] is None
    }
    assert together == {
        (UNET, other): len(papers[UNET] & those)
        for other, those in papers.items()
        if other != UNET and papers[UNET] & those
    }
    stated: dict[tuple[object, ...], set[object]] = {}
    for row in rows_of(graph, "relations"):
        if UNET in (row["head"], row["tail"]):
            key = (row["head"], row["relation"], row["tail"])
            stated.setdefault(key, set()).add(row["paper"])
    assert {key: len(those) for key, those in stated.items()} == {
        (edge["head"], edge["relation"], edge["tail"]): edge["papers"]
        for edge in found["edges"]
        if edge["relation"] is not None
    }
    nodes = {node["iri"]: node for node in found["nodes"]}
    ids = sorted(str(row["id"]) for row in rows_of(graph, "papers"))
    assert papers[UNET] == {ids[number] for number in nodes[UNET]["links"]["papers"]}
    assert "links" not in nodes[SEGMENTATION]  # the map has them from the start
    assert nodes[UNET]["broader"] == ["urn:litkg:method:convolutionalneuralnetwork"]
    quoted = {paper["id"]: paper for paper in found["papers"]}
    for sentence in nodes[UNET]["evidence"]:
        assert sentence["paper"] in quoted


def test_neighbours_are_bounded(server: Server) -> None:
    """The closest neighbours come first; ``limit`` bounds them, not the terms above and below."""
    found = get(server, "entity", iri=SEGMENTATION, limit=1)
    assert 1 == len({edge["tail"] for edge in found["edges"] if edge["relation"] is None})


def test_paper_comes_whole(server: Server) -> None:
    """A paper has its abstract and exactly its mentions, and the entities that it names."""
    graph = small_graph()
    found = get(server, "paper", id="p1")
    [paper] = found["papers"]
    [row] = [row for row in rows_of(graph, "papers") if row["id"] == "p1"]
    assert [[0, row["abstract"]]] == paper["pieces"]
    assert (True, row["title"]) == (paper["whole"], paper["title"])
    mentions = [
        [row["field"], row["start"], row["end"], row["entity"]]
        for row in rows_of(graph, "mentions")
        if row["paper"] == "p1"
    ]
    assert sorted(mentions) == sorted(paper["marks"])
    linked = {row["entity"] for row in rows_of(graph, "links") if row["paper"] == "p1"}
    assert linked == {node["iri"] for node in found["nodes"]}


def test_papers_come_in_numbers(server: Server) -> None:
    """Several papers come at once, without their abstracts; unknown ids are passed over."""
    found = get(server, "papers", id=["p2", "nothing", "p1"])["papers"]
    assert ["p1", "p2"] == [paper["id"] for paper in found]
    assert not any(paper["pieces"] for paper in found)


def test_evidence_of_a_relation(server: Server) -> None:
    """The sentences between two entities say what each states, and stand in their papers."""
    found = get(server, "evidence", iri=UNET, with_=SEGMENTATION)
    papers = {paper["id"]: paper for paper in found["papers"]}
    said = set()
    for sentence in found["sentences"]:
        start, end = sentence["start"], sentence["end"]
        texts = [
            text[start - at : end - at]
            for at, text in papers[sentence["paper"]]["pieces"]
            if at <= start and end <= at + len(text)
        ]
        said.add((sentence["relation"], *texts))
    assert ("used-for", "TinySeg does segmentation as well as U-Net.") in said
    assert not found["more"]
    [edge] = [edge for edge in found["edges"] if edge["relation"] == "used-for"]
    assert 2 == edge["papers"]


def test_evidence_of_an_entity_and_of_a_link(server: Server) -> None:
    """An entity has a sentence a paper, page by page; a link every sentence of its paper."""
    first = get(server, "evidence", iri=SEGMENTATION, limit=1)
    second = get(server, "evidence", iri=SEGMENTATION, limit=1, offset=1)
    assert first["more"]
    assert first["sentences"] != second["sentences"]
    link = get(server, "evidence", iri=UNET, paper="p1")
    mentions = [
        row
        for row in rows_of(small_graph(), "mentions")
        if row["paper"] == "p1" and row["entity"] == UNET
    ]
    assert len(mentions) == len(link["sentences"])


@pytest.mark.parametrize(
    ("path", "status", "reason"),
    [
        ("entity?iri=urn:litkg:method:none", 404, "entity 'urn:litkg:method:none': the graph has none"),
        ("paper?id=none", 404, "paper 'none': the graph has none of this id"),
        (f"evidence?iri={UNET}&paper=none", 404, "paper 'none'"),
        (f"evidence?iri={UNET}&with=none", 404, "entity 'none'"),
        (f"evidence?iri={UNET}&paper=p1&with={UNET}", 400, "give one of with and paper"),
        ("entity", 400, "the parameter iri is missing"),
        ("search", 400, "the parameter q is missing"),
        ("search?q=a&q=b", 400, "q is given more than once"),
        ("search?q=a&limit=0", 400, "limit='0'; a whole number from 1 to 50"),
        ("search?q=a&limit=51", 400, "limit='51'"),
        ("search?q=a&limit=1e3", 400, "limit='1e3'"),
        ("search?q=a&limit=%D9%A3", 400, "a whole number"),
        (f"evidence?iri={UNET}&offset=-1", 400, "offset='-1'"),
        (f"search?q={'a' * 2001}", 400, "q has more than 2,000 characters"),
        ("papers", 400, "give 1 to 100 values of id, not 0"),
        ("papers?" + "id=p1&" * 101, 400, "not 101"),
        ("nothing", 404, "'/api/nothing' is not here"),
        ("", 404, "'/api/' is not here"),
        ("../manifest.json", 404, "is not here"),
    ],
)  # fmt: skip
def test_bad_requests_are_told_as_json(server: Server, path: str, status: int, reason: str) -> None:
    """What cannot be answered is refused with its reason as JSON."""
    answer = server.send(f"api/{path}")
    assert (status, "application/json") == (answer.status, answer.media_type)
    assert reason in json.loads(answer.body)["error"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_addresses_are_only_read(server: Server, method: str) -> None:
    """Nothing but GET and HEAD is answered."""
    for path in ("", "api/search?q=a", "served.js"):
        assert 405 == server.send(path, method=method, data=b"").status


@pytest.mark.parametrize("path", ["exports/", "explorer.js", "api", "static/", "..%2fserved.js"])
def test_no_listing(server: Server, path: str) -> None:
    """Nothing is served but the page, its script and style, and the addresses described."""
    assert 404 == server.send(path).status


@pytest.mark.parametrize("words", HOSTILE_WORDS)
def test_hostile_words_are_only_words(server: Server, words: str) -> None:
    """Whatever a parameter holds, the answer is an empty one or a refusal, and the server goes on."""
    for path, name in (("search", "q"), ("entity", "iri"), ("paper", "id"), ("papers", "id")):
        answer = server.send(f"api/{path}?{urlencode({name: words})}")
        assert answer.status in (200, 400, 404)
        assert isinstance(json.loads(answer.body), dict)
    assert 9 <= len(get(server, "search", q="e", limit=50)["entities"])


def test_page_and_its_policy(server: Server, hostile: Server) -> None:
    """The page runs the script and style of its nonce and no others, a new nonce each time."""
    nonces = set()
    for each in (server, hostile, server):
        answer = each.send("")
        policy = answer.headers["Content-Security-Policy"]
        [nonce] = {word for word in policy.replace(";", " ").split() if word.startswith("'nonce-")}
        nonces.add(nonce)
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert 3 == answer.text.count(f'nonce="{nonce[7:-1]}"')
        assert 1 == answer.text.count("<script")
    assert 3 == len(nonces)
    assert "<b>" not in hostile.send("").text


def test_notices_of_bundled_libraries_are_served(server: Server) -> None:
    """The licences of what the served script contains travel with it, each library named."""
    notice = (ROOT / "exports/templates/explorer/LICENSE-THIRD-PARTY-SERVED.txt").read_text("utf-8")
    script = server.send("served.js")
    assert (200, "text/javascript") == (script.status, script.media_type)
    assert script.text.startswith(f"/*\n{notice}*/")
    for library in ("sigma", "@codemirror/view", "@lezer/common", "style-mod"):
        assert f"\n{library} " in notice
    assert "text/css" == server.send("served.css").media_type


def test_an_explorer_that_nobody_asks_is_closed(tmp_path: Path) -> None:
    """The file of a graph that was built anew is not held open until some later clean-up."""
    graph = open_graph(folder_of(small_graph(), tmp_path / "map"))
    tables = open_tables(graph)
    explorer = Explorer(tables, "digest", max_nodes=2)
    explorer.search("U-Net", limit=1)
    opened = Path("/proc/self/fd")
    if not opened.is_dir():
        pytest.skip("needs /proc")

    def holders() -> int:
        return sum(link.exists() and link.samefile(tables) for link in opened.iterdir())

    gc.disable()
    try:
        assert holders() > 0
        del explorer
        assert holders() == 0
    finally:
        gc.enable()
