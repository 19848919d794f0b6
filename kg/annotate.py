"""Papers to annotated papers, in shards, on any executor; what was stored before is not redone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache, partial
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from spacy.language import Language

from extractors.pipeline import Settings, annotate_all, load
from kg.annotation_store import (
    content_hash,
    shard_name,
    shard_table,
    stored_hashes,
    write_shard,
)
from ontology.records import AnnotatedPaper, Paper
from ontology.vocabulary.reader import read_bytes

_T = TypeVar("_T")

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
    digests = [content_hash(paper) for paper in papers]
    missing = [paper for paper, digest in zip(papers, digests, strict=True) if digest not in stored]
    done = len(papers) - len(missing)
    if on_progress is not None:
        on_progress(done, len(papers))
    shards = _shards(missing)
    for count in _run(partial(_write, folder=folder, settings=settings), shards, workers):
        done += count
        if on_progress is not None:
            on_progress(done, len(papers))
    for shard in shards:
        path = folder / shard_name(shard)
        stored |= {content_hash(paper): path for paper in shard}
    return {digest: stored[digest] for digest in digests}


def annotate_each(
    papers: Sequence[Paper],
    *,
    settings: Settings,
    workers: int,
    on_progress: Progress | None = None,
) -> Iterator[AnnotatedPaper]:
    """Annotate papers and yield them in the order given, storing nothing."""
    shards = _shards(papers)
    done = 0
    for annotated in _run(partial(_annotated, settings=settings), shards, workers):
        done += len(annotated)
        if on_progress is not None:
            on_progress(done, len(papers))
        yield from annotated


def _shards(papers: Sequence[Paper]) -> list[tuple[Paper, ...]]:
    return [
        tuple(papers[start : start + SHARD_PAPERS]) for start in range(0, len(papers), SHARD_PAPERS)
    ]


def _annotated(papers: Sequence[Paper], *, settings: Settings) -> list[AnnotatedPaper]:
    # Files that were edited since make another pipeline.
    contents = tuple(read_bytes(path) for path in settings.vocabulary)
    return list(annotate_all(papers, _pipeline(settings, contents)))


def _write(papers: Sequence[Paper], *, folder: Path, settings: Settings) -> int:
    write_shard(shard_table(_annotated(papers, settings=settings)), folder / shard_name(papers))
    return len(papers)


@lru_cache(maxsize=1)
def _pipeline(settings: Settings, _contents: tuple[bytes, ...]) -> Language:
    # Loaded once a process.
    return load(settings)


def _run(
    call: Callable[[tuple[Paper, ...]], _T], shards: Sequence[tuple[Paper, ...]], workers: int
) -> Iterator[_T]:
    """Call a function on every shard; results come in the order of the shards."""
    if workers <= 1 or len(shards) <= 1:
        yield from map(call, shards)
        return
    # Fresh interpreters: forking a process that runs DuckDB or Arrow threads can deadlock.
    executor = ProcessPoolExecutor(min(workers, len(shards)), mp_context=get_context("spawn"))
    try:
        yield from executor.map(call, shards)
    finally:
        executor.shutdown(cancel_futures=True)
