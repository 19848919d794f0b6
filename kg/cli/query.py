"""``kg query`` and ``kg validate``."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from kg.cli.console import index_progress, notes
from kg.cli.options import GRAPH, OUTPUT_FORMAT
from ontology.errors import InputError

if TYPE_CHECKING:
    from kg.query_result import QueryResult
    from kg.recipes import Recipe


@click.command("query")
@click.argument("graph", required=False, type=click.Path(path_type=Path))
@click.option("--sparql", metavar="QUERY", help="The query itself, @FILE, or - for standard input.")
@click.option("--cypher", metavar="QUERY", help="The same in Cypher, as written for Neo4j.")
@click.option("--recipe", metavar="NAME", help="A question of the cookbook.")
@click.option(
    "--language",
    type=click.Choice(["sparql", "cypher"]),
    help="Language in which a recipe is asked, sparql by default; the answer is the same.",
)
@click.option(
    "--param",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    help="Value of $NAME in the query or recipe; repeat it for more. Names of entities are"
    " understood in any spelling by recipes.",
)
@click.option("--list", "list_", is_flag=True, help="List the recipes and their parameters.")
@click.option("--show", is_flag=True, help="Print the recipe in both languages and do not ask it.")
@OUTPUT_FORMAT
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=60.0,
    show_default=True,
    help="Seconds after which the query is given up.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=10_000,
    show_default=True,
    help="Most rows to print.",
)
def query_command(
    graph: Path | None,
    sparql: str | None,
    cypher: str | None,
    recipe: str | None,
    language: Literal["sparql", "cypher"] | None,
    parameters: tuple[str, ...],
    list_: bool,
    show: bool,
    output_format: str,
    timeout: float,
    limit: int,
) -> None:
    """Ask a graph: a question of the cookbook, or your own in SPARQL or Cypher.

    In SPARQL the prefixes litkg, skos, dcterms and others are known. Cypher meets the graph as the
    Neo4j export has it. The first query makes an index in the graph folder, which later queries
    share.

    \b
    Example:
      kg query --list
      kg query map/ --recipe methods-for-task-by-year --param "task=object detection"
      kg query map/ --sparql 'SELECT ?name { ?m a litkg:Method ; skos:prefLabel ?name } LIMIT 5'
      kg query map/ --cypher 'MATCH (m:Method) RETURN m.name ORDER BY m.paperCount DESC LIMIT 5'
      kg query map/ --sparql @question.rq --format csv > answer.csv
    """
    from kg.query_result import RENDERERS
    from kg.recipes import recipe_of

    given = [("--sparql", sparql), ("--cypher", cypher), ("--recipe", recipe), ("--list", list_)]
    if sum(value not in (None, False) for _, value in given) != 1:
        raise click.UsageError(f"give one of {', '.join(name for name, _ in given)}")
    for option, used in (("--show", show), ("--language", language is not None)):
        if used and recipe is None:
            raise click.UsageError(f"{option} belongs to --recipe")
    if list_:
        _list(output_format)
        return
    if show and recipe is not None:
        click.echo(_shown(recipe_of(recipe)), nl=False)
        return
    if graph is None:
        raise click.UsageError("name the graph folder to ask: kg query GRAPH ...")
    result = _answer(
        graph, sparql, cypher, recipe, language or "sparql", parameters, timeout, limit
    )
    for note in result.notes:
        click.echo(f"note: {note}", err=True)
    click.echo(RENDERERS[output_format](result), nl=False)
    if result.truncated:
        click.echo(f"cut after {limit:,} rows; --limit shows more", err=True)


def _answer(
    graph: Path,
    sparql: str | None,
    cypher: str | None,
    recipe: str | None,
    language: Literal["sparql", "cypher"],
    parameters: tuple[str, ...],
    timeout: float,
    limit: int,
) -> QueryResult:
    from kg.bindings import read_parameters, read_value

    given = read_parameters(parameters)
    progress = index_progress(notes())
    if recipe is not None:
        from kg.recipes import answer, recipe_of

        return answer(
            graph, recipe_of(recipe), language=language, parameters=given,
            timeout=timeout, limit=limit, progress=progress,
        )  # fmt: skip
    values = {name: read_value(text) for name, text in given.items()}
    if sparql is not None:
        from kg.sparql import sparql as ask
    else:
        from kg.cypher import cypher as ask
    return ask(
        graph, _text(sparql or cypher or ""), parameters=values,
        timeout=timeout, limit=limit, progress=progress,
    )  # fmt: skip


def _list(output_format: str) -> None:
    from kg.query_result import RENDERERS, QueryResult
    from kg.recipes import recipes

    if output_format == "json":
        found = [
            {
                "name": recipe.name,
                "question": recipe.question,
                "parameters": [asdict(parameter) for parameter in recipe.parameters],
            }
            for recipe in recipes().values()
        ]
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    rows = tuple(
        (recipe.name, recipe.question, ", ".join(f"{one.name}={one.default}" for one in recipe.parameters))
        for recipe in recipes().values()
    )  # fmt: skip
    click.echo(
        RENDERERS[output_format](QueryResult("select", ("name", "question", "parameters"), rows)),
        nl=False,
    )


def _shown(recipe: Recipe) -> str:
    from kg.recipe_values import KINDS

    lines = [recipe.question, ""]
    lines += [
        f"${one.name}: {KINDS[one.kind]}, {one.default} by default. {one.meaning}"
        for one in recipe.parameters
    ]
    return "\n".join([*lines, "", "# SPARQL", recipe.sparql, "", "// Cypher", recipe.cypher, ""])


@click.command("validate")
@GRAPH
@click.option("--full", is_flag=True, help="Check every resource by SHACL, however many there are.")
def validate_command(graph: Path, full: bool) -> None:
    """Check a graph: SHACL shapes, references between tables, and the offsets of every mention.

    Ends with status 1 where something is wrong.

    \b
    Example:
      kg validate map/
    """
    from kg.graph import open_graph
    from kg.validate import validate

    report = validate(open_graph(graph), full=full)
    click.echo(report.render(), nl=False)
    if not report.ok:
        sys.exit(1)


def _text(query: str) -> str:
    if query == "-":
        return sys.stdin.read()
    if not query.startswith("@"):
        return query
    try:
        return Path(query[1:]).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{query[1:]}: cannot be read as UTF-8 text; {error}") from error
