"""``kg export``: a graph as files of other programs."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from exports.formats import FORMATS
from kg.cli.console import notes
from kg.cli.options import GRAPH, MOST_NODES
from ontology.errors import InputError
from ontology.terms import EntityType

if TYPE_CHECKING:
    from exports.periods import Period


def _types(
    _context: click.Context, _option: click.Parameter, value: str | None
) -> tuple[EntityType, ...]:
    """Entity types between commas, in the order of the ontology."""
    if value is None:
        return ()
    names = {name.strip().lower() for name in value.split(",")}
    known = {kind.value.lower(): kind for kind in EntityType}
    if unknown := sorted(names - set(known)):
        listed = ", ".join(kind.value for kind in EntityType)
        raise click.BadParameter(f"{unknown[0]!r} is no entity type; one of {listed}")
    return tuple(kind for name, kind in known.items() if name in names)


def _years(_context: click.Context, _option: click.Parameter, value: str | None) -> Period | None:
    """A period: first and last year around two points, either of them left out; or one year."""
    if value is None:
        return None
    found = re.fullmatch(r"(\d{1,4})?\.\.(\d{1,4})?|(\d{1,4})", value)
    if not found or value == "..":
        raise click.BadParameter(
            f"{value!r} is no period; write 2015..2020, 2015.., ..2020 or 2020"
        )
    first, last, only = (None if part is None else int(part) for part in found.groups())
    return (only, only) if only is not None else (first, last)


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
    help="How much to say of where links and relations come from: nothing, numbers and names, or"
    " the places and sentences too (the default).",
)
@click.option(
    "--types",
    callback=_types,
    metavar="TYPE,...",
    help=f"Only entities of these types: {', '.join(kind.value for kind in EntityType)}.",
)
@click.option(
    "--min-support",
    type=click.IntRange(min=0),
    metavar="N",
    help="Only entities, relations and co-occurrences that N papers back.",
)
@click.option(
    "--years",
    callback=_years,
    metavar="A..B",
    help="Only papers of these years and the entities they name, counts as of these papers; an end"
    " may be left open (2020..).",
)
@click.option(
    "--around",
    metavar="NAME",
    help="Only the entity of this name and those that papers name beside it, or that are directly"
    " broader or narrower.",
)
@click.option(
    "--top",
    type=click.IntRange(min=1),
    metavar="N",
    help="Only N entities: those in the most papers, with --around it and those that papers"
    " name beside it most often.",
)
@click.option(
    "--no-text",
    is_flag=True,
    help="Leave out abstracts and sentences, for sharing; titles, names, surface forms, keywords"
    " and all offsets stay.",
)
@click.option(
    "--max-nodes",
    type=click.IntRange(1, MOST_NODES),
    help="Most entities that an interactive page shows of what it counts.",
)
@click.option("--force", is_flag=True, help="Replace what stands there.")
def export_command(
    graph: Path,
    format_name: str,
    target: Path,
    types: tuple[EntityType, ...],
    min_support: int | None,
    years: Period | None,
    around: str | None,
    top: int | None,
    no_text: bool,
    force: bool,
    **asked: str | int | None,
) -> None:
    """Write a graph, or the part that the filters leave of it, for other programs and for people.

    \b
    Example:
      kg export map/ --format html -o map.html
      kg export map/ --format ntriples -o - | gzip > map.nt.gz
      kg export map/ --format neo4j --no-text -o import/
      kg export map/ --format turtle --types Method,Task --years 2020.. --top 200 -o recent.ttl
      kg export map/ --format pyvis --around GRPO -o grpo.html
    """
    from exports.selection import Selection, select
    from kg.graph import open_graph

    chosen = FORMATS[format_name]
    selection = Selection(
        types=types,
        min_support=min_support or 0,
        years=years,
        around=around or "",
        top=top,
        text=not no_text,
    )
    options = {key: value for key, value in asked.items() if value is not None}
    if refused := [key for key in options if key not in chosen.takes]:
        raise click.UsageError(f"--{refused[0].replace('_', '-')} says nothing to {format_name}")
    if "around" in chosen.needs:
        if not around:
            raise click.UsageError(f"{format_name} needs --around")
        options["around"] = around
    if top is not None and "max_nodes" in chosen.takes:
        options.setdefault("max_nodes", min(top, MOST_NODES))
    if str(target) == "-" and not chosen.suffix:
        raise click.UsageError(f"{format_name} is a folder; name one with -o")
    if str(target) != "-" and os.path.lexists(target) and not force:
        raise InputError(f"{target}: stands there already; replace it with --force")
    chosen.write(select(open_graph(graph), selection), target, **options)
    if str(target) != "-":
        notes().print(f"{target}: {chosen.description}")
