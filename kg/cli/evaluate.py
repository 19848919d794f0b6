"""``kg evaluate``: annotations against gold."""

from __future__ import annotations

from pathlib import Path

import click

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command("evaluate")
@click.argument("gold", type=FILE)
@click.argument("annotations", type=FILE)
@click.option("--json", "as_json", is_flag=True, help="Print the scores as JSON.")
@click.option(
    "--errors",
    type=click.IntRange(min=0),
    default=0,
    help="Examples to list of each kind of error (missed, spurious, wrong type, wrong span).",
)
def evaluate_command(gold: Path, annotations: Path, as_json: bool, errors: int) -> None:
    """Score ANNOTATIONS against GOLD, both as records of kg extract.

    \b
    Example:
      kg evaluate gold.jsonl annotations.jsonl
      kg evaluate gold.jsonl annotations.jsonl --errors 10
    """
    from kg.evaluate import evaluate_files
    from kg.scores import render, to_json

    scores = evaluate_files(gold, annotations)
    click.echo(to_json(scores, errors) if as_json else render(scores, errors))
