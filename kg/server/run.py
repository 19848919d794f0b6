"""Running the server: the socket it listens on, its log, and a quiet end."""

from __future__ import annotations

import ipaddress
import logging
import re
import socket
from collections.abc import Callable, Sequence
from pathlib import Path

from kg.graph import open_graph
from kg.memory_size import MEMORY, memory_bytes
from kg.query_store import Progress
from kg.server.explorer_store import MAX_NODES, open_overview, open_tables
from kg.server.limits import Limits
from ontology.errors import InputError, MissingDependencyError

_GRACE_SECONDS = 3
"""How long running queries may go on after the server was told to stop."""
_MOST_CONNECTIONS = 200
LEAST_MEMORY = 10**9
"""Bytes without which a store cannot be opened and asked."""
_ORIGIN = re.compile(r"\*|https?://[A-Za-z0-9.\-\[\]:]+")


def serve(
    graph_folder: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    timeout: float = 60,
    limit: int = 10_000,
    memory: str = MEMORY,
    at_a_time: int = 4,
    origins: Sequence[str] = (),
    max_nodes: int = MAX_NODES,
    progress: Progress | None = None,
    started: Callable[[str], None] | None = None,
) -> None:
    """Serve a graph folder over HTTP until the process is interrupted.

    ``timeout`` is in seconds, ``limit`` in rows or triples, ``memory`` a size such as 2GB,
    1GB at least, each for one query;
    ``at_a_time`` is the number of queries that run at once. Port 0 is any free one. ``origins`` are
    the web sites whose scripts may read the answers, ``max_nodes`` bounds the entities that the map
    shows at first. The map is served at once, the endpoint as soon
    as its index is made, which takes minutes the first time that a large graph is served.
    ``started`` is called with the address. On loopback, only requests that name the host itself are
    answered, so that no web site reaches the server under a name of its own (DNS rebinding). Raises
    ``KgError``.
    """
    try:
        import uvicorn  # noqa: PLC0415  an extra

        from kg.server.app import create_app  # noqa: PLC0415  Starlette is an extra
    except ImportError as error:
        raise MissingDependencyError(
            f"kg serve: {error.name} is not installed; pip install 'litkg[serve]'"
        ) from error
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise InputError(f"{origin!r}: is no origin; write it as https://example.org, or *")
    if (allowed := memory_bytes(memory)) < LEAST_MEMORY:
        raise InputError(f"memory: {memory} is too little for a query; 1GB is the least")
    graph = open_graph(graph_folder)
    open_tables(graph, progress=progress)
    open_overview(graph, max_nodes=max_nodes)
    with _listen(host, port) as listener:
        local = _is_loopback(listener.getsockname()[0])
        app = create_app(
            graph_folder,
            limits=Limits(timeout, limit, allowed, at_a_time),
            hosts=["localhost", "127.0.0.1", "[::1]", _bracketed(host)] if local else ["*"],
            origins=origins,
            max_nodes=max_nodes,
        )
        config = uvicorn.Config(
            app,
            http="h11",
            ws="none",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            limit_concurrency=_MOST_CONNECTIONS,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
        logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
        if started:
            started(f"http://{_bracketed(host)}:{listener.getsockname()[1]}/")
        try:
            uvicorn.Server(config).run(sockets=[listener])
        except KeyboardInterrupt:
            return


def _is_loopback(address: str) -> bool:
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family, backlog=_MOST_CONNECTIONS)
    except OSError as error:
        raise InputError(
            f"{host}:{port}: cannot be listened on; {error.strerror or error}; choose another"
            " address with --host and --port"
        ) from error


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
