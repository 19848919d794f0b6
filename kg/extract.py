"""Sources to annotation records, without a graph."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

from exports.files import write_text
from extractors.settings import Settings, default_settings
from kg.annotate import Failure, annotate_each, failure_row
from kg.annotation_records import to_json
from kg.arrow_rows import ledger_rows, papers_of
from kg.confidence import MIN_CONFIDENCE, check_minimum, losses, surer
from kg.reading import gathered
from kg.steps import Report, Step, read, readers, silent
from ontology.records import AnnotatedPaper, LedgerRow
from ontology.vocabulary.merging import vocabulary_with


def extract(
    sources: Sequence[str],
    *,
    source_format: str | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    strict: bool = False,
    settings: Settings | None = None,
    min_confidence: float = MIN_CONFIDENCE,
    on_step: Report = silent,
) -> tuple[Sequence[LedgerRow], Iterator[AnnotatedPaper]]:
    """Read papers and annotate them; the ledger, and the papers ordered by id.

    Papers are annotated as the iterator is consumed; until it is, or is closed, a temporary folder
    holds them. The ledger is whole when it is consumed: it takes a row for each entity that is less
    sure than ``min_confidence`` and therefore left out, and for each paper that could not be annotated,
    which is left out too. ``workers`` and ``scheduler`` are those of :func:`kg.builder.build`. Raises
    :class:`~ontology.errors.InputError` like :func:`kg.reading.read_papers`, and where
    ``min_confidence`` is no number from 0 to 1, and :class:`~ontology.errors.VocabularyError` where a
    vocabulary file breaks a rule.
    """
    check_minimum(min_confidence)
    settings = settings or default_settings()
    vocabulary_with(settings.vocabulary)  # a bad file stops the run before any paper is read
    reader = readers(workers, scheduler)
    records = read(sources, source_format=source_format, strict=strict, report=on_step)
    with ExitStack() as stack:
        works = stack.enter_context(gathered(records))
        ledger = [row for batch in works.ledger() for row in ledger_rows(batch)]
        annotated = annotate_each(
            (paper for batch in works.papers() for paper in papers_of(batch)),
            works.count(),
            settings=settings,
            workers=reader,
            on_progress=lambda done, total: on_step(Step("annotate", done, total)),
        )
        return ledger, _closing(_surer(annotated, min_confidence, ledger), stack.pop_all())


def write_records(records: Iterable[AnnotatedPaper], target: Path) -> None:
    """Write annotation records as JSON Lines, as :func:`exports.files.text_file` does."""
    write_text(target, (to_json(record) + "\n" for record in records))


def _closing(
    papers: Iterator[AnnotatedPaper], kept: AbstractContextManager[object]
) -> Iterator[AnnotatedPaper]:
    """Leave what is ``kept`` for the papers once they are consumed."""
    with kept:
        yield from papers


def _surer(
    papers: Iterable[AnnotatedPaper | Failure], minimum: float, ledger: list[LedgerRow]
) -> Iterator[AnnotatedPaper]:
    for annotated in papers:
        if isinstance(annotated, Failure):
            ledger.append(failure_row(annotated))
            continue
        ledger.extend(losses(annotated, minimum))
        yield surer(annotated, minimum)
