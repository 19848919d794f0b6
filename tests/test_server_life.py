"""How ``kg serve`` lives: limits, a graph that changes, who may reach it, its log and its end."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from click.testing import CliRunner
from graphs import folder_of, hostile_graph, small_graph
from served import SLOW, served

from kg.cli.main import main
from kg.graph import MANIFEST, open_graph
from kg.query_store import LOCK, STORE
from kg.server.processes import BusyError, QueryProcesses
from kg.server.run import serve
from kg.server.served_graph import ServedGraph, StaleError
from kg.sparql import open_store
from ontology.errors import GraphError, InputError, MissingDependencyError

COUNT = "SELECT (COUNT(*) AS ?n) { ?p a litkg:Paper }"


def stores(folder: Path) -> list[Path]:
    return [path for path in folder.glob(f"{STORE}/*") if path.suffix != LOCK]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return folder_of(small_graph(), tmp_path / "map")


def test_a_slow_query_is_ended(small: Path) -> None:
    """Past its time a query is killed, the answer says what to do, and the server goes on."""
    with served(small, "--timeout", "1", "--at-a-time", "1") as server:
        for _ in range(2):
            answer = server.ask(SLOW)
            assert 504 == answer.status
            assert answer.text.startswith("query: no answer in 1 seconds; bind a variable")
            assert 200 == server.ask(COUNT).status


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not bound memory")
def test_a_query_that_needs_too_much_memory_is_ended(small: Path) -> None:
    """It takes neither the server nor the machine with it."""
    sort = "SELECT ?a ?d ?g { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?d ?i LIMIT 1"
    with served(small, "--memory", "1GB", "--timeout", "600") as server:
        answer = server.ask(sort)
        assert 500 == answer.status
        assert answer.text.startswith("query: it needs more memory than it may have; ")
        assert 200 == server.ask(COUNT).status


def test_a_client_that_goes_away_frees_its_place(small: Path) -> None:
    """A query whose client has hung up is ended: the only process answers the next one."""
    with served(small, "--timeout", "600", "--at-a-time", "1") as server:
        with socket.create_connection(("127.0.0.1", server.port)) as client:
            client.sendall(
                f"GET /sparql?query={quote(SLOW)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
            )
            while not server.children():
                pass
        assert 200 == server.ask(COUNT).status
        assert 0 == server.stop()
    assert [line for line in server.log if " 499 " in line]


def test_too_many_queries_are_turned_away(small: Path) -> None:
    """Where no process comes free in time, the client is told to come back."""

    async def run() -> None:
        processes = QueryProcesses(1, 2 << 30)
        request = {
            "store": str(open_store(open_graph(small))),
            "query": SLOW,
            "prefixes": {},
            "limit": 1,
        }
        slow = asyncio.create_task(processes.ask(request, wait=1, seconds=600))
        await asyncio.sleep(0)
        with pytest.raises(BusyError, match="all processes were busy for"):
            await processes.ask(request, wait=0.1, seconds=1)
        slow.cancel()
        with pytest.raises(asyncio.CancelledError):
            await slow
        head, _ = await processes.ask(request | {"query": "ASK {}"}, wait=60, seconds=60)
        assert "ask" == head["kind"]
        await processes.close()

    asyncio.run(run())


def test_a_graph_built_anew_is_used(small: Path) -> None:
    """The query after a build answers from the new graph, also where it equals the old one."""
    with served(small) as server:
        assert "n\r\n5\r\n" == server.ask(COUNT, "text/csv").text
        folder_of(hostile_graph(), small)
        assert "n\r\n13\r\n" == server.ask(COUNT, "text/csv").text
        folder_of(hostile_graph(), small)
        assert "n\r\n13\r\n" == server.ask(COUNT, "text/csv").text
        assert 1 == len(stores(small))


def test_a_store_that_is_deleted_is_made_again(small: Path) -> None:
    """The store is safe to delete while the server runs."""
    with served(small, "--at-a-time", "1", "--timeout", "5") as server:
        assert 200 == server.ask(COUNT).status
        shutil.rmtree(small / STORE)
        assert 504 == server.ask(SLOW).status  # ends the process that had it open
        assert "n\r\n5\r\n" == server.ask(COUNT, "text/csv").text


def test_a_graph_that_is_gone_is_named(small: Path) -> None:
    """Without a graph the answer is 503 with the reason, and the server takes up the next one."""
    with served(small, "--timeout", "5") as server:
        shutil.rmtree(small)
        answer = server.ask(COUNT)
        assert (503, "5") == (answer.status, answer.headers["Retry-After"])
        assert "no such folder; make a graph with: kg build" in answer.text
        folder_of(small_graph(), small)
        assert 200 == server.ask(COUNT).status


def test_an_index_that_takes_long_is_waited_for_only_so_long(small: Path) -> None:
    """A client hears that the index is being made; the making goes on, or ends with the server."""

    async def run() -> None:
        graph = ServedGraph(small)
        with pytest.raises(
            StaleError, match=r"^map: the index of the graph is being made .* again"
        ):
            await graph.store(wait=0)
        store, version = await graph.store(wait=60)
        assert (1, True) == (version, store.is_dir())
        assert (store, 1) == await graph.store(wait=0)
        stopped = ServedGraph(small)
        shutil.rmtree(small / STORE)
        asked = asyncio.create_task(stopped.store(wait=60))
        await asyncio.sleep(0)
        await stopped.close()
        with pytest.raises(asyncio.CancelledError):
            await asked
        assert [] == stores(small)
        (small / MANIFEST).unlink()
        with pytest.raises(GraphError, match="holds no graph"):
            await ServedGraph(small).store(wait=60)

    asyncio.run(run())


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.", "a b", ""]
)
def test_other_names_of_this_machine_are_refused(small: Path, host: str) -> None:
    """A web site that points its own name at loopback gets nothing (DNS rebinding)."""
    with served(small) as server:
        answer = server.ask(COUNT, Host=host)
        assert 400 == answer.status
        for name in ("localhost", f"LOCALHOST:{server.port}", "127.0.0.1", "[::1]:80"):
            assert 200 == server.ask(COUNT, Host=name).status


def test_other_sites_read_answers_only_where_allowed(small: Path) -> None:
    """No CORS header without ``--cors``; with it, for that site alone."""
    ours, theirs = "https://example.org", "https://evil.example"
    with served(small) as server:
        assert server.ask(COUNT, Origin=ours).headers["Access-Control-Allow-Origin"] is None
    with served(small, "--cors", ours) as server:
        assert ours == server.ask(COUNT, Origin=ours).headers["Access-Control-Allow-Origin"]
        assert server.ask(COUNT, Origin=theirs).headers["Access-Control-Allow-Origin"] is None
        asked = {"method": "OPTIONS", "Access_Control_Request_Method": "POST",
                 "Access_Control_Request_Headers": "content-type"}  # fmt: skip
        assert 200 == server.send(Origin=ours, **asked).status
        assert 400 == server.send(Origin=theirs, **asked).status


def test_a_log_line_is_one_line(small: Path) -> None:
    """Each request is one line, in which nothing that a client sent steers a terminal."""
    with served(small) as server:
        server.ask("ASK {}\n2026-01-01 127.0.0.1 GET '/forged' 200 \x1b[31m\u202e\u2028")
        server.send(quote("a\nb\x1b[2J"))
        server.ask("ASK { # " + "x" * 10_000 + "\n}")
        server.stop()
    *lines, last = (
        line for line in server.log if "Ctrl-C to stop" not in line and "index" not in line
    )
    assert "stopped" == last
    assert 3 == len(lines)
    assert all(
        re.match(r"\d{4}-\d\d-\d\d [\d:]{8} 127\.0\.0\.1 GET '/\S*' \d{3} \d+ bytes ", line)
        for line in lines
    )
    assert not [line for line in lines if not line.isprintable() or len(line) > 600]
    assert r"\n2026-01-01" in lines[0]


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_the_end_leaves_nothing_behind(small: Path, sign: signal.Signals) -> None:
    """Ctrl-C ends the server with status 0, its processes with it, whatever they are at."""
    with served(small, "--timeout", "600") as server:
        with socket.create_connection(("127.0.0.1", server.port)) as client:
            client.sendall(
                f"GET /sparql?query={quote(SLOW)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
            )
            while not (children := server.children()):
                pass
            server.process.send_signal(sign)
            server.process.wait(timeout=60)
        status = server.stop()
    assert (0 if sign is signal.SIGINT else -sign) == status
    assert "Traceback" not in "\n".join(server.log)
    assert not [child for child in children if Path(f"/proc/{child}/cwd").exists()]


def test_quiet(small: Path) -> None:
    """``-q`` logs no requests."""
    with served(small, "-q") as server:
        server.ask(COUNT)
        server.stop()
    assert not [line for line in server.log if "GET" in line]


def test_what_cannot_be_served_is_one_error_line(small: Path) -> None:
    """A taken port, an absent graph and a strange origin end with a reason."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for options, message in (
            (
                (str(small), "--port", port),
                f"127.0.0.1:{port}: cannot be listened on; Address already in use",
            ),
            (
                (str(small), "--host", "no.such.host.invalid"),
                "no.such.host.invalid:8000: cannot be listened on",
            ),
            (("nowhere",), "nowhere: no such folder; make a graph with"),
            (
                (str(small), "--cors", "null"),
                "'null': is no origin; write it as https://example.org",
            ),
        ):
            result = CliRunner().invoke(main, ["serve", *options])
            assert 1 == result.exit_code
            assert result.stderr.splitlines()[-1].startswith(f"Error: {message}")


@pytest.mark.parametrize("name", ["uvicorn", "starlette"])
def test_a_missing_extra_is_named(small: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Without the extra the error is the line that installs it."""
    for module in [module for module in sys.modules if module.startswith("kg.server.app")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, f"{name}.applications", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'litkg\[serve\]'"):
        serve(small)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a terminal of Unix")
@pytest.mark.parametrize(("options", "opens"), [((), True), (("--no-browser",), False)])
def test_browser_opens_at_a_terminal(
    small: Path, tmp_path: Path, options: tuple[str, ...], opens: bool
) -> None:
    """At a terminal the map opens in the browser, unless told otherwise; elsewhere never."""
    import pty

    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/opened\n')
    browser.chmod(0o755)
    main_end, terminal = pty.openpty()
    command = [sys.executable, "-c", "from kg.cli.main import main; main()", "serve", str(small)]
    with subprocess.Popen(
        [*command, "--port", "0", *options],
        stdin=terminal,
        stdout=subprocess.DEVNULL,
        stderr=terminal,
        env={**os.environ, "BROWSER": f"{browser} %s", "COLUMNS": "300"},
    ) as process:
        os.close(terminal)
        said = b""
        while b"Ctrl-C" not in said:
            said += os.read(main_end, 1000)
        address = re.findall(rb"http://[\d.:]+/", said)[0].decode()
        for _ in range(100 if opens else 5):
            if (tmp_path / "opened").exists():
                break
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
    os.close(main_end)
    assert opens == (tmp_path / "opened").exists()
    if opens:
        assert f"{address}\n" == (tmp_path / "opened").read_text()


def test_cypher_without_its_extra_names_the_line(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without kglite a Cypher question is answered by the line that installs it; SPARQL goes on."""
    (tmp_path / "kglite.py").write_text("raise ImportError")
    places = [str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(places))
    with served(small) as server:
        asked = [
            server.send(
                "api/ask",
                data=json.dumps({"language": language, "query": query}).encode(),
                Content_Type="application/json",
            )
            for language, query in (("cypher", "RETURN 1 AS n"), ("sparql", "ASK {}"))
        ]
    assert [501, 200] == [answer.status for answer in asked]
    assert 'pip install "kglite' in json.loads(asked[0].body)["error"]


@pytest.mark.parametrize("size", ["lots", "4", "500MB"])
def test_a_size_of_memory_that_is_none_or_too_small_stops_the_server(
    small: Path, size: str
) -> None:
    """The same words as for a build, and no less than a store needs."""
    with pytest.raises(InputError, match=f"memory: '?{size}"):
        serve(small, port=0, memory=size)
