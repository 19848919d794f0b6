"""``kg radar``: terms that the vocabulary should get next."""

from __future__ import annotations

import json
from pathlib import Path

import click

from kg.cli.options import GRAPH, TYPE
from ontology.terms import EntityType


@click.command("radar")
@GRAPH
@TYPE
@click.option(
    "--year",
    type=int,
    help="Look from this year, ignoring later papers; by default the last year of the graph.",
)
@click.option(
    "--top",
    type=click.IntRange(min=1),
    default=50,
    show_default=True,
    help="Most candidates to print.",
)
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
)
def radar_command(
    graph: Path, kind: EntityType | None, year: int | None, top: int, output_format: str
) -> None:
    """Rank the terms that the vocabulary lacks, those most worth listing first.

    Each line shows what speaks for the term (the score is the product of rise, spread, use,
    cohesion and definition) and proposes a broader term and aliases for its entry.

    \b
    Example:
      kg radar map/ --type Method
      kg radar map/ --year 2021 --top 20 --format json
    """
    from kg.graph import open_graph
    from kg.query_result import RENDERERS
    from kg.radar import as_records, as_rows, radar

    found = radar(open_graph(graph), kind=kind, year=year, top=top)
    if output_format == "json":
        click.echo(json.dumps(as_records(found), ensure_ascii=False, indent=2))
    else:
        click.echo(
            RENDERERS[output_format](as_rows(found, brief=output_format == "table")), nl=False
        )
