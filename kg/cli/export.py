"""``kg export``: a graph as files of other programs."""

from __future__ import annotations

from pathlib import Path

import click

from exports.formats import FORMATS
from kg.cli.console import notes
from kg.cli.options import GRAPH
from ontology.errors import InputError


@click.command("export")
@GRAPH
@click.option(
    "--format",
    "format_name",
    type=click.Choice(sorted(FORMATS)),
    required=True,
    help="What to write: "
    + "; ".join(f"{key}, {FORMATS[key].description}" for key in sorted(FORMATS)),
)
@click.option(
    "-o",
    "--output",
    "target",
    type=click.Path(path_type=Path, allow_dash=True),
    required=True,
    help="File or folder to write; - for standard output where the format is one file.",
)
@click.option(
    "--evidence",
    type=click.Choice(["none", "summary", "full"]),
    help="How much to say of where links and relations come from (RDF; full by default).",
)
@click.option(
    "--max-nodes",
    type=click.IntRange(min=1, max=10_000),
    help="Most entities on an interactive page.",
)
@click.option("--around", metavar="NAME", help="The entity in the middle of a pyvis page.")
@click.option("--force", is_flag=True, help="Replace what stands there.")
def export_command(
    graph: Path,
    format_name: str,
    target: Path,
    evidence: str | None,
    max_nodes: int | None,
    around: str | None,
    force: bool,
) -> None:
    """Write a graph as RDF, as a Neo4j import folder, or as an interactive page.

    \b
    Example:
      kg export map/ --format html -o map.html
      kg export map/ --format ntriples -o - | gzip > map.nt.gz
      kg export map/ --format neo4j -o import/
      kg export map/ --format pyvis --around GRPO -o grpo.html
    """
    from kg.graph import open_graph

    chosen = FORMATS[format_name]
    options = {
        key: value
        for key, value in (("evidence", evidence), ("max_nodes", max_nodes), ("around", around))
        if value is not None
    }
    if refused := [key for key in options if key not in chosen.takes]:
        raise click.UsageError(f"--{refused[0].replace('_', '-')} says nothing to {format_name}")
    if missing := [key for key in chosen.needs if key not in options]:
        raise click.UsageError(f"{format_name} needs --{missing[0]}")
    if str(target) != "-" and target.exists() and not force:
        raise InputError(f"{target}: stands there already; replace it with --force")
    chosen.write(open_graph(graph), target, **options)
    if str(target) != "-":
        notes().print(f"{target}: {chosen.description}")
