"""A real ``kg serve`` on loopback, and a client of few lines."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
_KG = "from kg.cli.main import main; main()"


@dataclass
class Answer:
    """What came back over HTTP."""

    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def media_type(self) -> str:
        return self.headers.get_content_type()


@dataclass
class Server:
    """A running server: ``url`` of its endpoint, and what it logged once it has ended."""

    home: str
    process: subprocess.Popen[str]
    log: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{self.home}sparql"

    @property
    def port(self) -> int:
        return int(self.home.rstrip("/").rpartition(":")[2])

    def send(
        self,
        path: str = "sparql",
        *,
        data: bytes | None = None,
        method: str | None = None,
        **headers: str,
    ) -> Answer:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        request = Request(self.home + path, data=data, method=method, headers=names)
        try:
            with urlopen(request, timeout=120) as reply:
                return Answer(reply.status, reply.headers, reply.read())
        except HTTPError as error:
            return Answer(error.code, error.headers, error.read())

    def ask(self, query: str, accept: str = "*/*", **headers: str) -> Answer:
        return self.send(f"sparql?{urlencode({'query': query})}", Accept=accept, **headers)

    def children(self) -> set[int]:
        path = Path(f"/proc/{self.process.pid}/task")
        return {
            int(child)
            for task in path.iterdir()
            for child in (task / "children").read_text().split()
        }

    def stop(self) -> int:
        """Ctrl-C; gives the status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        assert self.process.stderr
        if not self.process.stderr.closed:
            self.log += self.process.communicate(timeout=60)[1].splitlines()
        return self.process.returncode


@contextmanager
def served(graph: Path, *options: str) -> Iterator[Server]:
    """Serve a graph folder at a free port until the end of the block."""
    process = subprocess.Popen(
        [sys.executable, "-c", _KG, "serve", str(graph), "--port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr
    lines: list[str] = []
    for line in process.stderr:
        lines.append(line)
        if found := re.search(r"(http://\S+/)sparql", line):
            break
    else:
        raise AssertionError("".join(lines))
    server = Server(found[1], process, lines)
    try:
        yield server
    finally:
        server.stop()
        assert process.stdout
        process.stdout.close()
