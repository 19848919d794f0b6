"""The web application: routes, limits, and how errors are told over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from kg.server import page
from kg.server.ask_routes import AskEndpoint
from kg.server.description import describe
from kg.server.envelope import Envelope, note
from kg.server.explorer import UnknownError
from kg.server.explorer_routes import ExplorerEndpoint, json_response
from kg.server.explorer_store import MAX_NODES
from kg.server.limits import TRUNCATED, Limits
from kg.server.negotiation import GRAPHS, RESULTS, preferred
from kg.server.processes import BusyError, CrashError, QueryProcesses
from kg.server.protocol import read_query
from kg.server.served_graph import INDEX_SECONDS, ServedGraph, StaleError
from kg.sparql import check, explained, out_of_time
from kg.sparql_worker import NOT_ACCEPTABLE
from ontology.errors import KgError, MissingDependencyError, QueryError
from ontology.identifiers import PREFIXES

T = TypeVar("T")


def create_app(
    graph_folder: Path,
    *,
    limits: Limits | None = None,
    hosts: Sequence[str] = ("*",),
    origins: Sequence[str] = (),
    max_nodes: int = MAX_NODES,
) -> Starlette:
    """Make the ASGI application that serves a graph folder.

    ``hosts`` are the names it answers to in the Host header, ``origins`` the web sites whose scripts
    may read the answers (CORS). ``max_nodes`` bounds the entities that the map shows at first.
    """
    graph, limits = ServedGraph(graph_folder, max_nodes=max_nodes), limits or Limits()
    endpoint = _Endpoint(graph, limits)
    middleware = [
        Middleware(Envelope),
        Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False),
    ]
    if origins:
        middleware.append(
            Middleware(
                CORSMiddleware,
                allow_origins=list(origins),
                allow_methods=["GET", "HEAD", "POST"],
                allow_headers=["Content-Type"],
                expose_headers=[TRUNCATED],
            )
        )
    return Starlette(
        routes=[
            *ExplorerEndpoint(graph).routes,
            *AskEndpoint(graph_folder, graph, limits, endpoint.answer, _while_connected).routes,
            Route("/sparql", endpoint.sparql, methods=["GET", "POST"]),
        ],
        middleware=middleware,
        exception_handlers={HTTPException: _http_error, KgError: _kg_error},
        lifespan=endpoint.lifespan,
    )


class _Endpoint:
    def __init__(self, graph: ServedGraph, limits: Limits) -> None:
        self._graph = graph
        self._limits = limits

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        self._processes = QueryProcesses(self._limits.at_a_time, self._limits.memory)
        self._graph.prepare()
        try:
            yield
        finally:
            await self._graph.close()
            await self._processes.close()

    async def sparql(self, request: Request) -> Response:
        query = await read_query(request)
        if query is None:
            return await self._description(request)
        note(request.scope, "query", query)
        await asyncio.to_thread(check, query)
        accept = request.headers.get("accept", "")
        wanted = {"results": preferred(accept, RESULTS), "graph": preferred(accept, GRAPHS)}
        if not any(wanted.values()):
            raise _not_acceptable(RESULTS + GRAPHS)
        head, body = await _while_connected(request, self.answer(query, wanted))
        if "error" in head:
            if head["error"] == NOT_ACCEPTABLE:
                raise _not_acceptable(GRAPHS if head["message"] == "graph" else RESULTS)
            raise explained(head["message"], query)
        headers = {"Vary": "Accept"}
        if head["truncated"]:
            headers[TRUNCATED] = str(self._limits.rows)
        if wanted[head["kind"]] == "text/html":
            text = page.answer(
                self._graph.name, query, head["media_type"], body, truncated=head["truncated"]
            )
            return HTMLResponse(text, headers=headers)
        return Response(body, media_type=head["media_type"], headers=headers)

    async def answer(
        self, query: str, wanted: dict[str, str | None]
    ) -> tuple[dict[str, Any], bytes]:
        """Have a process answer, in the media types wanted for results and graphs."""
        pages = {"results": RESULTS[0], "graph": GRAPHS[0]}
        media_types = {k: pages[k] if v == "text/html" else v for k, v in wanted.items()}
        request = {
            "query": query,
            "prefixes": PREFIXES,
            "limit": self._limits.rows,
            "media_types": media_types,
        }
        for again in (True, False):
            store, version = await self._graph.store(wait=INDEX_SECONDS)
            request |= {"store": str(store), "version": version}
            try:
                head, body = await self._processes.ask(
                    request, wait=self._limits.timeout, seconds=self._limits.timeout
                )
            except TimeoutError:
                raise HTTPException(504, str(out_of_time(self._limits.timeout))) from None
            if head.get("error") != "OSError":
                return head, body
            self._graph.forget()  # The store may have gone with the graph that it was made of.
            if not again:
                raise HTTPException(503, f"server: the index cannot be read; {head['message']}")
        raise AssertionError

    async def _description(self, request: Request) -> Response:
        media_type = preferred(request.headers.get("accept", ""), GRAPHS)
        if media_type is None:
            raise _not_acceptable(GRAPHS)
        await self._graph.store(wait=INDEX_SECONDS)
        address = str(request.url_for("sparql"))
        if media_type == "text/html":
            text = page.home(address, self._graph.name, self._limits.sentence())
            return HTMLResponse(text, headers={"Vary": "Accept"})
        body = describe(address, self._graph.name, self._limits.sentence(), media_type)
        return Response(body, media_type=media_type, headers={"Vary": "Accept"})


async def _while_connected(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """Do the work; it is cancelled where the client goes away or the server stops meanwhile."""
    task = asyncio.create_task(work)
    gone = asyncio.create_task(_disconnected(request))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise HTTPException(499, "request: the client went away")
        return task.result()
    except asyncio.CancelledError:
        raise HTTPException(503, "server: it stops; ask again later") from None
    finally:
        # Not waited for: a server that stops cancels a second time, before the answer is sent.
        task.cancel()
        gone.cancel()


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _not_acceptable(offered: Sequence[str]) -> HTTPException:
    return HTTPException(
        406, f"request: none of the media types in Accept is on offer: {', '.join(offered)}"
    )


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    reason = error.detail
    if error.status_code == 404:
        reason = (
            f"request: {request.url.path!r} is not here; the map is at /, the endpoint at /sparql"
        )
    elif error.status_code == 405:
        reason = f"request: {request.method} is refused; queries are asked by GET or POST"
    return _told(request, error.status_code, reason, dict(error.headers or {}))


async def _kg_error(request: Request, error: Exception) -> Response:
    if isinstance(error, MissingDependencyError):
        return _told(request, 501, str(error), {})
    if isinstance(error, BusyError | StaleError) or not isinstance(error, QueryError):
        return _told(request, 503, str(error), {"Retry-After": "5"})
    if isinstance(error, UnknownError):
        return _told(request, 404, str(error), {})
    return _told(request, 500 if isinstance(error, CrashError) else 400, str(error), {})


def _told(request: Request, status: int, reason: str, headers: dict[str, str]) -> Response:
    note(request.scope, "error", reason)
    if request.url.path.startswith("/api/"):
        return json_response({"error": reason}, status, headers)
    return PlainTextResponse(reason + "\n", status, headers)
