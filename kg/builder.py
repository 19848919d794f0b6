"""The whole road: sources to a graph folder."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from extractors.model_files import check_model, missing_runtime
from extractors.pipeline import Settings, default_settings, fingerprint
from kg.annotate import annotate_papers
from kg.assemble import Assembly, pair_minimum
from kg.confidence import MIN_CONFIDENCE, check_minimum
from kg.corpus_names import resolve_corpus
from kg.curation import Decision, read_curation, with_accepted
from kg.graph import (
    ANNOTATIONS,
    CURATION,
    Graph,
    check_target,
    finish,
    open_staging,
    write_table,
)
from kg.left_out import unmatched
from kg.steps import Report, Step, processes, read, silent
from ontology.records import Sources
from ontology.tables import SCHEMAS
from ontology.vocabulary.merging import vocabulary_with
from ontology.vocabulary.reader import Vocabulary, read_bytes


def build(
    sources: str | Path | Sequence[str | Path],
    output: str | Path,
    *,
    source_format: str | None = None,
    workers: int | None = None,
    strict: bool = False,
    name: str | None = None,
    settings: Settings | None = None,
    min_confidence: float = MIN_CONFIDENCE,
    on_step: Report = silent,
) -> Graph:
    """Read sources, annotate their papers and write the graph to the folder ``output``.

    A graph that already stands there is replaced once the new one is complete; its annotations are
    reused, and its decisions (:mod:`kg.curation`) applied. ``workers`` defaults to the number of processors. The result does not depend on
    ``workers`` or on the order of ``sources``. ``name`` names the corpus, by default after the
    sources; ``settings`` choose vocabulary and model, by default the model that comes with litkg.
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
    check_target(folder)
    settings = settings or default_settings()
    curation = read_curation(folder / CURATION)
    vocabulary = with_accepted(vocabulary_with(settings.vocabulary), curation)
    found = read(paths, source_format=source_format, strict=strict, report=on_step)
    staging = open_staging(folder)
    print_of_settings = fingerprint(settings)
    shards = annotate_papers(
        found.papers,
        staging / ANNOTATIONS / print_of_settings,
        settings=settings,
        workers=processes(workers),
        known=[folder / ANNOTATIONS / print_of_settings],
        on_progress=lambda done, total: on_step(Step("annotate", done, total)),
    )
    counts = _write_tables(
        found,
        set(shards.values()),
        staging,
        vocabulary=vocabulary,
        decisions=curation.decisions,
        reader="rules and model" if settings.model else "rules",
        min_confidence=min_confidence,
        report=on_step,
    )
    _keep_shards(set(shards.values()), staging / ANNOTATIONS / print_of_settings)
    return finish(
        staging,
        folder,
        {
            "name": name or corpus_name(paths),
            "litkg": version("litkg"),
            "extractor": print_of_settings,
            "model": _model(settings),
            "vocabulary": _vocabulary_files(settings),
            "curation": [{"file": name, "sha256": digest} for name, digest in curation.files],
            "min_confidence": float(min_confidence),
            "counts": counts,
            "cooccurrence_minimum": pair_minimum(len(found.papers)),
        },
    )


def _model(settings: Settings) -> str:
    """Digest of the model that has read, or why none has."""
    if settings.model is not None:
        return check_model(settings.model)
    missing = " and ".join(missing_runtime())
    return f"none; {missing} not installed" if missing else "none; by choice"


def _vocabulary_files(settings: Settings) -> list[dict[str, str]]:
    """Name and digest of each file of the user's, in the order in which they were read."""
    return [
        {"file": path.name, "sha256": hashlib.sha256(read_bytes(path)).hexdigest()}
        for path in settings.vocabulary
    ]


def corpus_name(paths: Sequence[str]) -> str:
    """Name a corpus after its sources, whatever their order or folder.

    >>> corpus_name(["b/two.jsonl.gz", "a/one.bib"])
    'one, two'
    """
    names = sorted({Path(path).absolute().name.split(".")[0] or path for path in paths})
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _write_tables(
    found: Sources,
    shards: set[Path],
    staging: Path,
    *,
    vocabulary: Vocabulary,
    decisions: Sequence[Decision],
    reader: str,
    min_confidence: float,
    report: Report,
) -> dict[str, int]:
    report(Step("resolve", 0, 1))
    spill = staging / ".spill"
    assembly = Assembly(
        found.papers, shards, temporary=spill, reader=reader, min_confidence=min_confidence
    )
    try:
        names = resolve_corpus(assembly.names(), assembly.definitions(), vocabulary, decisions)
        assembly.resolve(names, vocabulary)
        assembly.record([*found.ledger, *unmatched(names.unmatched)])
        report(Step("resolve", 1, 1))
        counts: dict[str, int] = {}
        for place, table in enumerate(SCHEMAS):
            report(Step("write", place, len(SCHEMAS)))
            counts[table] = write_table(table, assembly.batches(table), staging)
        report(Step("write", len(SCHEMAS), len(SCHEMAS)))
    finally:
        assembly.close()
        shutil.rmtree(spill, ignore_errors=True)
    return counts


def _keep_shards(used: set[Path], folder: Path) -> None:
    """Bring the shards in use together in ``folder`` and drop those that are not."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(used):
        if path.parent != folder:
            shutil.copy2(path, folder / path.name)
    wanted = {path.name for path in used}
    for path in folder.iterdir():
        if path.name not in wanted:
            path.unlink()
    for other in folder.parent.iterdir():
        if other != folder:
            shutil.rmtree(other)
