"""``kg train``: a model of one's own."""

from __future__ import annotations

from pathlib import Path

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
@click.option("--epochs", type=click.IntRange(min=1), default=8, show_default=True)
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
    encoder: Path | None,
    epochs: int,
    seed: int,
    threads: int,
    quiet: bool,
) -> None:
    """Train a model on annotated papers, records as kg extract writes them.

    A tenth of the papers, chosen by id, is held out: training stops when it is read no better, and
    the best state becomes the model. A run that was killed continues where it stopped. Needs the
    extra "train".

    \b
    Example:
      kg train gold.jsonl -o mine/
      kg build papers.bib -o map/ --model mine/
    """
    from kg.train import train_files

    def report(epoch: int, loss: float, figures: tuple[float, float, float]) -> None:
        mention, role, relation = figures
        notes().print(
            f"epoch {epoch} of {epochs}: loss {loss:.3f}, mention F1 {mention:.1f},"
            f" role {role:.1f}, relation F1 {relation:.1f}"
        )

    figures = train_files(
        gold,
        folder,
        encoder=encoder,
        epochs=epochs,
        seed=seed,
        threads=threads,
        on_epoch=None if quiet else report,
    )
    click.echo(f"{folder}: mention F1 {figures[0]:.1f} on the papers held out")
