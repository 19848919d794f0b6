"""``kg evaluate``: annotations against gold."""

from __future__ import annotations

from pathlib import Path

import click

from kg.cli.console import notes

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
@click.option(
    "--card",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.md",
    help="Write all figures with their meaning to this file, as Markdown; an older one is replaced.",
)
def evaluate_command(
    gold: Path, annotations: Path, as_json: bool, errors: int, card: Path | None
) -> None:
    """Score ANNOTATIONS against GOLD, both as records of kg extract.

    Prints scores by type and relation, how far confidences keep their word, and what is found
    where less sure entities (kg extract --min-confidence) or relations are left out.

    \b
    Example:
      kg evaluate gold.jsonl annotations.jsonl
      kg evaluate gold.jsonl annotations.jsonl --errors 10
      kg evaluate gold.jsonl annotations.jsonl --card quality.md
    """
    from kg.evaluate import evaluate_files
    from kg.quality_card import write_card
    from kg.scores import render, to_json

    scores = evaluate_files(gold, annotations)
    click.echo(to_json(scores, errors) if as_json else render(scores, errors))
    if card is not None:
        write_card(scores, gold, annotations, card)
        notes().print(f"{card}: the quality card")
