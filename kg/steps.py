"""The steps of a run as its caller sees them, and reading, the step that all runs share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from kg.reading import read_records
from ontology.errors import InputError
from ontology.records import LedgerRow, SourceRecord


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


def readers(workers: int | None, scheduler: str | None) -> int | str:
    """Who reads papers: a Dask scheduler's workers, or processes, by default as many as processors."""
    if scheduler and workers:
        raise InputError(
            "workers, scheduler: exclude each other; the cluster has workers of its own"
        )
    return scheduler or workers or os.cpu_count() or 1


def read(
    sources: Sequence[str], *, source_format: str | None, strict: bool, report: Report
) -> Iterator[SourceRecord | LedgerRow]:
    """Read source records like :func:`kg.reading.read_records`, reporting the step ``read``."""
    done = 0

    def note(number: int) -> None:
        nonlocal done
        done = number
        report(Step("read", done, 0))

    yield from read_records(sources, source_format=source_format, strict=strict, on_progress=note)
    report(Step("read", done, done))
