"""Papers to annotated papers, in shards, on any executor; what was stored before is not redone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from functools import cache
from multiprocessing import get_context
from pathlib import Path

from spacy.language import Language

from extractors.pipeline import Settings, annotate_all, load
from kg.annotation_store import (
    content_hash,
    shard_name,
    shard_table,
    stored_hashes,
    write_shard,
)
from ontology.records import Paper

SHARD_PAPERS = 250
"""Papers a shard: small enough to lose little in a crash, large enough for long runs of one file."""

Progress = Callable[[int, int], None]
"""Called with papers done and papers in all."""


def annotate_papers(
    papers: Sequence[Paper],
    folder: Path,
    *,
    settings: Settings,
    workers: int,
    known: Sequence[Path] = (),
    on_progress: Progress | None = None,
) -> dict[str, Path]:
    """Annotate the papers that no shard holds yet and write them as shards into ``folder``.

    Shards in ``folder`` (left by a killed run) and in the ``known`` folders (an earlier graph made
    with the same fingerprint) are reused. Returns the shard of each paper's content hash. The
    annotation of a paper does not depend on its shard, on ``workers`` or on order.
    """
    stored = stored_hashes([folder, *known])
    missing = [paper for paper in papers if content_hash(paper) not in stored]
    shards = [
        tuple(missing[start : start + SHARD_PAPERS])
        for start in range(0, len(missing), SHARD_PAPERS)
    ]
    done = len(papers) - len(missing)
    if on_progress is not None:
        on_progress(done, len(papers))
    for shard in _finished(shards, folder, settings, workers):
        done += len(shard)
        if on_progress is not None:
            on_progress(done, len(papers))
        path = folder / shard_name(shard)
        stored |= {content_hash(paper): path for paper in shard}
    return {digest: stored[digest] for digest in map(content_hash, papers)}


def annotate_shard(papers: Sequence[Paper], folder: Path, settings: Settings) -> None:
    """Annotate one shard in this process and write it; the pipeline is loaded once a process."""
    nlp = _pipeline(settings)
    write_shard(shard_table(annotate_all(papers, nlp)), folder / shard_name(papers))


@cache
def _pipeline(settings: Settings) -> Language:
    return load(settings)


def _finished(
    shards: Sequence[tuple[Paper, ...]], folder: Path, settings: Settings, workers: int
) -> Iterator[tuple[Paper, ...]]:
    if workers <= 1 or len(shards) <= 1:
        for shard in shards:
            annotate_shard(shard, folder, settings)
            yield shard
        return
    with _process_pool(min(workers, len(shards))) as executor:
        futures: dict[Future[None], tuple[Paper, ...]] = {
            executor.submit(annotate_shard, shard, folder, settings): shard for shard in shards
        }
        for future in as_completed(futures):
            future.result()
            yield futures[future]


@contextmanager
def _process_pool(workers: int) -> Iterator[Executor]:
    # Fresh interpreters: forking a process that runs DuckDB or Arrow threads can deadlock.
    executor = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
    try:
        yield executor
    except BaseException:
        executor.shutdown(wait=False, cancel_futures=True)
        raise
    executor.shutdown()
