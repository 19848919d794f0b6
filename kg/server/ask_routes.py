"""The query tabs of the explorer over HTTP: the cookbook, and answers as rows with what they name."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kg import sparql
from kg.cypher import out_of_time
from kg.cypher_store import engine
from kg.recipe_values import KINDS
from kg.recipes import LANGUAGES, recipes
from kg.server.asking import (
    RESULTS,
    TRIPLES,
    Question,
    Rows,
    ask_cypher,
    bound_question,
    rows_of_sparql,
)
from kg.server.envelope import note
from kg.server.explorer_routes import json_response
from kg.server.limits import Limits
from kg.server.processes import BusyError
from kg.server.protocol import read_body
from kg.server.recognise import recognised
from kg.server.served_graph import INDEX_SECONDS, ServedGraph

Sparql = Callable[[str, dict[str, str | None]], Awaitable[tuple[dict[str, Any], bytes]]]
"""Answers a query in the media types given for results and graphs."""
WhileConnected = Callable[[Request, Any], Awaitable[Any]]


class AskEndpoint:
    """What ``/api/recipes`` and ``/api/ask`` answer."""

    def __init__(
        self,
        folder: Path,
        graph: ServedGraph,
        limits: Limits,
        ask_sparql: Sparql,
        while_connected: WhileConnected,
    ) -> None:
        self._folder = folder
        self._graph = graph
        self._limits = limits
        self._sparql = ask_sparql
        self._while_connected = while_connected
        self._free = asyncio.Semaphore(limits.at_a_time)
        self.routes = [
            Route("/api/recipes", self.recipes),
            Route("/api/ask", self.ask, methods=["POST"]),
        ]

    async def recipes(self, _: Request) -> Response:
        """The cookbook, and what bounds an answer."""
        found = [
            {
                "name": recipe.name,
                "question": recipe.question,
                "sparql": recipe.sparql,
                "cypher": recipe.cypher,
                "parameters": [
                    {
                        "name": one.name,
                        "kind": KINDS[one.kind],
                        "default": str(one.default),
                        "meaning": one.meaning,
                    }
                    for one in recipe.parameters
                ],
            }
            for recipe in recipes().values()
        ]
        limits = {"seconds": self._limits.timeout, "rows": self._limits.rows}
        return json_response({"recipes": found, "limits": limits})

    async def ask(self, request: Request) -> Response:
        """The rows of an answer, which of their cells are entities and papers, and whom to draw."""
        question = await _read(request)
        note(request.scope, "query", question.query)
        return await self._while_connected(request, self._answer(question))  # type: ignore[no-any-return]

    async def _answer(self, question: Question) -> Response:
        explorer = (await self._graph.map(wait=INDEX_SECONDS)).explorer
        if question.language == "cypher":
            await asyncio.to_thread(engine)
        query, values = await asyncio.to_thread(bound_question, self._folder, question)
        ask = self._ask_sparql if question.language == "sparql" else self._ask_cypher
        found = await ask(query, values)
        named = await asyncio.to_thread(recognised, explorer, found.columns, found.rows)
        return json_response(
            {
                "graph": explorer.graph,
                "columns": found.columns,
                "rows": found.rows,
                "truncated": found.truncated,
                "notes": [] if question.recipe else found.notes,
                **named,
            }
        )

    async def _ask_sparql(self, query: str, _: dict[str, Any]) -> Rows:
        await asyncio.to_thread(sparql.check, query)
        head, body = await self._sparql(query, {"results": RESULTS, "graph": TRIPLES})
        if "error" in head:
            raise sparql.explained(head["message"], query)
        return rows_of_sparql(head["media_type"], body, truncated=head["truncated"])

    async def _ask_cypher(self, query: str, values: dict[str, Any]) -> Rows:
        store = await self._graph.cypher_store(wait=INDEX_SECONDS)
        try:
            async with asyncio.timeout(self._limits.timeout):
                await self._free.acquire()
        except TimeoutError:
            raise BusyError(
                f"server: all processes were busy for {self._limits.timeout:g} seconds"
            ) from None
        try:
            return await ask_cypher(
                store, query, values, seconds=self._limits.timeout, limit=self._limits.rows
            )
        except TimeoutError:
            raise HTTPException(504, str(out_of_time(self._limits.timeout))) from None
        finally:
            self._free.release()


async def _read(request: Request) -> Question:
    # A form of another web site cannot send this type without asking first.
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise HTTPException(415, "request: the content type must be application/json")
    try:
        told = json.loads(await read_body(request))
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, f"request: is no JSON; {error}") from None
    if not isinstance(told, dict):
        raise HTTPException(400, "request: must be an object with language and query")
    language, query = told.get("language"), told.get("query")
    parameters, recipe = told.get("parameters", {}), told.get("recipe", "")
    if language not in LANGUAGES:
        raise HTTPException(400, f"request: language must be one of {', '.join(LANGUAGES)}")
    if not isinstance(query, str) or not isinstance(recipe, str):
        raise HTTPException(400, "request: query and recipe must be texts")
    if not isinstance(parameters, dict) or not all(
        isinstance(value, str) for value in parameters.values()
    ):
        raise HTTPException(400, "request: parameters must be an object of texts")
    if any("\ud800" <= one <= "\udfff" for one in json.dumps(told, ensure_ascii=False)):
        raise HTTPException(400, "request: holds half of a surrogate pair")
    return Question(language, query, parameters, recipe)
