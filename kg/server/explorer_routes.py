"""The explorer over HTTP: its page, its script and style, and what it asks for as JSON.

``docs/serve.md`` describes the addresses under ``/api``. All only read, and every value of a request
is bound: none becomes part of a query.
"""

from __future__ import annotations

import asyncio
import gzip
import html
import json
import secrets
from collections.abc import Callable
from string import Template
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from exports.html import asset
from kg.server.explorer import (
    MOST_DRAWN,
    MOST_HITS,
    MOST_NEIGHBOURS,
    MOST_PAPERS,
    MOST_SENTENCES,
    Explorer,
    Row,
)
from kg.server.explorer_store import SCRIPT
from kg.server.served_graph import INDEX_SECONDS, ServedGraph

LONGEST_TEXT = 2_000
"""Characters of a value in a request."""
GRAPH = "Litkg-Graph"
"""Header of the overview: the digest of its graph, which is ``graph`` in all other answers."""
_ASSETS = {SCRIPT: "text/javascript", "explorer.css": "text/css", "served.css": "text/css"}
_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self';"
    " img-src data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class ExplorerEndpoint:
    """What ``/`` and ``/api`` answer."""

    def __init__(self, graph: ServedGraph) -> None:
        self._graph = graph
        self.routes = [
            Route("/", self.page),
            *(Route(f"/{name}", self.asset) for name in _ASSETS),
            Route("/api/overview", self.overview),
            *(
                Route(f"/api/{name}", self._asked(answer))
                for name, answer in (
                    ("search", _search),
                    ("entity", _entity),
                    ("paper", _paper),
                    ("papers", _papers),
                    ("evidence", _evidence),
                    ("among", _among),
                )
            ),
        ]

    async def page(self, _: Request) -> Response:
        """The explorer; its script and style are the only ones that the browser may run."""
        name = (await self._graph.map(wait=INDEX_SECONDS)).name
        nonce = secrets.token_urlsafe(16)
        text = Template(asset("served.html")).substitute(title=html.escape(name), nonce=nonce)
        headers = {
            "Content-Security-Policy": _POLICY.format(nonce=nonce),
            "Cache-Control": "no-store",
        }
        return Response(text.encode("utf-8", "replace"), media_type="text/html", headers=headers)

    async def asset(self, request: Request) -> Response:
        """The script or the style of the page."""
        name = request.url.path.removeprefix("/")
        return Response(
            asset(name), media_type=_ASSETS[name], headers={"Cache-Control": "no-cache"}
        )

    async def overview(self, request: Request) -> Response:
        """What the first picture shows, as the page on disk holds it."""
        shown = await self._graph.map(wait=INDEX_SECONDS)
        graph = shown.explorer.graph
        headers = {"Vary": "Accept-Encoding", "Cache-Control": "no-cache", GRAPH: graph}
        body = shown.overview
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
        else:
            body = await asyncio.to_thread(gzip.decompress, body)
        return Response(body, media_type="application/json", headers=headers)

    def _asked(self, answer: Callable[[Explorer, Request], Callable[[], Row]]) -> Any:
        async def respond(request: Request) -> Response:
            explorer = (await self._graph.map(wait=INDEX_SECONDS)).explorer
            return json_response(await asyncio.to_thread(answer(explorer, request)))

        return respond


def json_response(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """An answer as JSON; characters that no text may hold are replaced."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Response(body.encode("utf-8", "replace"), status, headers, media_type="application/json")


def _search(explorer: Explorer, request: Request) -> Callable[[], Row]:
    text, limit = _one(request, "q"), _number(request, "limit", 8, 1, MOST_HITS)
    return lambda: explorer.search(text, limit=limit)


def _entity(explorer: Explorer, request: Request) -> Callable[[], Row]:
    iri, limit = _one(request, "iri"), _number(request, "limit", 60, 1, MOST_NEIGHBOURS)
    return lambda: explorer.neighbourhood(iri, limit=limit)


def _paper(explorer: Explorer, request: Request) -> Callable[[], Row]:
    paper_id = _one(request, "id")
    return lambda: explorer.paper(paper_id)


def _papers(explorer: Explorer, request: Request) -> Callable[[], Row]:
    ids = request.query_params.getlist("id")
    if not 1 <= len(ids) <= MOST_PAPERS:
        raise HTTPException(400, f"request: give 1 to {MOST_PAPERS} values of id, not {len(ids)}")
    return lambda: explorer.papers(ids)


def _evidence(explorer: Explorer, request: Request) -> Callable[[], Row]:
    iri, other, paper = _one(request, "iri"), _maybe(request, "with"), _maybe(request, "paper")
    if other is not None and paper is not None:
        raise HTTPException(400, "request: give one of with and paper, not both")
    limit = _number(request, "limit", 20, 1, MOST_SENTENCES)
    offset = _number(request, "offset", 0, 0, 1_000_000)
    return lambda: explorer.evidence(iri, other=other, paper=paper, limit=limit, offset=offset)


def _among(explorer: Explorer, request: Request) -> Callable[[], Row]:
    iris = request.query_params.getlist("iri")
    if not 1 <= len(iris) <= MOST_DRAWN:
        raise HTTPException(400, f"request: give 1 to {MOST_DRAWN} values of iri, not {len(iris)}")
    return lambda: explorer.among(iris)


def _maybe(request: Request, name: str) -> str | None:
    values = request.query_params.getlist(name)
    if len(values) > 1:
        raise HTTPException(400, f"request: {name} is given more than once")
    if values and len(values[0]) > LONGEST_TEXT:
        raise HTTPException(400, f"request: {name} has more than {LONGEST_TEXT:,} characters")
    return values[0] if values else None


def _one(request: Request, name: str) -> str:
    value = _maybe(request, name)
    if value is None:
        raise HTTPException(400, f"request: the parameter {name} is missing")
    return value


def _number(request: Request, name: str, default: int, least: int, most: int) -> int:
    text = _maybe(request, name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most):
        raise HTTPException(
            400, f"request: {name}={text!r}; a whole number from {least} to {most:,}"
        )
    return int(text)
