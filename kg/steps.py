"""The steps of a run as its caller sees them, and reading, the step that all runs share."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kg.papers import read_papers
from ontology.records import Sources


@dataclass(frozen=True, slots=True)
class Step:
    """Progress of a run: the step, how much of it is done, and of how much (0: not known)."""

    name: str
    done: int
    total: int


Report = Callable[[Step], None]
"""Takes note of progress."""


def silent(_step: Step) -> None:
    """Take no note of progress."""


def processes(workers: int | None) -> int:
    """The number of workers asked for, by default that of processors."""
    return workers or os.cpu_count() or 1


def read(
    sources: Sequence[str], *, source_format: str | None, strict: bool, report: Report
) -> Sources:
    """Read papers like :func:`kg.papers.read_papers`, reporting the step ``read``."""
    found = read_papers(
        sources,
        source_format=source_format,
        strict=strict,
        on_progress=lambda done: report(Step("read", done, 0)),
    )
    report(Step("read", len(found.papers), len(found.papers)))
    return found
