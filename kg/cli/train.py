"""``kg train``: a model of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kg.cli.console import notes
from kg.cli.options import QUIET


@click.command("train")
@click.argument(
    "gold",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="GOLD...",
)
@click.option(
    "-o", "--output", "folder", type=click.Path(path_type=Path), required=True,
    help="Folder of the model.",
)  # fmt: skip
@click.option(
    "--encoder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of a pretrained BERT-like encoder; MiniLM-L6 by default.",
)
@click.option(
    "--teacher",
    "teachers",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of a model to learn from: it reads the --unlabelled papers. Of several, the best"
    " first, the mean is learned.",
)
@click.option(
    "--unlabelled",
    multiple=True,
    metavar="SOURCE",
    help="Papers without annotations, any source of kg build; may be given several times.",
)
@click.option("--epochs", type=click.IntRange(min=1), default=8, show_default=True)
@click.option(
    "--batch", type=click.IntRange(min=1), default=8, show_default=True, help="Papers a step."
)
@click.option(
    "--rate",
    type=click.FloatRange(min=0, min_open=True),
    default=1.5e-4,
    show_default=True,
    help="Greatest learning rate of the encoder; smaller for a larger one.",
)
@click.option(
    "--frozen",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Layers of the encoder, from below, that are not trained, which saves time.",
)
@click.option(
    "--float-outputs",
    is_flag=True,
    help="Do not round the layers that lead out of the encoder's feed-forward blocks: rounding"
    " there costs a large model much of what it can, and saves a small one space.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option(
    "--threads",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Processors to use; the model depends on it in the last digits.",
)
@QUIET
def train_command(
    gold: tuple[Path, ...],
    folder: Path,
    teachers: tuple[Path, ...],
    unlabelled: tuple[str, ...],
    quiet: bool,
    **choices: Any,
) -> None:
    """Train a model on annotated papers, records as kg extract writes them.

    A tenth of the papers, chosen by id, is held out: training stops when it is read no better, and
    the best state becomes the model. A run that was killed continues where it stopped. Needs the
    extra "train".

    A small model learns more from few annotations with a larger one as its teacher: train that one
    first, then let it read papers that nobody annotated.

    \b
    Example:
      kg train gold.jsonl -o mine/
      kg build papers.bib -o map/ --model mine/
      kg train gold.jsonl -o large/ --encoder mpnet/ --rate 6e-5 --frozen 6 \\
        --epochs 4 --batch 4 --float-outputs
      kg train gold.jsonl -o small/ --teacher large/ --unlabelled papers.jsonl.gz
    """
    from kg.train import Choices, train_files

    settings = Choices(**choices)

    def report(epoch: int, loss: float, figures: tuple[float, float, float]) -> None:
        mention, role, relation = figures
        notes().print(
            f"epoch {epoch} of {settings.epochs}: loss {loss:.3f}, mention F1 {mention:.1f},"
            f" role {role:.1f}, relation F1 {relation:.1f}"
        )

    def taught(done: int, total: int) -> None:
        notes().print(f"read for learning: {done} of {total} papers")

    figures = train_files(
        gold,
        folder,
        settings,
        teachers=teachers,
        unlabelled=unlabelled,
        on_epoch=None if quiet else report,
        on_taught=None if quiet else taught,
    )
    click.echo(f"{folder}: mention F1 {figures[0]:.1f} on the papers held out")
