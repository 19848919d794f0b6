"""The cookbook: literature questions, each in SPARQL and in Cypher, with the same answer.

A recipe is a TOML file in ``kg/cookbook``, named like the recipe: ``question``, ``sparql``,
``cypher`` and ``parameters.NAME`` with ``kind``, ``default`` and ``meaning``. Both texts name a
parameter ``$NAME``, give the same columns, and order their rows completely.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

from kg.graph import open_graph
from kg.query_result import QueryResult
from kg.query_store import Progress
from kg.recipe_values import KINDS, Value, cypher_value, resolved, sparql_value
from ontology.errors import QueryError

Language = Literal["sparql", "cypher"]
LANGUAGES: tuple[Language, ...] = ("sparql", "cypher")


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a recipe lets its reader choose; ``kind`` is a key of ``kg.recipe_values.KINDS``."""

    name: str
    kind: str
    default: str | float
    meaning: str


@dataclass(frozen=True, slots=True)
class Recipe:
    """One question in words, in SPARQL and in Cypher."""

    name: str
    question: str
    sparql: str
    cypher: str
    parameters: tuple[Parameter, ...]


@cache
def recipes() -> dict[str, Recipe]:
    """All recipes by name, in the order of their names."""
    found = {}
    for file in sorted(files("kg.cookbook").iterdir(), key=lambda file: file.name):
        name, _, kind = file.name.rpartition(".")
        if kind == "toml":
            found[name] = _recipe(name, file.read_text(encoding="utf-8"))
    return found


def recipe_of(name: str) -> Recipe:
    """Give the recipe of a name; raise ``QueryError`` with the nearest names where there is none."""
    if name in recipes():
        return recipes()[name]
    near = get_close_matches(name, recipes(), n=3, cutoff=0.4)
    hint = f"nearest: {', '.join(near)}; " if near else ""
    raise QueryError(f'recipe "{name}": there is none; {hint}kg query --list shows all')


def answer(
    graph_folder: Path,
    recipe: Recipe,
    *,
    language: Language = "sparql",
    parameters: Mapping[str, str] | None = None,
    timeout: float = 60,
    limit: int = 10_000,
    progress: Progress | None = None,
) -> QueryResult:
    """Answer a recipe on a graph folder; parameters that are not given have their defaults.

    Names of entities, venues, authors and papers may be in any spelling. The answer of both
    languages is the same. Raises ``QueryError`` for a parameter that the recipe does not have or
    that the graph does not know, and what ``kg.sparql.sparql`` and ``kg.cypher.cypher`` raise.
    """
    values = values_of(graph_folder, recipe, parameters or {})
    if language == "sparql":
        from kg.sparql import sparql  # noqa: PLC0415  each language loads its own engine

        terms = {name: sparql_value(value) for name, value in values.items()}
        return sparql(
            graph_folder, recipe.sparql, parameters=terms,
            timeout=timeout, limit=limit, progress=progress,
        )  # fmt: skip
    from kg.cypher import cypher  # noqa: PLC0415

    plain = {name: cypher_value(value) for name, value in values.items()}
    found = cypher(
        graph_folder, recipe.cypher, parameters=plain,
        timeout=timeout, limit=limit, progress=progress,
    )  # fmt: skip
    return replace(found, notes=())  # They would name types that this graph happens to lack.


def values_of(graph_folder: Path, recipe: Recipe, given: Mapping[str, str]) -> dict[str, Value]:
    """Find what the values of a recipe's parameters mean in a graph; see :func:`answer`."""
    known = [parameter.name for parameter in recipe.parameters]
    for name in given:
        if name not in known:
            raise QueryError(
                f'parameter "{name}": recipe {recipe.name} has none of this name;'
                f" it has {', '.join(known) or 'no parameters'}"
            )
    graph = open_graph(graph_folder)
    return {
        parameter.name: resolved(
            graph, parameter.name, parameter.kind, given.get(parameter.name, str(parameter.default))
        )
        for parameter in recipe.parameters
    }


def _recipe(name: str, text: str) -> Recipe:
    table = tomllib.loads(text)
    parameters = tuple(
        Parameter(key, one["kind"], one["default"], one["meaning"])
        for key, one in table.get("parameters", {}).items()
    )
    assert all(parameter.kind in KINDS for parameter in parameters), name
    return Recipe(
        name, table["question"], table["sparql"].strip(), table["cypher"].strip(), parameters
    )
