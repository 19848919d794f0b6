"""A Bolt server for tests: ArcadeDB's, from its Python package, as a process of its own.

It stands in for Neo4j: the official driver speaks to it, and it knows the Cypher that litkg sends.
Where ``NEO4J_URI`` names a real Neo4j (with ``NEO4J_USERNAME`` and ``NEO4J_PASSWORD``), tests use
that one instead; its database must be empty, since tests delete all that is in it.
"""

from __future__ import annotations

import importlib.util
import os
import socket
import subprocess
import time
from pathlib import Path

import pytest
from neo4j import GraphDatabase
from neo4j.exceptions import DriverError, Neo4jError

from exports.neo4j_server import Server

PASSWORD = "only-for-tests"


def java() -> Path:
    """The Java that the package brings; the path of no file where the package is absent."""
    found = importlib.util.find_spec("arcadedb_embedded")
    home = Path(found.origin).parent if found and found.origin else Path("arcadedb_embedded")
    return home / "jre" / "bin" / "java"


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class BoltServer:
    """ArcadeDB on a port of the loopback, its databases in a folder that outlives the process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self._http = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.server = Server(f"bolt://127.0.0.1:{self._port}", "root", PASSWORD, "kg")

    def start(self) -> None:
        """Start the process and wait until it answers."""
        settings = {
            "server.rootPath": self._folder,
            "server.rootPassword": PASSWORD,
            "server.defaultDatabases": "kg[root]",
            "server.plugins": "Bolt:com.arcadedb.bolt.BoltProtocolPlugin",
            "server.httpIncomingHost": "127.0.0.1",
            "server.httpIncomingPort": self._http,
            "bolt.host": "127.0.0.1",
            "bolt.port": self._port,
        }
        jars = java().parents[2] / "jars" / "*"
        with (self._folder / "log.txt").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    java(), "-Xmx512m", "--add-modules", "jdk.incubator.vector",
                    *(f"-Darcadedb.{key}={value}" for key, value in settings.items()),
                    "-cp", jars, "com.arcadedb.server.ArcadeDBServer",
                ],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self._folder,
            )  # fmt: skip
        for _ in range(600):
            if self._process.poll() is not None:
                break
            try:
                ask(self.server, "RETURN 1")
            except (DriverError, Neo4jError):  # not listening yet, or its database not made yet
                time.sleep(0.1)
            else:
                return
        pytest.fail((self._folder / "log.txt").read_text(errors="replace")[-2000:])

    def kill(self) -> None:
        """End the process at once, as a crash does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def given_server() -> Server | None:
    """The server that the environment names, if it names one."""
    uri = os.environ.get("NEO4J_URI")
    if not uri:
        return None
    return Server(
        uri,
        os.environ.get("NEO4J_USERNAME", "neo4j"),
        os.environ["NEO4J_PASSWORD"],
        os.environ.get("NEO4J_DATABASE"),
    )


def ask(server: Server, query: str, **parameters: object) -> list[list[object]]:
    """Rows that a query gives."""
    with (
        GraphDatabase.driver(server.uri, auth=(server.username, server.password)) as driver,
        driver.session(database=server.database) as session,
    ):
        return session.run(query, parameters).values()
