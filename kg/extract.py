"""Sources to annotation records, without a graph."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from extractors.pipeline import Settings
from kg.annotate import annotate_each
from kg.annotation_records import to_json
from kg.builder import Step
from kg.papers import read_papers
from ontology.errors import InputError
from ontology.records import AnnotatedPaper, LedgerRow


def extract(
    sources: Sequence[str],
    *,
    source_format: str | None = None,
    workers: int = 1,
    strict: bool = False,
    settings: Settings = Settings(),
    on_step: Callable[[Step], None] | None = None,
) -> tuple[tuple[LedgerRow, ...], Iterator[AnnotatedPaper]]:
    """Read papers and annotate them; the ledger of reading, and the papers ordered by id.

    Papers are annotated as the iterator is consumed. Raises
    :class:`~ontology.errors.InputError` like :func:`kg.papers.read_papers`.
    """
    report = on_step or _silent
    read = read_papers(
        sources,
        source_format=source_format,
        strict=strict,
        on_progress=lambda done: report(Step("read", done, 0)),
    )
    report(Step("read", len(read.papers), len(read.papers)))
    annotated = annotate_each(
        read.papers,
        settings=settings,
        workers=workers,
        on_progress=lambda done, total: report(Step("annotate", done, total)),
    )
    return read.ledger, annotated


def write_records(records: Iterable[AnnotatedPaper], target: Path | None) -> None:
    """Write annotation records as JSON Lines to a file, or to standard output for ``None``.

    A file appears under its name only when it is complete. Raises
    :class:`~ontology.errors.InputError` where the file cannot be written.
    """
    if target is None:
        for record in records:
            sys.stdout.write(to_json(record) + "\n")
        return
    temporary = target.with_name(f".{target.name}.writing")
    try:
        with temporary.open("w", encoding="utf-8", newline="\n") as file:
            for record in records:
                file.write(to_json(record) + "\n")
        temporary.replace(target)
    except OSError as error:
        raise InputError(f"{target}: cannot be written; {error.strerror}") from error


def _silent(_step: Step) -> None:
    pass
