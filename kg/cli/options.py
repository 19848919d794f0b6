"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

from ontology.terms import EntityType

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
QUIET = click.option("-q", "--quiet", is_flag=True, help="No progress and no summary.")
