"""``kg radar``: terms that the vocabulary should get next."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kg.cli.console import notes
from kg.cli.options import GRAPH, OUTPUT_FORMAT, TYPE
from ontology.terms import EntityType

if TYPE_CHECKING:
    from kg.query_result import QueryResult
    from kg.radar import Candidate

PARTS = ("rise", "spread", "use", "cohesion", "whole", "definition")
COUNTS = ("papers", "recent", "venues", "introducing", "titles", "first_year")


@click.command("radar")
@GRAPH
@TYPE
@click.option(
    "--year",
    type=click.IntRange(1, 9999),
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
    "--min-papers",
    type=click.IntRange(min=1),
    help="Papers that a candidate must have; 3 by default, fewer make sense in small graphs.",
)
@OUTPUT_FORMAT
def radar_command(
    graph: Path,
    kind: EntityType | None,
    year: int | None,
    top: int,
    min_papers: int | None,
    output_format: str,
) -> None:
    """Rank the terms that the vocabulary lacks, those most worth listing first.

    Each line shows what speaks for the term (the score is the product of rise, spread, use,
    cohesion, whole and definition) and proposes a broader term and aliases for its entry.

    \b
    Example:
      kg radar map/ --type Method
      kg radar map/ --year 2021 --top 20 --format json
    """
    from kg.graph import open_graph
    from kg.query_result import RENDERERS
    from kg.radar import MIN_PAPERS, radar

    least = MIN_PAPERS if min_papers is None else min_papers
    found = radar(open_graph(graph), kind=kind, year=year, top=top, min_papers=least)
    if not found:
        notes().print(
            f"{graph}: no term outside of the vocabulary that {least} papers use;"
            " lower --min-papers for a small graph"
        )
    if output_format == "json":
        click.echo(json.dumps([_record(one) for one in found], ensure_ascii=False, indent=2))
        return
    result = _short(found) if output_format == "table" else _full(found)
    click.echo(RENDERERS[output_format](result), nl=False)


def _record(one: Candidate) -> dict[str, Any]:
    """A candidate as an object for JSON."""
    above = one.broader and asdict(one.broader) | {"source": one.broader.source.value}
    return asdict(one) | {"type": one.type.value, "broader": above}


def _full(found: list[Candidate]) -> QueryResult:
    """One row a candidate with all there is; aliases parted as in a vocabulary file."""
    from kg.query_result import QueryResult

    columns = ("score", "type", "name", *COUNTS, *PARTS, "broader", "acronym", "aliases", "iri")
    rows = []
    for one in found:
        values = asdict(one) | {
            "type": one.type.value,
            "broader": one.broader.name if one.broader else "",
            "aliases": "|".join(one.aliases),
        }
        rows.append(tuple(values[name] for name in columns))
    return QueryResult("select", columns, tuple(rows))


def _short(found: list[Candidate]) -> QueryResult:
    """One row a candidate for the terminal; the score stands as the product that it is."""
    from kg.query_result import QueryResult

    rows = [
        (
            f"{one.name} ({one.type.value})",
            f"{one.papers:,} ({one.recent:,})",
            f"{one.score:.1f} = " + " × ".join(f"{getattr(one, part):.3g}" for part in PARTS),
            one.broader.name if one.broader else "",
            ", ".join(one.aliases),
        )
        for one in found
    ]
    columns = ("candidate", "papers (new)", f"score = {' × '.join(PARTS)}", "broader", "aliases")
    return QueryResult("select", columns, tuple(rows))
