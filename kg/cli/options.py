"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

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
    help="Read with a trained model beside the rules, which finds more and takes longer: the folder"
    " of one (kg train), or the word shipped for the one that comes with litkg.",
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


def settings_of(model: Path | None) -> Settings:
    """What ``--model`` asks for."""
    from extractors.model_files import SHIPPED
    from extractors.pipeline import Settings

    return Settings(model=SHIPPED if model == Path("shipped") else model)
