"""Papers to annotated papers, in shards, on any executor; what was stored before is not redone."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from exports.streams import pieces
from extractors.settings import Settings
from kg.annotation_store import (
    SHARD_PAPERS,
    content_hash,
    shard_name,
    shard_table,
    stored_hashes,
    write_shard,
)
from kg.arrow_rows import papers_of
from kg.confidence import origin_of
from kg.sources.raw import shown
from kg.workers import InProcess, Pool, Processes, Shard, run, run_in_order
from ontology.errors import KgError
from ontology.records import AnnotatedPaper, LedgerRow, Outcome, Paper, Reason
from ontology.vocabulary.reader import read_bytes

if TYPE_CHECKING:
    from spacy.language import Language

LEAST_SHARD = 100
"""Papers a shard where few are shared among many processes: fewer are not worth the start of one."""
SHARDS_A_WORKER = 4
"""Shards that each process should have at least, so that none is idle while the last ones run."""

_READ = ("id", "title", "abstract")
_BATCH = 8_192

_T = TypeVar("_T")

Progress = Callable[[int, int], None]
"""Called with papers done and papers in all."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A paper that could not be annotated, and why."""

    paper: Paper
    why: str = "the process that read it died, twice"


@dataclass(frozen=True, slots=True)
class Annotated:
    """The shard of each annotated paper, by the paper's content hash, and the papers that failed."""

    shards: dict[str, Path]
    failed: tuple[Failure, ...]


def annotate_papers(
    papers: Path,
    folder: Path,
    *,
    settings: Settings,
    workers: int | str,
    known: Sequence[Path] = (),
    on_progress: Progress | None = None,
) -> Annotated:
    """Annotate the papers that no shard holds yet and write them as shards into ``folder``.

    ``papers`` is a file of the table ``papers``, which is read as it is needed.

    Shards in ``folder`` (left by a killed run) and in the ``known`` folders (an earlier graph made
    with the same fingerprint) are reused. A paper that cannot be annotated is in no shard and is
    tried again by the next run. ``workers`` is a number of processes, or the address of a Dask
    scheduler, whose workers need nothing of this machine's files. The annotation of a paper depends
    neither on ``workers`` nor on its shard or order.
    """
    stored = stored_hashes([folder, *known])
    digests = [one for rows in _rows(papers, _READ) for one in map(content_hash, _read(rows))]
    missing = [row for row, digest in enumerate(digests) if digest not in stored]
    done = len(digests) - len(missing)
    if on_progress is not None:
        on_progress(done, len(digests))
    failed: list[Failure] = []
    size = _shard_size(len(missing), workers)
    shards = _shards(_chosen(papers, missing), size)
    with _pool(_shard, -(-len(missing) // size), settings, workers) as pool:
        for one in run(pool, shards):
            for part, (table, failures) in one.results:
                failed += failures
                path = folder / shard_name(part)
                write_shard(table, path)
                stored |= {content_hash(paper): path for paper in part}
            failed += map(Failure, one.lost)
            done += sum(len(part) for part, _ in one.results) + len(one.lost)
            if on_progress is not None:
                on_progress(done, len(digests))
    gone = {content_hash(one.paper) for one in failed}
    return Annotated({one: stored[one] for one in digests if one not in gone}, tuple(failed))


def annotate_each(
    papers: Iterable[Paper],
    total: int,
    *,
    settings: Settings,
    workers: int | str,
    on_progress: Progress | None = None,
) -> Iterator[AnnotatedPaper | Failure]:
    """Annotate papers, ``total`` in number, and yield them in the order given, storing nothing."""
    done = 0
    size = _shard_size(total, workers)
    with _pool(_annotated, -(-total // size), settings, workers) as pool:
        for one in run_in_order(pool, _shards(papers, size)):
            found = [result for _, results in one.results for result in results]
            found += map(Failure, one.lost)
            done += len(found)
            if on_progress is not None:
                on_progress(done, total)
            yield from found


def failure_row(failure: Failure) -> LedgerRow:
    """The ledger's row of a paper that stays without annotations."""
    return LedgerRow(
        origin_of(failure.paper),
        Reason.ANNOTATION_FAILED,
        Outcome.KEPT,
        f"not annotated: {failure.why}",
        failure.paper.id,
    )


def _rows(papers: Path, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(papers) as file:
        yield from file.iter_batches(_BATCH, columns=columns)


def _read(rows: pa.RecordBatch) -> Iterator[Paper]:
    """The papers of rows as annotation sees them: id, title and abstract."""
    return map(Paper, *(rows[name].to_pylist() for name in _READ))


def _chosen(papers: Path, places: Sequence[int]) -> Iterator[Paper]:
    """The papers in the rows at these places, which ascend."""
    wanted = deque(places)
    start = 0
    for rows in _rows(papers) if wanted else ():
        end = start + rows.num_rows
        here = []
        while wanted and wanted[0] < end:
            here.append(wanted.popleft() - start)
        yield from papers_of(rows.take(pa.array(here, pa.int64())))
        if not wanted:
            return
        start = end


def _shard_size(papers: int, workers: int | str) -> int:
    """Papers a shard; few papers among many processes make smaller shards, so that all work."""
    if isinstance(workers, str):
        return SHARD_PAPERS
    return min(SHARD_PAPERS, max(LEAST_SHARD, -(-papers // (SHARDS_A_WORKER * workers))))


def _shards(papers: Iterable[Paper], size: int) -> Iterator[Shard]:
    return map(tuple, pieces(papers, size))


def _pool(call: Callable[..., _T], shards: int, settings: Settings, workers: int | str) -> Pool[_T]:
    """Workers that call ``call(shard, settings=settings)``, for so many shards."""
    if isinstance(workers, str) and shards:
        from kg.cluster import Cluster  # noqa: PLC0415  an extra

        return Cluster(call, settings, workers)
    bound = partial(call, settings=settings)
    size = min(workers, shards) if isinstance(workers, int) else 1
    return Processes(bound, size) if size > 1 else InProcess(bound)


def _annotated(papers: Sequence[Paper], *, settings: Settings) -> list[AnnotatedPaper | Failure]:
    # Files that were edited since make another pipeline.
    contents = tuple(read_bytes(path) for path in settings.vocabulary)
    nlp = _pipeline(settings, contents)
    # What spaCy learns of new words is freed with the shard: memory does not grow with the papers.
    with nlp.memory_zone():
        return [_one(paper, nlp) for paper in papers]


def _one(paper: Paper, nlp: Language) -> AnnotatedPaper | Failure:
    from extractors.pipeline import annotate  # noqa: PLC0415  as above

    try:
        return annotate(paper, nlp)
    except (KgError, OSError):
        raise
    except Exception as error:  # noqa: BLE001  one paper must not end a run of a million
        return Failure(paper, f"{type(error).__name__} {shown(error)}")


def _shard(papers: Sequence[Paper], *, settings: Settings) -> tuple[pa.Table, list[Failure]]:
    found = _annotated(papers, settings=settings)
    table = shard_table(one for one in found if isinstance(one, AnnotatedPaper))
    return table, [one for one in found if isinstance(one, Failure)]


def get_ready(settings: Settings) -> None:
    """Load what reads papers in this process, so that :func:`annotate_papers` finds it loaded."""
    _annotated((), settings=settings)


@lru_cache(maxsize=1)
def _pipeline(settings: Settings, _contents: tuple[bytes, ...]) -> Language:
    from extractors.pipeline import load  # noqa: PLC0415  spaCy, where papers are read

    return load(settings)
