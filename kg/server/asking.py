"""Questions of the explorer's query tabs: SPARQL or Cypher, one's own or of the cookbook."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph

import kg
from kg.bindings import bound, read_value
from kg.cypher import check, explained, plain
from kg.query_result import Value
from kg.recipe_values import cypher_value, sparql_value
from kg.recipes import Language, recipe_of, values_of
from kg.sparql import value_of
from ontology.errors import QueryError

RESULTS = "application/sparql-results+json"
TRIPLES = "application/n-triples"
_WORKER = Path(kg.__file__).with_name("cypher_worker.py")


@dataclass(frozen=True, slots=True)
class Question:
    """A query and its parameters as texts; those of a ``recipe`` are names in any spelling."""

    language: Language
    query: str
    parameters: Mapping[str, str]
    recipe: str


@dataclass(frozen=True, slots=True)
class Rows:
    """The answer to a question: plain values, as in ``kg.query_result``."""

    columns: list[str]
    rows: list[list[Value]]
    truncated: bool
    notes: list[str]


def bound_question(folder: Path, question: Question) -> tuple[str, dict[str, Any]]:
    """The query with its values: in SPARQL as its terms, in Cypher beside it.

    Raises ``QueryError`` where a value means nothing in the graph.
    """
    if question.recipe:
        meant = values_of(folder, recipe_of(question.recipe), question.parameters)
        if question.language == "sparql":
            terms = {name: sparql_value(value) for name, value in meant.items()}
            return bound(question.query, _used(question.query, terms)), {}
        return question.query, {name: cypher_value(value) for name, value in meant.items()}
    given = {name: read_value(text) for name, text in question.parameters.items()}
    if question.language == "sparql":
        return bound(question.query, given), {}
    return question.query, {name: plain(value) for name, value in given.items()}


def _used(query: str, terms: dict[str, Any]) -> dict[str, Any]:
    """A reader who changes a recipe may leave parameters out."""
    return {name: term for name, term in terms.items() if f"${name}" in query}


def rows_of_sparql(media_type: str, body: bytes, *, truncated: bool) -> Rows:
    """Read an answer in ``RESULTS`` or ``TRIPLES``."""
    if media_type == TRIPLES:
        triples = pyoxigraph.parse(body, format=pyoxigraph.RdfFormat.N_TRIPLES)
        found = [[_term(one) for one in triple.triple] for triple in triples]
        return Rows(["subject", "predicate", "object"], found, truncated, [])
    told = json.loads(body)
    if "boolean" in told:
        return Rows(["answer"], [[told["boolean"]]], truncated, [])
    columns = told["head"]["vars"]
    rows = [
        [_binding(row.get(column)) for column in columns] for row in told["results"]["bindings"]
    ]
    return Rows(columns, rows, truncated, [])


def _term(term: Any) -> Value:
    if isinstance(term, pyoxigraph.Literal):
        return value_of([term.value, term.datatype.value])
    return term.value if isinstance(term, pyoxigraph.NamedNode) else str(term)


def _binding(binding: dict[str, str] | None) -> Value:
    if binding is None:
        return None
    return value_of([binding["value"], binding.get("datatype", "")])


async def ask_cypher(
    store: Path, query: str, parameters: dict[str, Any], *, seconds: float, limit: int
) -> Rows:
    """Answer a Cypher query on the store of ``kg.cypher_store`` in a process of its own.

    ``seconds`` bound its time, which does not count the loading of the store. A caller that is cancelled
    ends the query. Raises ``TimeoutError``, and ``QueryError`` as ``kg.cypher.cypher`` does.
    """
    await asyncio.to_thread(check, query)
    request = {"store": str(store), "query": query, "parameters": parameters, "limit": limit}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        str(_WORKER),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    assert process.stdin
    assert process.stdout
    try:
        process.stdin.write(json.dumps(request).encode())
        process.stdin.write_eof()
        await process.stdout.read(1)
        async with asyncio.timeout(seconds):
            output = await process.stdout.read()
        if await process.wait() != 0:
            raise QueryError(f"query: the process ended with status {process.returncode}")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    answer = json.loads(output)
    if "error" in answer:
        raise explained(answer)
    return Rows(answer["columns"], answer["rows"], answer["truncated"], answer["notes"])
