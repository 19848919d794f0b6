"""Arguments and options that several commands share."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli.console import notes
from kg.confidence import MIN_CONFIDENCE
from ontology.terms import EntityType

if TYPE_CHECKING:
    from extractors.settings import Settings

MOST_NODES = 10_000
"""Entities that an interactive page can show."""
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
SCHEDULER = click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Let the workers of this Dask scheduler annotate papers (tcp://host:8786) instead of"
    " processes here; the result is the same. Needs litkg[cluster] on all machines: docs/cluster.md.",
)
MEMORY = click.option(
    "--memory",
    metavar="SIZE",
    default="2GB",
    show_default=True,
    help="Memory for merging and for tables, such as 500MB; what does not fit goes to disk meanwhile.",
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
VOCABULARY = click.option(
    "--vocabulary",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="File of your own names, tab-separated or SKOS (Turtle, RDF/XML); may be given several"
    " times. Files are read in order after the vocabulary of litkg, and a later one wins: an entry"
    " with the id or a name of an earlier one renames it, adds to its aliases and replaces its"
    " broader terms, and a name it gives to another entry moves there.",
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
RECORDS = click.option(
    "-o",
    "--output",
    "target",
    type=click.Path(path_type=Path, allow_dash=True),
    default="-",
    help="File for the annotation records; standard output by default.",
)
OUTPUT_FORMAT = click.option(
    "--format",
    "output_format",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
)
QUIET = click.option("-q", "--quiet", is_flag=True, help="No progress and no summary.")


def settings_of(
    model: Path | None, *, no_model: bool, vocabulary: tuple[Path, ...] = ()
) -> Settings:
    """What ``--model``, ``--no-model`` and ``--vocabulary`` ask for.

    A note is printed where the model cannot run.
    """
    from extractors.model_files import missing_runtime
    from extractors.settings import Settings, default_settings

    if no_model and model is not None:
        raise click.UsageError("--model and --no-model exclude each other")
    if no_model or model is not None:
        return Settings(vocabulary, model)
    if missing := " ".join(missing_runtime()):
        notes().print(f"note: reading by rules alone; for the trained model: pip install {missing}")
    return replace(default_settings(), vocabulary=vocabulary)
