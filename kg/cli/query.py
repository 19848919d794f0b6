"""``kg query`` and ``kg validate``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kg.cli.console import index_progress, notes
from kg.cli.options import GRAPH
from ontology.errors import InputError


@click.command("query")
@GRAPH
@click.option(
    "--sparql",
    "query",
    required=True,
    metavar="QUERY",
    help="The query itself, @FILE, or - for standard input.",
)
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
)
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
def query_command(graph: Path, query: str, output_format: str, timeout: float, limit: int) -> None:
    """Ask a graph in SPARQL; the prefixes litkg, skos, dcterms and others are known.

    The first query makes an index in the graph folder, which later queries share.

    \b
    Example:
      kg query map/ --sparql 'SELECT ?name { ?m a litkg:Method ; skos:prefLabel ?name } LIMIT 5'
      kg query map/ --sparql @question.rq --format csv > answer.csv
    """
    from kg.query import sparql
    from kg.query_result import RENDERERS

    result = sparql(
        graph, _text(query), timeout=timeout, limit=limit, progress=index_progress(notes())
    )
    click.echo(RENDERERS[output_format](result), nl=False)
    if result.truncated:
        click.echo(f"cut after {limit:,} rows; --limit shows more", err=True)


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
