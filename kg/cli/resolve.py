"""``kg resolve``: mentions to entities."""

from __future__ import annotations

from pathlib import Path

import click

from kg.cli.console import build_progress
from kg.cli.options import QUIET, RECORDS, VOCABULARY


@click.command("resolve")
@click.argument("annotations", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@RECORDS
@VOCABULARY
@QUIET
def resolve_command(
    annotations: Path, target: Path, vocabulary: tuple[Path, ...], quiet: bool
) -> None:
    """Group and name given mentions: annotation records in, annotation records out.

    Reads where the mentions of ANNOTATIONS stand and of what type they are, whoever found them, and
    decides anew which of them are one entity and what it is called, in each paper and across all.

    \b
    Example:
      kg resolve gold.jsonl -o resolved.jsonl
      kg evaluate gold.jsonl resolved.jsonl
      kg resolve gold.jsonl --vocabulary mine.tsv
    """
    from kg.extract import write_records
    from kg.regroup import resolve_file
    from kg.steps import Step, silent

    with build_progress(quiet=quiet) as progress:
        report = progress or silent
        records = resolve_file(
            annotations,
            vocabulary,
            on_progress=lambda done, total: report(Step("resolve", done, total)),
        )
        write_records(records, target)
