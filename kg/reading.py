"""Reading sources: to source records as they come, and to all their papers at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from kg.arrow_rows import ledger_rows, papers_of
from kg.database import open_database
from kg.source_records import RecordStore
from kg.sources.files import expand
from kg.sources.formats import read_file
from kg.works import Works
from ontology.errors import InputError
from ontology.records import LedgerRow, Outcome, Reason, SourceRecord, Sources

_PROGRESS_STEP = 500


def read_records(
    sources: Sequence[str],
    *,
    source_format: str | None = None,
    strict: bool = False,
    on_progress: Callable[[int], None] | None = None,
) -> Iterator[SourceRecord | LedgerRow]:
    """Read the source records of every source, unmerged, and the ledger rows of reading them.

    ``sources`` names files, folders, glob patterns or ``-``; ``source_format`` is a key of
    ``kg.sources.formats.FORMATS``, else the content decides. ``on_progress`` hears the number of
    records read so far. Raises :class:`InputError` where a source does not exist, where no record was
    found in the end, and with ``strict`` on the first record or source that had to be dropped.
    """
    done, first = 0, ""
    for file in expand(sources):
        for item in read_file(file, source_format):
            read = _with_text(item) if isinstance(item, SourceRecord) else item
            if isinstance(read, LedgerRow):
                if strict and _fatal(read):
                    raise InputError(f"{read.origin}: {read.detail}; --strict allows no loss")
                first = first or f"{read.origin}: {read.detail}"
            else:
                done += 1
                if on_progress and done % _PROGRESS_STEP == 0:
                    on_progress(done)
            yield read
    if on_progress:
        on_progress(done)
    if not done:
        why = first or "the folder holds no readable file"
        raise InputError(f"no papers found in {', '.join(sources)}; {why}")


def source_names(sources: Sequence[str]) -> frozenset[str]:
    """Names under which the files of sources are known, whatever their folders.

    Raises :class:`InputError` where a source does not exist.
    """
    return frozenset(file.name for file in expand(sources))


def read_papers(
    sources: Sequence[str],
    *,
    source_format: str | None = None,
    strict: bool = False,
    on_progress: Callable[[int], None] | None = None,
) -> Sources:
    """Read every source, merge records of the same work and report all that was lost or doubted.

    All papers at once, sorted by id; neither they nor the ledger depend on the order of the sources.
    Raises :class:`InputError` like :func:`read_records`.
    """
    return merge_records(
        read_records(sources, source_format=source_format, strict=strict, on_progress=on_progress)
    )


def merge_records(items: Iterable[SourceRecord | LedgerRow]) -> Sources:
    """Merge source records into papers, all in memory; ``items`` are what :func:`read_records` yields."""
    with gathered(items) as works:
        papers = tuple(paper for batch in works.papers() for paper in papers_of(batch))
        return Sources(papers, tuple(row for batch in works.ledger() for row in ledger_rows(batch)))


@contextmanager
def gathered(items: Iterable[SourceRecord | LedgerRow]) -> Iterator[Works]:
    """Merge source records into papers in a temporary folder, gone in the end.

    Raises :class:`InputError` where the folder cannot take them.
    """
    with TemporaryDirectory(prefix="litkg-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with _putting_aside(folder), closing(open_database(folder / "spill")) as database:
            store = RecordStore(database)
            store.add(items)
            store.write(folder)
        with closing(open_database(folder / "spill")) as database:
            with _putting_aside(folder):
                works = Works(database, folder)
            yield works


@contextmanager
def _putting_aside(folder: Path) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise  # whoever was told of progress went away
    except (OSError, duckdb.OperationalError) as error:
        raise InputError(
            f"{folder.parent}: cannot take what is put aside while papers merge; {error};"
            " free disk space, or name another folder in TMPDIR"
        ) from error


def _with_text(record: SourceRecord) -> SourceRecord | LedgerRow:
    if record.title or record.abstract:
        return record
    detail = "neither title nor abstract; a paper needs one of them"
    return LedgerRow(record.origin, Reason.NO_TEXT, Outcome.DROPPED, detail)


def _fatal(row: LedgerRow) -> bool:
    return row.outcome is Outcome.DROPPED and row.reason is not Reason.NOT_A_PAPER
