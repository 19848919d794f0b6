"""The whole road: sources to a graph folder."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from time import sleep

import pyarrow.parquet as pq

from extractors.model_files import SHIPPED, check_model, missing_runtime
from extractors.settings import Settings, default_settings, fingerprint
from kg.annotate import annotate_papers, failure_row
from kg.assemble import JOINED, LATE, NAMED, Assembly, pair_minimum
from kg.collector import no_cycles
from kg.compaction import compacted
from kg.confidence import MIN_CONFIDENCE, check_minimum
from kg.corpus_names import resolve_corpus
from kg.curation import Decision, read_curation, with_accepted
from kg.database import open_database
from kg.disk_space import ANNOTATIONS_OF_TEXT, TABLES_OF_TEXT, check_space
from kg.folder_lock import locked, writing
from kg.graph import (
    ANNOTATIONS,
    CURATION,
    VOCABULARY,
    Graph,
    check_target,
    finish,
    open_staging,
    recover,
    table_file,
    write_table,
)
from kg.left_out import unmatched
from kg.memory_size import MEMORY, memory_bytes
from kg.merge_log import log_merges
from kg.source_records import RECORDS, RecordStore
from kg.steps import Report, Step, read, readers, silent
from kg.works import Works
from ontology.errors import InputError
from ontology.records import LedgerRow
from ontology.tables import SCHEMAS
from ontology.text import encodable
from ontology.vocabulary.merging import vocabulary_with
from ontology.vocabulary.reader import Vocabulary, read_bytes

_BETWEEN_INTERRUPTS = 0.05  # seconds; one that comes between two statements is lost


def build(
    sources: str | Path | Sequence[str | Path],
    output: str | Path,
    *,
    source_format: str | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    memory: str = MEMORY,
    strict: bool = False,
    name: str | None = None,
    settings: Settings | None = None,
    min_confidence: float = MIN_CONFIDENCE,
    on_step: Report = silent,
) -> Graph:
    """Read sources, annotate their papers and write the graph to the folder ``output``.

    A graph that already stands there is replaced once the new one is complete; its annotations are
    reused, and its decisions (:mod:`kg.curation`) applied. ``workers`` defaults to the number of
    processors; with ``scheduler``, the address of a Dask scheduler, its workers read the papers
    instead. ``memory``, such as "500MB", bounds merging and the table stages, which put aside on
    disk what does not fit. The result depends on none of these, nor on the order of ``sources``.
    ``name`` names the corpus, by default after the sources; ``settings`` choose vocabulary and
    model, by default the model that comes with litkg.
    Entities less sure than ``min_confidence`` are left out with their mentions and relations, each
    with its row in the ledger.

    Raises :class:`~ontology.errors.InputError` where no paper can be read, where ``output`` holds
    something else, where ``min_confidence`` is no number from 0 to 1, and with ``strict`` at the
    first record that is unusable, and :class:`~ontology.errors.VocabularyError` where a vocabulary
    file breaks a rule.
    """
    paths = [str(one) for one in ([sources] if isinstance(sources, str | Path) else sources)]
    folder = Path(output)
    check_minimum(min_confidence)
    memory_bytes(memory)  # an odd one stops the run at once
    check_target(folder)
    if name is not None and name != encodable(name):
        raise InputError(f"name: {name!r} is not UTF-8; name the corpus otherwise")
    settings = settings or default_settings()
    vocabulary_with(settings.vocabulary)  # a bad file stops the run before anything is written
    with locked(folder):
        recover(folder)
        return make_graph(
            lambda records: records.add(
                read(paths, source_format=source_format, strict=strict, report=on_step)
            ),
            folder,
            name=name or corpus_name(paths),
            settings=settings,
            min_confidence=min_confidence,
            workers=readers(workers, scheduler),
            memory=memory,
            on_step=on_step,
        )


def make_graph(
    gather: Callable[[RecordStore], None],
    folder: Path,
    *,
    name: str,
    settings: Settings,
    min_confidence: float,
    workers: int | str,
    memory: str,
    on_step: Report,
) -> Graph:
    """Make a graph and move it to ``folder``, whose lock the caller holds.

    Decisions and vocabulary are checked before ``gather`` puts the source records into a store.
    """
    curation = read_curation(folder / CURATION)
    vocabulary = with_accepted(vocabulary_with(settings.vocabulary), curation)
    staging = open_staging(folder)
    print_of_settings = fingerprint(settings)
    store = staging / ANNOTATIONS / print_of_settings
    with writing(folder):
        with _put_aside(staging) as spill:
            size = _keep_records(gather, folder, staging, spill, memory)
            papers = table_file(staging, "papers")
            counts = {"papers": _write_papers(staging, spill, memory)}
            annotated = annotate_papers(
                papers,
                store,
                settings=settings,
                workers=workers,
                known=[folder / ANNOTATIONS / print_of_settings],
                on_progress=lambda done, total: on_step(Step("annotate", done, total)),
            )
            check_space(folder, TABLES_OF_TEXT * size)
            shards = compacted(annotated.shards, store)
            with no_cycles():
                on_step(Step("resolve", 0, 1))
                assembly = Assembly(
                    papers,
                    shards,
                    temporary=spill,
                    reader="rules and model" if settings.model else "rules",
                    min_confidence=min_confidence,
                    memory=memory,
                )
                counts |= _write_tables(
                    assembly,
                    table_file(spill, "ledger"),
                    [failure_row(one) for one in annotated.failed],
                    staging,
                    vocabulary=vocabulary,
                    decisions=curation.decisions,
                    report=on_step,
                )
        _keep_shards(set(shards.values()), store)
        _keep_vocabulary(settings.vocabulary, staging / VOCABULARY)
        return finish(
            staging,
            folder,
            {
                "name": name,
                "litkg": version("litkg"),
                "extractor": print_of_settings,
                "model": model_digest(settings),
                "model_of": model_owner(settings),
                "vocabulary": vocabulary_files(settings),
                "curation": [{"file": name, "sha256": digest} for name, digest in curation.files],
                "min_confidence": float(min_confidence),
                "counts": counts,
                "cooccurrence_minimum": pair_minimum(counts["papers"]),
            },
        )


def _keep_records(
    gather: Callable[[RecordStore], None], folder: Path, staging: Path, spill: Path, memory: str
) -> int:
    """Write the source records of a graph; the characters of their titles and abstracts.

    Raises :class:`~ontology.errors.InputError` where the disk has no room for the graph.
    """
    with no_cycles(), closing(open_database(spill, memory=memory)) as database:
        records = RecordStore(database)
        gather(records)
        size = records.text_size()
        check_space(folder, (ANNOTATIONS_OF_TEXT + TABLES_OF_TEXT) * size)
        records.write(staging / RECORDS)
    return size


def _write_papers(staging: Path, spill: Path, memory: str) -> int:
    """Write the table of the papers, and to ``spill`` the ledger of merging them; their number."""
    with no_cycles(), closing(open_database(spill, memory=memory)) as database:
        works = Works(database, staging / RECORDS)
        write_table("ledger", works.ledger(), spill)
        return write_table("papers", works.papers(), staging)


def model_digest(settings: Settings) -> str:
    """Digest of the model that has read, or why none has."""
    if settings.model is not None:
        return check_model(settings.model)
    missing = " and ".join(missing_runtime())
    return f"none; {missing} not installed" if missing else "none; by choice"


def model_owner(settings: Settings) -> str:
    """Whose model reads: ``litkg``, ``user``, or ``none``."""
    if settings.model is None:
        return "none"
    return "litkg" if settings.model == SHIPPED else "user"


def vocabulary_files(settings: Settings) -> list[dict[str, str]]:
    """Name and digest of each file of the user's, in the order in which they were read."""
    return [
        {"file": encodable(path.name), "sha256": hashlib.sha256(read_bytes(path)).hexdigest()}
        for path in settings.vocabulary
    ]


def corpus_name(paths: Sequence[str]) -> str:
    """Name a corpus after its sources, whatever their order or folder.

    >>> corpus_name(["b/two.jsonl.gz", "a/one.bib"])
    'one, two'
    """
    names = sorted({encodable(Path(path).absolute().name).split(".")[0] or path for path in paths})
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


@contextmanager
def _put_aside(staging: Path) -> Iterator[Path]:
    """A folder for what does not fit into memory, gone in the end; so is a staging folder without more."""
    folder = staging / ".spill"
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):
            staging.rmdir()


def _write_tables(
    assembly: Assembly,
    ledger: Path,
    failed: Iterable[LedgerRow],
    staging: Path,
    *,
    vocabulary: Vocabulary,
    decisions: Sequence[Decision],
    report: Report,
) -> dict[str, int]:
    """Write all tables of an assembly and close it; the number of rows of each."""

    def write(table: str) -> int:
        return write_table(table, assembly.batches(table), staging)

    try:
        names, definitions = assembly.names(), assembly.definitions()
        found = resolve_corpus(names, definitions, vocabulary, decisions)
        assembly.resolve(found, vocabulary)
        # The database joins and writes on one processor while Python works on the other.
        with ThreadPoolExecutor(1) as pool, _joining(assembly, pool) as joined:
            written = {table: pool.submit(write, table) for table in JOINED}
            resolved = found.resolutions, found.two_types
            assembly.prepare(log_merges(names, definitions, *resolved, vocabulary))
            joined.result()
            assembly.name()
            written |= {table: pool.submit(write, table) for table in NAMED}
            assembly.place()
            with pq.ParquetFile(ledger) as rows:
                assembly.record(rows.iter_batches(), [*failed, *unmatched(found.unmatched)])
            report(Step("resolve", 1, 1))
            counts = {table: one.result() for table, one in written.items()}
        report(Step("write", len(SCHEMAS) - len(LATE), len(SCHEMAS)))
        counts |= {table: write(table) for table in LATE}
        report(Step("write", len(SCHEMAS), len(SCHEMAS)))
    finally:
        assembly.close()
    return counts


@contextmanager
def _joining(assembly: Assembly, pool: ThreadPoolExecutor) -> Iterator[Future[None]]:
    """Join in ``pool``; an error or Ctrl-C meanwhile ends that, and what waits for it never starts."""
    joined = pool.submit(assembly.join)
    try:
        yield joined
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        while not joined.done():
            assembly.interrupt()
            sleep(_BETWEEN_INTERRUPTS)
        raise


def _keep_vocabulary(paths: Sequence[Path], folder: Path) -> None:
    """Copy the user's vocabulary, so that an update needs no other file."""
    for place, path in enumerate(paths, start=1):
        target = folder / f"{place:02}" / path.name
        target.parent.mkdir(parents=True)
        shutil.copyfile(path, target)


def _keep_shards(used: set[Path], folder: Path) -> None:
    """Bring the shards in use together in ``folder`` and drop those that are not."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(used):
        if path.parent != folder:
            _link_or_copy(path, folder / path.name)
    wanted = {path.name for path in used}
    for path in folder.iterdir():
        if path.name not in wanted:
            path.unlink()
    for other in folder.parent.iterdir():
        if other != folder:
            shutil.rmtree(other)


def _link_or_copy(path: Path, target: Path) -> None:
    # Shards never change once written, so two folders may share one.
    try:
        target.hardlink_to(path)
    except OSError:
        shutil.copy2(path, target)
