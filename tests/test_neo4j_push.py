"""Pushing to a real Bolt server: what arrives, what stays, and what is said when it fails."""

from __future__ import annotations

import dataclasses
import logging
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from bolt_server import BoltServer, ask, free_port, given_server
from click.testing import CliRunner, Result
from graphs import (
    NASTY,
    SMALL_ENTITIES,
    SMALL_PAPERS,
    folder_of,
    graph_of,
    hostile_graph,
    replaced,
    rows_of,
    small_graph,
)

from exports import neo4j_push
from exports.neo4j_model import SCHEMA, TABLES, Table
from exports.neo4j_push import Changes, push
from exports.neo4j_server import Server
from exports.triples import EVIDENCE_LEVELS, Evidence
from kg import Graph
from kg.cli.main import main
from kg.cli.push import _repeats_shown
from ontology.errors import GraphError, InputError, ServerError
from ontology.tables import GraphTables, MemoryTables

pytestmark = pytest.mark.system("bolt-server")
OWN = pytest.mark.skipif(given_server() is not None, reason="kills the server")


@pytest.fixture(scope="session")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoltServer | None]:
    """The server started for tests; none where the environment names another."""
    if given_server() is not None:
        yield None
        return
    server = BoltServer(tmp_path_factory.mktemp("bolt"))
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="session")
def emptied(stand_in: BoltServer | None) -> Server:
    """The server, its database found empty: nobody's data may fall to a test."""
    server = stand_in.server if stand_in is not None else given_server()
    assert server is not None
    assert [[0]] == ask(server, "MATCH (n) RETURN count(n)"), "tests need an empty database"
    return server


@pytest.fixture
def server(emptied: Server) -> Iterator[Server]:
    """The server with an empty database."""
    yield emptied
    ask(emptied, "MATCH (n) DETACH DELETE n")


def held(server: Server) -> dict[str, list[str]]:
    """All nodes and relationships that the database holds, with all their properties."""
    nodes = ask(server, "MATCH (n) RETURN labels(n), properties(n)")
    links = ask(server, "MATCH (a)-[r]->(b) RETURN a.iri, type(r), b.iri, properties(r)")
    return {
        "nodes": sorted(repr((sorted(labels), sorted(had.items()))) for labels, had in nodes),
        "links": sorted(repr((a, kind, b, sorted(had.items()))) for a, kind, b, had in links),
    }


def expected(graph: GraphTables, evidence: Evidence = "full") -> dict[str, list[str]]:
    """The same of a graph, taken from the rows of the model."""
    nodes, links = [], []
    for table in TABLES:
        for row in table.rows(graph):
            had = properties(table, row[: table.width(evidence)])
            said = dict(zip((one.type for one in table.columns), row, strict=False))
            if table.element == "nodes":
                labels = [table.kind, *([said["LABEL"]] if table.kinds else [])]
                nodes.append(repr((sorted(labels), sorted({"iri": row[0], **had}.items()))))
            else:
                kind = said["TYPE"] if table.kinds else table.kind
                links.append(repr((row[0], kind, row[1], sorted(had.items()))))
    return {"nodes": sorted(nodes), "links": sorted(links)}


def properties(table: Table, row: tuple[Any, ...]) -> dict[str, Any]:
    """The properties of a row that are there."""
    named = zip(table.columns, row, strict=False)
    return {one.name: value for one, value in named if one.is_property and value is not None}


def smaller() -> MemoryTables:
    """The small graph without its last three papers, with another title and year for the first."""
    first = dataclasses.replace(SMALL_PAPERS[0], title="U-Net for image segmentation!", doi="")
    entities = [entity for entity in SMALL_ENTITIES if entity.name != "survival analysis"]
    return graph_of("Cells, smaller", entities, [first, SMALL_PAPERS[1]])


@pytest.mark.parametrize("make", [small_graph, hostile_graph])
def test_a_graph_arrives_whole(server: Server, make: Callable[[], MemoryTables]) -> None:
    """Nodes, relationships and properties are those of the model, whatever the texts hold."""
    graph = make()
    changes = push(graph, server)
    found = held(server)
    assert expected(graph) == found
    assert (len(found["nodes"]), len(found["links"])) == (
        changes.nodes_created,
        changes.relationships_created,
    )


def test_a_built_graph_equals_its_tables(server: Server, example_graph: Graph) -> None:
    """Entities, links and relations in the database are the sets that the tables hold."""
    push(example_graph, server)
    tables = example_graph.database
    assert sorted(tables.execute("SELECT iri, type, name FROM entities").fetchall()) == sorted(
        (iri, *(set(labels) - {"Entity"}), name)
        for iri, labels, name in ask(server, "MATCH (n:Entity) RETURN n.iri, labels(n), n.name")
    )
    links = "SELECT p.iri, upper(role), entity FROM links JOIN papers p ON p.id = paper"
    assert sorted(tables.execute(links).fetchall()) == sorted(
        map(tuple, ask(server, "MATCH (p:Paper)-[r:INTRODUCES|USES|COMPARES|MENTIONS]->(e:Entity)"
                               " RETURN p.iri, type(r), e.iri"))
    )  # fmt: skip
    relations = (
        "SELECT head, upper(replace(relation, '-', '_')), tail, count(DISTINCT paper)"
        " FROM relations GROUP BY ALL"
    )
    assert sorted(tables.execute(relations).fetchall()) == sorted(
        map(tuple, ask(server, "MATCH (a:Entity)-[r]->(b:Entity)"
                               " WHERE r.support > 0 AND type(r) <> 'BROADER'"
                               " RETURN a.iri, type(r), b.iri, r.support"))
    )  # fmt: skip
    assert sorted(tables.execute("FROM broader").fetchall()) == sorted(
        map(tuple, ask(server, "MATCH (a:Entity)-[r:BROADER]->(b:Entity)"
                               " RETURN a.iri, b.iri, r.source, r.confidence, r.support"))
    )  # fmt: skip


def test_hostile_names_arrive_unchanged(server: Server) -> None:
    """Quotes, line breaks, U+001F, backticks, markup, Cypher and four-byte characters stay text."""
    push(hostile_graph(), server)
    names = {name for (name,) in ask(server, "MATCH (n:Entity) RETURN n.name")}
    assert set(NASTY) <= names
    labels = {label for (found,) in ask(server, "MATCH (n) RETURN labels(n)") for label in found}
    assert labels == {"Paper", "Person", "Venue", "Entity", "Dataset", "Modality", "Method", "Task"}


@pytest.mark.parametrize("make", [small_graph, hostile_graph])
def test_the_second_push_changes_nothing(server: Server, make: Callable[[], MemoryTables]) -> None:
    """No node, relationship or property is created, deleted or set."""
    assert push(make(), server)
    assert Changes() == push(make(), server)


def test_a_smaller_graph_takes_the_rest_away(server: Server) -> None:
    """What the graph lost is deleted, what changed is set, an absent property is removed."""
    push(small_graph(), server)
    changes = push(smaller(), server)
    assert expected(smaller()) == held(server)
    assert changes.nodes_created == 0
    assert changes.nodes_deleted > 0
    assert changes.relationships_deleted > 0
    assert Changes() == push(smaller(), server)


@pytest.mark.parametrize(("first", "then"), [("full", "none"), ("none", "full")])
def test_levels_of_evidence(server: Server, first: Evidence, then: Evidence) -> None:
    """Another level adds or removes the properties that it shows, and nothing else."""
    push(small_graph(), server, evidence=first)
    assert expected(small_graph(), first) == held(server)
    changes = push(small_graph(), server, evidence=then)
    assert expected(small_graph(), then) == held(server)
    assert Changes(properties_set=changes.properties_set) == changes


FOREIGN = (
    "CREATE (:Paper {title: 'mine'}), (:Entity:Method {iri: 'urn:mine', name: 'mine'}),"
    " (:Person {name: 'me'})-[:USES]->(:Task {name: 'cooking'}), (:Shelf {iri: 'urn:litkg:paper:p1'})"
)


def test_what_others_made_stays(server: Server) -> None:
    """Foreign nodes, and what others add to nodes of litkg, survive pushes and removals."""
    ask(server, FOREIGN)
    before = held(server)
    push(small_graph(), server)
    ask(server, "MATCH (p:Paper {id: 'p1'}), (s:Shelf) SET p.stars = 5 CREATE (s)-[:HOLDS]->(p)")
    assert Changes() == push(small_graph(), server)
    push(smaller(), server)
    assert [[5, "U-Net for image segmentation!"]] == ask(
        server, "MATCH (:Shelf)-[:HOLDS]->(p) RETURN p.stars, p.title"
    )
    push(graph_of("nothing", [], []), server)
    assert before == held(server)


def test_changes_by_others_are_mended(server: Server) -> None:
    """A push compares values, not digests: what somebody changed is as in the graph again."""
    push(small_graph(), server)
    for change in (
        "MATCH (n:Method {name: 'U-Net'}) SET n.name = 'V-Net', n.aliases = ['V']",
        "MATCH (:Paper {id: 'p1'})-[r:INTRODUCES]->() SET r.confidence = 0.1",
        "MATCH (:Entity)-[r:USED_FOR]->(:Entity) DELETE r",
        "MATCH (p:Paper {id: 'p5'}), (e:Task {name: 'cell counting'}) CREATE (p)-[:USES]->(e)",
        "MATCH (p:Paper {id: 'p1'})-[:USES]->(e:Dataset) CREATE (p)-[:USES]->(e)",
        "MATCH (n:Person {name: 'Ada Lind'}) DETACH DELETE n",
    ):
        ask(server, change)
    assert push(small_graph(), server)
    assert expected(small_graph()) == held(server)


def test_an_entity_of_another_type_is_another_node(server: Server) -> None:
    """An IRI that names a Task now does not stay a Method."""
    iri = "http://example.org/x"
    one, other = (
        graph_of("x", [dataclasses.replace(SMALL_ENTITIES[n], iri=iri, broader="")], [])
        for n in (2, 5)
    )
    push(one, server)
    push(other, server)
    assert [[iri, "cell counting", ["Entity", "Task"]]] == [
        [found, name, sorted(labels)]
        for found, name, labels in ask(server, "MATCH (n) RETURN n.iri, n.name, labels(n)")
    ]


def test_constraints_come_first(server: Server) -> None:
    """Each constraint and index is there once, also after a second push."""
    for _ in range(2):
        push(graph_of("nothing", [], []), server)
    found = ask(server, "SHOW CONSTRAINTS YIELD name RETURN name")
    assert sum("CONSTRAINT" in one for one in SCHEMA) == len(found)


def test_small_batches_make_the_same(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sizes of transactions and pages say nothing about the result."""
    for name, size in (("NODES", 2), ("RELATIONSHIPS", 3), ("PAGE", 2)):
        monkeypatch.setattr(neo4j_push, name, size)
    push(hostile_graph(), server)
    push(small_graph(), server)
    assert expected(small_graph()) == held(server)


@OWN
@pytest.mark.parametrize("step", ["papers", "links"])
def test_a_killed_server_can_be_pushed_to_again(
    server: Server, stand_in: BoltServer, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that dies ends the push with a clear error; the next one completes it."""
    monkeypatch.setattr(neo4j_push, "NODES", 2)

    def kill(table: str, done: int, _total: int) -> None:
        if table == step and done == 2:
            stand_in.kill()

    with pytest.raises(ServerError, match="the connection broke and did not come back; what was"):
        push(small_graph(), server, patience=0.5, report=kill)
    stand_in.start()
    there = held(server)
    changes = push(small_graph(), server)
    assert expected(small_graph()) == held(server)
    assert there["nodes"]
    assert changes.nodes_created == len(held(server)["nodes"]) - len(there["nodes"])


@OWN
def test_a_restarted_server_is_waited_for(
    server: Server, stand_in: BoltServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A push goes on by itself where the server comes back in time."""
    monkeypatch.setattr(neo4j_push, "NODES", 2)

    def restart(table: str, done: int, _total: int) -> None:
        if table == "links" and done == 2:
            stand_in.kill()
            stand_in.start()

    push(small_graph(), server, report=restart)
    assert expected(small_graph()) == held(server)


def test_progress_names_every_table(server: Server) -> None:
    """Each step ends with all of its nodes done."""
    seen: dict[str, tuple[int, int]] = {}

    def note(table: str, done: int, total: int) -> None:
        seen[table] = (done, total)

    push(small_graph(), server, report=note)
    assert [table.name for table in TABLES] == list(seen)
    assert (5, 5) == seen["papers"] == seen["links"]
    assert (11, 11) == seen["entities"] == seen["relations"]


def test_a_wrong_password(server: Server) -> None:
    """The error says what to check and holds neither password nor user."""
    wrong = dataclasses.replace(server, username="somebody", password="0pen-sesame")
    with pytest.raises(ServerError) as caught:
        push(small_graph(), wrong)
    assert (
        f"{server.name}: the server refuses user or password; check NEO4J_USERNAME and NEO4J_PASSWORD"
        == str(caught.value)
    )
    assert "0pen-sesame" not in repr(wrong)


def test_a_closed_port() -> None:
    """The error names the address at once."""
    uri = f"bolt://127.0.0.1:{free_port()}"
    with pytest.raises(ServerError, match=f"{uri}: no server answers there"):
        push(small_graph(), Server(uri, "neo4j", "secret"))


def test_a_missing_database(server: Server) -> None:
    """The error names the database."""
    with pytest.raises(ServerError, match='there is no database "nowhere"; SHOW DATABASES'):
        push(small_graph(), dataclasses.replace(server, database="nowhere"))


def test_a_foreign_node_with_an_iri_of_the_graph(server: Server) -> None:
    """It is neither taken over nor doubled: the push stops and says why."""
    push(graph_of("nothing", [], []), server)
    ask(server, "CREATE (:Paper {iri: 'urn:litkg:paper:p1', title: 'mine'})")
    with pytest.raises(ServerError, match="nodes that litkg did not make hold an IRI"):
        push(small_graph(), server)
    assert [["mine"]] == ask(server, "MATCH (p:Paper) WHERE p.madeBy IS NULL RETURN p.title")


def test_a_graph_with_loose_ends_is_refused(server: Server) -> None:
    """A relationship to an entity that the graph lacks is no silent loss."""
    graph = small_graph()
    row = {"narrower": "urn:litkg:method:unet", "broader": "urn:gone"}
    broken = replaced(graph, "broader", [rows_of(graph, "broader")[0] | row])
    with pytest.raises(GraphError, match="broader: an end of a relationship is not in the graph"):
        push(broken, server)


@pytest.mark.parametrize(
    "uri",
    [
        "bolt://neo4j:pa55@localhost:7687", "neo4j+s://neo4j:pa/55@localhost", "bolt:neo4j:pa55@h",
        "http://neo4j:pa55@localhost", "bolt://neo4j:pa55", "bolt://@localhost",
    ],
)  # fmt: skip
def test_credentials_in_an_address_are_refused(uri: str) -> None:
    """They stand in no message, and the message says where they belong."""
    with pytest.raises(InputError) as caught:
        Server(uri, "neo4j", "x")
    assert "55" not in str(caught.value)
    assert "NEO4J_PASSWORD" in str(caught.value) or "write bolt://HOST:PORT" in str(caught.value)


@pytest.mark.parametrize(
    "uri", ["", "localhost:7687", "http://h", "bolt://", "bolt://h:x", "bolt://["]
)
def test_what_is_no_address(uri: str) -> None:
    """The message shows the form of an address."""
    with pytest.raises(InputError, match="write bolt://HOST:PORT"):
        Server(uri, "neo4j", "x")


# The command


def command(*arguments: object, **environment: str | None) -> Result:
    return CliRunner().invoke(main, ["push", *map(str, arguments)], env=environment)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return folder_of(small_graph(), tmp_path / "map")


def arguments(server: Server) -> list[str]:
    return [server.uri, *(["--database", server.database] if server.database else [])]


def test_push_from_the_command_line(server: Server, folder: Path) -> None:
    """Changes go to standard output, progress to standard error, credentials nowhere."""
    given = {"NEO4J_USERNAME": server.username, "NEO4J_PASSWORD": server.password}
    first = command(folder, *arguments(server), **given)
    assert first.exit_code == 0, first.output
    assert "nodes: 22 created, 0 deleted; relationships: 68 created" in first.stdout
    assert "links: 5 of 5\n" in first.stderr
    assert server.password not in first.output
    again = command(folder, *arguments(server), **given)
    assert "nothing to change\n" == again.stdout
    assert "" == command(folder, *arguments(server), "-q", **given).output


def test_credentials_are_asked_for_at_a_terminal(server: Server, folder: Path) -> None:
    """The password is not shown while it is typed."""
    controller, terminal = pty.openpty()
    environment = {key: value for key, value in os.environ.items() if not key.startswith("NEO4J_")}
    with subprocess.Popen(
        [sys.executable, "-c", _IN_TERMINAL, "push", folder, *arguments(server)],
        stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True, env=environment,
    ) as process:  # fmt: skip
        os.close(terminal)
        shown = b""
        for prompt, answer in ((b"User", server.username), (b"Password", server.password)):
            while prompt not in shown:
                shown += os.read(controller, 1000)
            os.write(controller, f"{answer}\n".encode())
        with suppress(OSError):  # what Linux says where nobody is at the other end any more
            while piece := os.read(controller, 1000):
                shown += piece
    os.close(controller)
    assert process.returncode == 0, shown.decode()
    assert b"22 created" in shown
    assert server.password.encode() not in shown


_IN_TERMINAL = """
import fcntl, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from kg.cli.main import main
main()
"""


def test_only_repeats_are_said_of_what_the_driver_logs(capsys: pytest.CaptureFixture[str]) -> None:
    """A repeated transaction is one plain line; the driver's own words stay out."""
    with _repeats_shown(quiet=False):
        logging.getLogger("neo4j.session").warning("Transaction failed and will be retried")
        logging.getLogger("neo4j.notifications").warning("text of a paper")
    with _repeats_shown(quiet=True):
        logging.getLogger("neo4j.session").warning("Transaction failed and will be retried")
    assert "the connection broke; trying again\n" == capsys.readouterr().err


def test_without_terminal_and_password(folder: Path) -> None:
    """The error names the variables."""
    result = command(folder, "bolt://127.0.0.1:1", NEO4J_PASSWORD=None)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: NEO4J_PASSWORD: is not set")


def test_a_bad_address_is_refused_before_anything_is_asked(folder: Path) -> None:
    """No password is asked for an address that cannot be used."""
    result = command(folder, "bolt://neo4j:pa55@localhost", NEO4J_PASSWORD=None)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: bolt://localhost: user and password do not belong")
    assert "pa55" not in result.output


@pytest.mark.parametrize("evidence", EVIDENCE_LEVELS)
def test_the_command_takes_levels_of_evidence(
    server: Server, folder: Path, evidence: Evidence
) -> None:
    """``--evidence`` is that of the other formats."""
    given = {"NEO4J_USERNAME": server.username, "NEO4J_PASSWORD": server.password}
    result = command(folder, *arguments(server), "--evidence", evidence, **given)
    assert result.exit_code == 0, result.output
    assert expected(small_graph(), evidence) == held(server)
