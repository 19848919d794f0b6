"""``kg update``, ``kg remove`` and ``kg diff``: graphs that grow."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table

from kg.cli.console import build_progress, notes, output
from kg.cli.options import (
    FROM,
    GRAPH,
    MEMORY,
    MODEL,
    NO_MODEL,
    QUIET,
    SCHEDULER,
    STRICT,
    VOCABULARY,
    WORKERS,
)

if TYPE_CHECKING:
    from kg.differences import Difference
    from kg.growth import Updated


@click.command("update")
@GRAPH
@click.argument("sources", nargs=-1, metavar="[SOURCES...]")
@FROM
@WORKERS
@SCHEDULER
@MEMORY
@VOCABULARY
@MODEL
@NO_MODEL
@click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    help="Leave out entities less sure than this; by default as the graph was built.",
)
@STRICT
@QUIET
def update_command(
    graph: Path,
    sources: tuple[str, ...],
    source_format: str | None,
    workers: int | None,
    scheduler: str | None,
    memory: str,
    vocabulary: tuple[Path, ...],
    model: Path | None,
    no_model: bool,
    min_confidence: float | None,
    strict: bool,
    quiet: bool,
) -> None:
    """Bring new and changed papers from SOURCES into GRAPH, and the decisions of kg curate.

    A file of the name of an earlier source takes its place; papers that did not change are not
    annotated again. Without SOURCES the graph is made anew from what it keeps, so that decisions take
    effect. The result is what kg build makes of all sources together. Vocabulary, model and least
    confidence are those of the graph; given here, they hold for all its papers.

    \b
    Example:
      kg update map/ new.jsonl
      kg update map/
      kg update map/ --vocabulary mine.tsv
    """
    from kg.graph import open_graph
    from kg.growth import recorded_settings, reread_for, update
    from kg.steps import silent

    if no_model and model is not None:
        raise click.UsageError("--model and --no-model exclude each other")
    opened = open_graph(graph)
    settings = recorded_settings(opened, model=model, no_model=no_model, vocabulary=vocabulary)
    if (changed := reread_for(opened, settings)) and not quiet:
        notes().print(f"note: another {' and '.join(changed)}: every paper is read again")
    with build_progress(quiet=quiet) as progress:
        updated = update(
            graph,
            sources,
            source_format=source_format,
            workers=workers,
            scheduler=scheduler,
            memory=memory,
            strict=strict,
            settings=settings,
            min_confidence=min_confidence,
            on_step=progress or silent,
        )
    if not quiet:
        _print_update(updated)


@click.command("remove")
@GRAPH
@click.option("--paper", "papers", multiple=True, metavar="ID", help="The paper of this id.")
@click.option("--doi", "dois", multiple=True, metavar="DOI", help="The papers of this DOI.")
@click.option(
    "--source", "sources", multiple=True, metavar="FILE", help="All that was read from this file."
)
@WORKERS
@MEMORY
@QUIET
def remove_command(
    graph: Path,
    papers: tuple[str, ...],
    dois: tuple[str, ...],
    sources: tuple[str, ...],
    workers: int | None,
    memory: str,
    quiet: bool,
) -> None:
    """Take papers out of GRAPH; each option may be given several times.

    A paper that its source still holds comes back with the next update from that source.

    \b
    Example:
      kg remove map/ --paper ho2020ddpm
      kg remove map/ --source old.bib --doi 10.1000/abc.1
    """
    from kg.growth import remove
    from kg.steps import silent

    if not (papers or dois or sources):
        raise click.UsageError("say what to remove: --paper, --doi or --source")
    with build_progress(quiet=quiet) as progress:
        updated = remove(
            graph,
            papers=papers,
            dois=dois,
            sources=sources,
            workers=workers,
            memory=memory,
            on_step=progress or silent,
        )
    if not quiet:
        _print_update(updated)


@click.command("diff")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option(
    "--top",
    type=click.IntRange(min=0),
    default=10,
    show_default=True,
    help="Rows to list of each kind in the table; JSON has all.",
)
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
)
def diff_command(old: Path, new: Path, top: int, output_format: str) -> None:
    """List what NEW has more, less or otherwise than OLD: papers, entities, links, relations.

    \b
    Example:
      kg diff map-2023/ map-2024/
      kg diff map-2023/ map-2024/ --format json > changes.json
    """
    from kg.differences import diff
    from kg.graph import open_graph

    found = diff(open_graph(old), open_graph(new))
    if output_format == "json":
        rows = [{**asdict(one), "kind": one.kind.value} for one in found]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    _print_counts(found)
    shown: Counter[tuple[str, str]] = Counter()
    for one in found:
        shown[one.what, one.kind.value] += 1
        if shown[one.what, one.kind.value] <= top:
            fields = f"  ({', '.join(one.fields)})" if one.fields else ""
            output().print(f"{one.kind.value} {one.what}: {' '.join(one.label.split())}{fields}")


def _print_counts(found: list[Difference]) -> None:
    counts = Counter((one.what, one.kind.value) for one in found)
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    for kind in ("added", "gone", "changed"):
        table.add_column(kind, justify="right")
    for what in ("paper", "entity", "link", "relation"):
        cells = (f"{counts[what, kind]:,}" for kind in ("added", "gone", "changed"))
        table.add_row(what, *cells)
    output().print(table)


def _print_update(updated: Updated) -> None:
    counts = updated.graph.manifest["counts"]
    output().print(
        f"papers: {updated.added:,} added, {updated.changed:,} changed, {updated.gone:,} gone;"
        f" {counts['papers']:,} in {updated.graph.path}"
    )
