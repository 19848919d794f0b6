"""A graph that grows: papers added, changed and removed without reading the others again.

The graph keeps its source records (:mod:`kg.source_records`) and the annotations of its papers, so
tables are made anew from what is kept and what changed: an updated graph is the graph that a build of
the same records gives.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.compute as pc

from extractors.model_files import SHIPPED, missing_runtime
from extractors.settings import Settings, fingerprint
from kg.annotate import get_ready
from kg.builder import make_graph, model_digest, vocabulary_files
from kg.confidence import check_minimum
from kg.database import open_database
from kg.folder_lock import locked, writing
from kg.graph import VOCABULARY, Graph, check_target, open_graph
from kg.memory_size import MEMORY, memory_bytes
from kg.reading import source_names
from kg.source_records import RECORDS, RecordStore, kept_sources, unreadable_told
from kg.sources.fields import clean_doi
from kg.steps import Report, read, readers, silent
from kg.works import Works
from ontology.errors import GraphError, InputError, MissingDependencyError
from ontology.text import encodable


@dataclass(frozen=True, slots=True)
class Updated:
    """A graph after an update, with the number of papers that are new, changed and gone."""

    graph: Graph
    added: int
    changed: int
    gone: int


def update(
    graph: str | Path,
    sources: str | Path | Sequence[str | Path] = (),
    *,
    source_format: str | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    memory: str = MEMORY,
    strict: bool = False,
    settings: Settings | None = None,
    min_confidence: float | None = None,
    on_step: Report = silent,
) -> Updated:
    """Bring new and changed papers and the decisions of ``graph`` into it.

    A source of the name of an earlier one takes its place, whatever its folder. Without ``sources``
    the graph is made anew from what it keeps. ``settings`` and ``min_confidence`` are by default
    those of the graph; others hold for all its papers. ``workers``, ``scheduler`` and ``memory`` are
    those of :func:`kg.builder.build`. The graph keeps its name.

    Raises :class:`~ontology.errors.GraphError` where ``graph`` is none or keeps no source records,
    and :class:`~ontology.errors.InputError` like :func:`kg.builder.build`.
    """
    paths = [str(one) for one in ([sources] if isinstance(sources, str | Path) else sources)]
    folder = Path(graph)
    check_target(folder)
    open_graph(folder)  # before the lock: a folder that is none gets no lock beside it
    with locked(folder):
        old = open_graph(folder)

        def gather(records: RecordStore) -> None:
            records.add_kept(folder / RECORDS, sources=source_names(paths))
            if paths:
                records.add(read(paths, source_format=source_format, strict=strict, report=on_step))

        reader = readers(workers, scheduler)
        chosen = settings or recorded_settings(old)
        # Few papers are new, and read in this process, which gets ready while the database sorts.
        with ThreadPoolExecutor(1) as early:
            if paths:
                early.submit(get_ready, chosen)
            return _remade(old, gather, chosen, min_confidence, reader, memory, on_step)


def remove(
    graph: str | Path,
    *,
    papers: Sequence[str] = (),
    dois: Sequence[str] = (),
    sources: Sequence[str] = (),
    workers: int | None = None,
    memory: str = MEMORY,
    on_step: Report = silent,
) -> Updated:
    """Take papers out of a graph: by id, by DOI, or all records of a source.

    All source records of a removed paper go; a later update from the same source brings them back.
    Raises :class:`~ontology.errors.InputError` where the graph holds no such paper or source, and
    where none would be left.
    """
    folder = Path(graph)
    memory_bytes(memory)
    check_target(folder)
    open_graph(folder)
    with locked(folder):
        old = open_graph(folder)
        kept = kept_sources(folder / RECORDS)
        names = {encodable(PurePath(source).name) for source in sources}
        if unknown := names - kept:
            raise InputError(
                f"{folder}: nothing was read from {', '.join(sorted(unknown))};"
                f" its sources are {_few(sorted(kept))}"
            )
        rows = _rows_of(folder, {*papers, *_ids_of(old, dois)}, memory)

        def gather(records: RecordStore) -> None:
            records.add_kept(folder / RECORDS, sources=names, rows=rows)
            if not records.count():
                raise InputError(f"{folder}: no paper would be left; delete the folder instead")

        return _remade(old, gather, None, None, readers(workers, None), memory, on_step)


def recorded_settings(
    graph: Graph,
    *,
    model: Path | None = None,
    no_model: bool = False,
    vocabulary: Sequence[Path] = (),
) -> Settings:
    """The settings that a graph was built with, save those given here.

    Raises :class:`~ontology.errors.InputError` where it was read with a model of the user's, which it
    does not keep, and :class:`~ontology.errors.MissingDependencyError` where litkg's own cannot run.
    """
    kept = tuple(
        next((graph.path / VOCABULARY / f"{place:02}").iterdir())
        for place, _ in enumerate(graph.manifest["vocabulary"], start=1)
    )
    return Settings(tuple(vocabulary) or kept, None if no_model else model or _model_of(graph))


def reread_for(graph: Graph, settings: Settings) -> tuple[str, ...]:
    """What settings read otherwise than the graph was read, so that all its papers are read again."""
    if fingerprint(settings) == graph.manifest["extractor"]:
        return ()
    found = []
    if model_digest(settings) != graph.manifest["model"]:
        found.append("model")
    if vocabulary_files(settings) != graph.manifest["vocabulary"]:
        found.append("vocabulary")
    return tuple(found) or ("version of litkg",)


def _model_of(graph: Graph) -> Path | None:
    match graph.manifest.get("model_of"):
        case None:
            raise GraphError(f"{graph.path}: does not say how it was read; build it once more")
        case "none":
            return None
        case "litkg" if missing := missing_runtime():
            raise MissingDependencyError(
                f"{graph.path}: was read with the model of litkg; pip install {' '.join(missing)},"
                " or read by rules alone with --no-model"
            )
        case "litkg":
            return SHIPPED
        case _:
            raise InputError(
                f"{graph.path}: was read with a model of your own; name its folder with --model"
            )


def _remade(
    old: Graph,
    gather: Callable[[RecordStore], None],
    settings: Settings | None,
    min_confidence: float | None,
    workers: int | str,
    memory: str,
    on_step: Report,
) -> Updated:
    minimum = old.manifest["min_confidence"] if min_confidence is None else min_confidence
    check_minimum(minimum)
    memory_bytes(memory)  # an odd one stops the run at once
    before = _digests(old)
    old.database.close()
    made = make_graph(
        gather,
        old.path,
        name=old.name,
        settings=settings or recorded_settings(old),
        min_confidence=minimum,
        workers=workers,
        memory=memory,
        on_step=on_step,
    )
    after = _digests(made)
    both = before.join(after, "id", join_type="full outer", right_suffix=" after")
    old_digest, new_digest = both["digest"], both["digest after"]
    return Updated(
        made,
        added=old_digest.null_count,
        changed=pc.sum(pc.not_equal(old_digest, new_digest)).as_py() or 0,
        gone=new_digest.null_count,
    )


def _digests(graph: Graph) -> pa.Table:
    """A digest of each paper, whatever it was read from: ``id digest``."""
    return graph.database.sql(
        "SELECT id, hash(title, abstract, authors, venue, year, keywords, doi, arxiv, pmid, url)"
        " AS digest FROM papers"
    ).to_arrow_table()


def _rows_of(folder: Path, ids: set[str], memory: str) -> list[int]:
    """The rows of the source records of these papers."""
    if not ids:
        return []
    records = folder / RECORDS
    with (
        writing(folder),
        TemporaryDirectory(prefix="litkg-") as spill,
        closing(open_database(Path(spill), memory=memory)) as database,
        unreadable_told(records),
    ):
        found = Works(database, records).rows_of(ids)
    if absent := ids - found.keys():
        raise InputError(f"{folder}: holds no paper {', '.join(sorted(absent))}")
    return [row for rows in found.values() for row in rows]


def _ids_of(graph: Graph, dois: Sequence[str]) -> list[str]:
    found = []
    for given in dois:
        doi, _ = clean_doi(given)
        rows = graph.database.execute("SELECT id FROM papers WHERE doi = ?", [doi]).fetchall()
        if not doi or not rows:
            raise InputError(f"{graph.path}: holds no paper of the DOI {given!r}")
        found += [paper for (paper,) in rows]
    return found


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
