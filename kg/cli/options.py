"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli.console import notes
from kg.confidence import MIN_CONFIDENCE
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
    help="Folder of a trained model (kg train) to read with, instead of the one of litkg.",
)
NO_MODEL = click.option(
    "--no-model",
    is_flag=True,
    help="Read by rules alone: several times faster, but less is found and less of it is right.",
)
LEAST_CONFIDENCE = click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    default=MIN_CONFIDENCE,
    show_default=True,
    help="Leave out entities less sure than this, with their mentions and links; a relation goes"
    " with either of its ends. Its own confidence is of another scale and leaves nothing out. What"
    " a value costs and gains is shown by kg evaluate.",
)
QUIET = click.option("-q", "--quiet", is_flag=True, help="No progress and no summary.")


def settings_of(model: Path | None, *, no_model: bool) -> Settings:
    """What ``--model`` and ``--no-model`` ask for; a note where the model cannot run."""
    from extractors.model_files import missing_runtime
    from extractors.pipeline import Settings, default_settings

    if no_model and model is not None:
        raise click.UsageError("--model and --no-model exclude each other")
    if no_model or model is not None:
        return Settings(model=model)
    if missing := " ".join(missing_runtime()):
        notes().print(f"note: reading by rules alone; for the trained model: pip install {missing}")
    return default_settings()
