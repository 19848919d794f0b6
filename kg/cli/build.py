"""``kg build`` and ``kg extract``."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table

from kg.cli.console import build_progress, notes, output
from kg.cli.options import (
    FROM,
    LEAST_CONFIDENCE,
    MEMORY,
    MODEL,
    NO_MODEL,
    QUIET,
    RECORDS,
    SCHEDULER,
    SOURCES,
    STRICT,
    VOCABULARY,
    WORKERS,
    settings_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kg.graph import Graph
    from ontology.records import LedgerRow


@click.command("build")
@SOURCES
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(path_type=Path),
    required=True,
    help="Folder of the graph; an older graph there is replaced.",
)
@FROM
@click.option("--name", help="Name of the corpus; after the sources by default.")
@WORKERS
@SCHEDULER
@MEMORY
@VOCABULARY
@MODEL
@NO_MODEL
@LEAST_CONFIDENCE
@STRICT
@QUIET
def build_command(
    sources: tuple[str, ...],
    folder: Path,
    source_format: str | None,
    name: str | None,
    workers: int | None,
    scheduler: str | None,
    memory: str,
    vocabulary: tuple[Path, ...],
    model: Path | None,
    no_model: bool,
    min_confidence: float,
    strict: bool,
    quiet: bool,
) -> None:
    """Read papers from SOURCES and build a graph folder.

    SOURCES are files, folders, globs or - (standard input): scraped feeds, JSON, JSON Lines, CSV,
    BibTeX and RIS, plain or gzipped, recognised by what is in them.

    \b
    Example:
      kg build examples/ -o map/
      kg build papers.jsonl.gz library.bib -o map/ --workers 4
      kg build papers/ -o map/ --vocabulary mine.tsv --vocabulary thesaurus.ttl
    """
    from kg.builder import build
    from kg.steps import silent

    with build_progress(quiet=quiet) as progress:
        graph = build(
            sources,
            folder,
            source_format=source_format,
            workers=workers,
            scheduler=scheduler,
            memory=memory,
            strict=strict,
            name=name,
            settings=settings_of(model, no_model=no_model, vocabulary=vocabulary),
            min_confidence=min_confidence,
            on_step=progress or silent,
        )
    if not quiet:
        _print_summary(graph)


@click.command("extract")
@SOURCES
@RECORDS
@FROM
@WORKERS
@SCHEDULER
@VOCABULARY
@MODEL
@NO_MODEL
@LEAST_CONFIDENCE
@STRICT
@QUIET
def extract_command(
    sources: tuple[str, ...],
    target: Path,
    source_format: str | None,
    workers: int | None,
    scheduler: str | None,
    vocabulary: tuple[Path, ...],
    model: Path | None,
    no_model: bool,
    min_confidence: float,
    strict: bool,
    quiet: bool,
) -> None:
    """Annotate papers and write one JSON record a line.

    A record holds the paper's id, title and abstract, its entities (type, name, forms, role,
    confidence, mentions as [field, start, end]) and its relations.

    \b
    Example:
      kg extract papers.jsonl -o annotations.jsonl
      kg extract library.bib | head -1
    """
    from kg.extract import extract, write_records
    from kg.steps import silent

    with build_progress(quiet=quiet) as progress:
        ledger, records = extract(
            sources,
            source_format=source_format,
            workers=workers,
            scheduler=scheduler,
            strict=strict,
            settings=settings_of(model, no_model=no_model, vocabulary=vocabulary),
            min_confidence=min_confidence,
            on_step=progress or silent,
        )
        write_records(records, target)
    if not quiet:
        _print_ledger(ledger)


def _print_summary(graph: Graph) -> None:
    from kg.views import overview

    view = overview(graph, top=5)
    console = output()
    table = Table(title=f"{view.name}: {view.papers:,} papers", title_justify="left")
    table.add_column("type")
    table.add_column("entities", justify="right")
    table.add_column("in most papers")
    for kind, ranked in view.top.items():
        table.add_row(
            kind.value,
            f"{view.entities[kind]:,}",
            ", ".join(f"{name} ({papers:,})" for name, papers in ranked),
        )
    console.print(table)
    console.print(
        f"{view.links:,} links, {view.relations:,} relations, {view.mentions:,} mentions"
        f" in {graph.path}"
    )
    if view.ledger:
        parts = (f"{part.rows:,} {part.reason} ({part.outcome})" for part in view.ledger)
        console.print(f"ledger: {', '.join(parts)}")
    notes().print(
        f"next:\n  kg show {graph.path}\n  kg export {graph.path} --format html -o map.html"
    )


def _print_ledger(ledger: Iterable[LedgerRow]) -> None:
    counts = Counter((row.reason.value, row.outcome.value) for row in ledger)
    for (reason, outcome), count in sorted(counts.items()):
        click.echo(f"ledger: {count:,} {reason} ({outcome})", err=True)
    sys.stderr.flush()
