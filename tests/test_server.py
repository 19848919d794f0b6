"""``kg serve``: the SPARQL 1.1 Protocol over loopback, as clients see it."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from urllib.parse import quote, urlencode

import pytest
from graphs import folder_of, small_graph
from rdflib import Graph
from rdflib.compare import isomorphic
from served import Server, served

NAMES = "SELECT ?name { ?m a litkg:Method ; skos:prefLabel ?name } ORDER BY ?name"
GRAPH = "CONSTRUCT { ?m skos:prefLabel ?name } WHERE { ?m a litkg:Method ; skos:prefLabel ?name }"
JSON = "application/sparql-results+json"
XML = "application/sparql-results+xml"
FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = folder_of(small_graph(), tmp_path_factory.mktemp("small") / "map")
    with served(folder, "--limit", "300") as running:
        yield running


def names_in(media_type: str, body: bytes) -> list[str]:
    """Read the first column of an answer with another reader than the one that wrote it."""
    text = body.decode()
    if media_type in (JSON, "application/json"):
        return [row["name"]["value"] for row in json.loads(text)["results"]["bindings"]]
    if media_type.endswith("xml"):
        return [
            one.text or ""
            for one in ET.fromstring(text).iter("{http://www.w3.org/2005/sparql-results#}literal")
        ]
    if media_type == "text/csv":
        return [row[0] for row in csv.reader(io.StringIO(text, newline=""))][1:]
    assert media_type == "text/tab-separated-values"
    return [
        str(json.loads(line[: line.rindex('"') + 1], strict=False))
        for line in text.split("\n")[1:-1]
    ]


@pytest.mark.parametrize(
    "media_type",
    [
        JSON,
        "application/json",
        XML,
        "application/xml",
        "text/xml",
        "text/csv",
        "text/tab-separated-values",
    ],
)
def test_rows_in_every_media_type(server: Server, hostile: Server, media_type: str) -> None:
    """The same rows whatever the format, hostile texts among them; XML replaces what it cannot hold."""
    for each in (server, hostile):
        answer = each.ask(NAMES, media_type)
        assert (200, media_type) == (answer.status, answer.media_type)
        expected = names_in(JSON, each.ask(NAMES).body)
        if media_type.endswith("xml"):
            expected = [
                "".join("�" if c < " " and c not in "\t\r\n" else c for c in name)
                for name in expected
            ]
        assert expected == names_in(media_type, answer.body)
    assert 4 == len(names_in(JSON, server.ask(NAMES).body))


@pytest.mark.parametrize(
    ("media_type", "parser"),
    [
        ("text/turtle", "turtle"),
        ("application/n-triples", "nt"),
        ("application/rdf+xml", "xml"),
        ("application/xml", "xml"),
        ("application/ld+json", "json-ld"),
    ],
)
@pytest.mark.parametrize("query", [GRAPH, "DESCRIBE method:unet paper:p1"])
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # rdflib's reader of JSON-LD
def test_graphs_in_every_media_type(
    server: Server, hostile: Server, media_type: str, parser: str, query: str
) -> None:
    """CONSTRUCT and DESCRIBE give one graph in every format."""
    for each in (server, hostile):
        answer = each.ask(query, media_type)
        assert (200, media_type) == (answer.status, answer.media_type)
        expected = Graph().parse(data=each.ask(query, "application/n-triples").text, format="nt")
        if each is server:
            assert expected
            assert isomorphic(expected, Graph().parse(data=answer.body, format=parser))
        elif parser != "xml":
            assert len(expected) == len(Graph().parse(data=answer.body, format=parser))


@pytest.mark.parametrize(
    ("media_type", "yes", "no"),
    [
        (JSON, b'{"head":{},"boolean":true}', b'{"head":{},"boolean":false}'),
        ("text/csv", b"true", b"false"),
        ("text/tab-separated-values", b"true", b"false"),
    ],
)
def test_ask(server: Server, media_type: str, yes: bytes, no: bytes) -> None:
    """ASK gives a boolean."""
    assert yes == server.ask("ASK { ?p a litkg:Paper }", media_type).body
    assert no == server.ask("ASK { ?p a litkg:Nothing }", media_type).body
    assert "<boolean>true</boolean>" in server.ask("ASK {}", XML).text


def test_every_way_to_ask(server: Server) -> None:
    """GET, a posted form and a posted query give the same; HEAD gives the headers alone."""
    expected = server.ask(NAMES)
    form = server.send(
        data=urlencode({"query": NAMES, "format": "json"}).encode(), Content_Type=FORM
    )
    direct = server.send(data=NAMES.encode(), Content_Type=f"{DIRECT}; charset=UTF-8")
    assert expected.body == form.body == direct.body
    head = server.send(f"sparql?{urlencode({'query': NAMES})}", method="HEAD")
    assert (200, b"") == (head.status, head.body)
    assert expected.headers["Content-Length"] == head.headers["Content-Length"]


@pytest.mark.parametrize(
    ("accept", "results", "graph"),
    [
        ("", JSON, "text/turtle"),
        ("*/*", JSON, "text/turtle"),
        ("text/*", "text/csv", "text/turtle"),
        ("application/*;q=0.5, text/csv;q=0.2", JSON, "application/n-triples"),
        (f"{JSON};q=0.5, {XML}, application/rdf+xml", XML, "application/rdf+xml"),
        ("text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8", "text/html", "text/html"),
        ("TEXT/CSV; header=present, text/turtle", "text/csv", "text/turtle"),
        ("text/csv, image/png", "text/csv", None),
        ("text/turtle", None, "text/turtle"),
        ("image/png", None, None),
        (f"{JSON};q=0, */*;q=0", None, None),
        (";;;,,,q=1;/*,\u00e9", None, None),
        ("text/csv;q=nan, text/csv;q=-1, text/csv;q=9e999", None, None),
    ],
)  # fmt: skip
def test_negotiation(server: Server, accept: str, results: str | None, graph: str | None) -> None:
    """The best of what the client accepts, else 406 with what there is."""
    for query, expected in ((NAMES, results), (GRAPH, graph)):
        answer = server.ask(query, accept)
        if expected:
            assert (200, expected, "Accept") == (
                answer.status,
                answer.media_type,
                answer.headers["Vary"],
            )
        else:
            assert 406 == answer.status
            assert answer.text.startswith(
                "request: none of the media types in Accept is on offer: "
            )


@pytest.mark.parametrize(
    ("media_type", "parser"), [("text/turtle", "turtle"), ("application/rdf+xml", "xml"), ("*/*", "turtle")]
)  # fmt: skip
def test_service_description(server: Server, media_type: str, parser: str) -> None:
    """Without a query the endpoint describes itself, at the address it was asked at."""
    found = Graph().parse(data=server.send(Accept=media_type).body, format=parser)
    rows = found.query(
        """PREFIX sd: <http://www.w3.org/ns/sparql-service-description#>
        SELECT ?endpoint (COUNT(DISTINCT ?format) AS ?formats) {
          ?s a sd:Service ; sd:endpoint ?endpoint ; sd:supportedLanguage sd:SPARQL11Query ;
             sd:resultFormat ?format ; sd:defaultDataset/sd:defaultGraph [ a sd:Graph ] }
        GROUP BY ?endpoint"""
    )
    assert [(server.url, 8)] == [(str(address), int(count)) for address, count in rows]
    assert "From programs" in server.send(Accept="text/html").text


@pytest.mark.parametrize(
    ("query", "status", "reason"),
    [
        ("SELECT * {\n  ?s ?p }", 400, "query:2:10: syntax error at the end: "),
        ("", 400, "query:1:1: syntax error at the end"),
        ("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", 400, "query:1:12: SERVICE is refused; "),
        ("SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }", 400, "query:1:10: FROM is refused; "),
        ("LOAD <file:///etc/passwd>", 400, "query:1:1: LOAD is refused; queries only read"),
        ("SELECT (<urn:f>(1) AS ?x) {}", 400, "query: The custom function <urn:f> is not supported"),
        ("SELECT * { FILTER(" + "(" * 9000 + "1" + ")" * 9000 + ") }", 500, "query: the process that answered it ended"),
    ],
)  # fmt: skip
def test_bad_queries(server: Server, query: str, status: int, reason: str) -> None:
    """A bad query is told where and why, and the server goes on."""
    answer = server.send(data=query.encode(), Content_Type=DIRECT)
    assert (status, "text/plain") == (answer.status, answer.media_type)
    assert answer.text.startswith(reason)
    assert 200 == server.ask(NAMES).status


@pytest.mark.parametrize(
    ("path", "data", "content_type", "status", "reason"),
    [
        ("sparql?update=CLEAR+ALL", None, "", 400, "updates are refused"),
        ("sparql", b"update=CLEAR+ALL", FORM, 400, "updates are refused"),
        ("sparql", b"CLEAR ALL", "application/sparql-update", 400, "updates are refused"),
        ("sparql?query=ASK{}&default-graph-uri=urn:x", None, "", 400, "default-graph-uri is refused; a graph folder is one"),
        ("sparql", b"query=ASK{}&named-graph-uri=urn:x", FORM, 400, "named-graph-uri is refused"),
        ("sparql?default-graph-uri=urn:x", b"ASK {}", DIRECT, 400, "default-graph-uri is refused"),
        ("sparql?query=ASK{}&query=ASK{}", None, "", 400, "more than one query"),
        ("sparql?query=ASK{}", b"ASK {}", DIRECT, 400, "more than one query"),
        ("sparql", b"q=ASK{}", FORM, 400, "the parameter query is missing"),
        ("sparql", b"ASK { ?s ?p '\xff' }", DIRECT, 400, "not UTF-8"),
        ("sparql", b"query=%FF", FORM, 400, "not UTF-8"),
        ("sparql?query=%FF", None, "", 400, "not UTF-8"),
        ("sparql?" + "a=1&" * 200, None, "", 400, "more than 100 parameters"),
        ("sparql", b"ASK {}", "text/plain", 415, "the content type must be"),
        ("sparql", b"ASK {}", f"{DIRECT}; charset=utf-16", 415, "the charset must be UTF-8"),
        ("nothing", None, "", 404, "'/nothing' is not here; the map is at /, the endpoint at /sparql"),
        ("..%2f..%2fetc/passwd", None, "", 404, "is not here"),
    ],
)  # fmt: skip
def test_bad_requests(
    server: Server, path: str, data: bytes | None, content_type: str, status: int, reason: str
) -> None:
    """What the protocol or this endpoint does not allow is refused with a reason."""
    headers = {"Content_Type": content_type} if content_type else {}
    answer = server.send(path, data=data, **headers)
    assert status == answer.status
    assert answer.text.startswith("request: ")
    assert reason in answer.text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "BREW"])
def test_other_methods(server: Server, method: str) -> None:
    """405 names the methods that there are."""
    answer = server.send(method=method, data=b"")
    assert 405 == answer.status
    assert {"GET", "HEAD", "POST"} == set(answer.headers["Allow"].split(", "))
    assert answer.text.startswith(f"request: {method} is refused")


@pytest.mark.parametrize("size", [(1 << 20) + 1, 10 << 20])
def test_large_bodies(server: Server, size: int) -> None:
    """A query may have a mebibyte, no more."""
    answer = server.send(data=b"#" * size, Content_Type=DIRECT)
    assert (413, "request: longer than 1,048,576 bytes; shorten the query\n") == (
        answer.status,
        answer.text,
    )
    assert 200 == server.send(data=b"ASK {}".ljust(1 << 20), Content_Type=DIRECT).status


def test_long_addresses(server: Server) -> None:
    """What is too long for a URL can be posted."""
    values = " ".join(f'"{number}"' for number in range(50_000))
    query = f"ASK {{ VALUES ?name {{ {values} }} }}"
    with pytest.raises((AssertionError, ConnectionError)):  # refused before all of it is read
        assert 400 != server.ask(query).status
    assert 200 == server.send(data=query.encode(), Content_Type=DIRECT).status


def test_answers_are_cut_at_the_limit(server: Server) -> None:
    """More rows than the limit are cut off, and a header says so."""
    for query, rows in (("SELECT * { ?s ?p ?o }", 300), ("CONSTRUCT WHERE { ?s ?p ?o }", 300)):
        answer = server.ask(query, "text/csv, application/n-triples")
        assert (200, str(rows)) == (answer.status, answer.headers["Litkg-Truncated"])
        assert rows == answer.body.count(b"\n") - (answer.media_type == "text/csv")
    assert server.ask(NAMES).headers["Litkg-Truncated"] is None
    assert "cut" in server.ask("SELECT * { ?s ?p ?o }", "text/html").text


def test_many_at_once(server: Server) -> None:
    """More clients than processes are all answered, each with its own answer."""
    with ThreadPoolExecutor(16) as pool:
        answers = pool.map(
            lambda n: server.ask(f"SELECT ({n} AS ?n) {{}}", "text/csv").text, range(64)
        )
        assert [f"n\r\n{n}\r\n" for n in range(64)] == list(answers)


class Links(HTMLParser):
    """The tags and link targets of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.targets: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.targets += [
            value or "" for name, value in attributes if name in ("href", "src", "action")
        ]
        assert not [name for name, _ in attributes if name.startswith("on") or name == "style"]


def test_the_page_for_people(server: Server, hostile: Server) -> None:
    """A page without script that loads nothing, whatever the corpus is called; its examples answer."""
    for each in (server, hostile):
        answer = each.send(Accept="text/html")
        assert (200, "text/html") == (answer.status, answer.media_type)
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "nosniff" == answer.headers["X-Content-Type-Options"]
        links = Links(answer.text)
        assert not links.tags & {"script", "img", "link", "iframe", "object"}
        assert {"./"} == {target for target in links.targets if not target.startswith("sparql")}
    for target in (
        target for target in Links(server.send(Accept="text/html").text).targets if "?" in target
    ):
        assert json.loads(server.send(target).body)["results"]["bindings"]


def test_answers_for_people(hostile: Server) -> None:
    """In a browser an answer is a table, in which every text stays text."""
    page = hostile.ask(
        "SELECT ?name { ?e a litkg:Entity ; skos:prefLabel ?name }", "text/html"
    ).text
    assert not Links(page).tags & {"script", "img", "b"}
    assert "&lt;/script&gt;" in page
    assert "<p>yes" in hostile.ask("ASK { # <script>alert(1)</script>\n}", "text/html").text
    assert (
        "&lt;script&gt;"
        in hostile.ask(f"ASK {{ # <script>{quote('é')}</script>\n}}", "text/html").text
    )
    assert "@prefix skos:" in hostile.ask(GRAPH, "text/html").text
