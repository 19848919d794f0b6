"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ontology.terms import EntityType

if TYPE_CHECKING:
    from extractors.pipeline import Settings

GRAPH = click.argument("graph", type=click.Path(path_type=Path))
SOURCES = click.argument("sources", nargs=-1, required=True, metavar="SOURCES...")
TYPE = click.option(
    "--type",
    "kind",
    type=click.Choice([kind.value for kind in EntityType]),
    callback=lambda _context, _option, value: None if value is None else EntityType(value),
    help="Only entities of this type.",
)
FROM = click.option(
    "--from",
    "source_format",
    metavar="FORMAT",
    help="Read every source as this format instead of recognising it"
    " (feed, jsonl, json, csv, bibtex, ris).",
)
WORKERS = click.option(
    "--workers",
    type=click.IntRange(min=1),
    help="Processes that annotate papers; as many as processors by default.",
)
STRICT = click.option(
    "--strict", is_flag=True, help="Stop at the first record that cannot be used as it is."
)
MODEL = click.option(
    "--model",
    type=click.Path(path_type=Path),
    help="Folder of a trained model (kg train) to use instead of the shipped one.",
)
NO_MODEL = click.option(
    "--no-model", is_flag=True, help="Read by rules and vocabulary alone: faster, less is found."
)
QUIET = click.option("-q", "--quiet", is_flag=True, help="No progress and no summary.")


def settings_of(model: Path | None, *, no_model: bool) -> Settings:
    """What ``--model`` and ``--no-model`` ask for; both at once is a usage error."""
    from extractors.pipeline import Settings

    if no_model:
        if model is not None:
            raise click.UsageError("--model and --no-model exclude each other")
        return Settings(model=None)
    return Settings() if model is None else Settings(model=model)
