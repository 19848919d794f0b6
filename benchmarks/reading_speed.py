"""Measure reading: abstracts a second by rules, by the model, by both, and by a pipeline of spaCy's.

    python benchmarks/reading_speed.py papers.jsonl.gz
    python benchmarks/reading_speed.py papers.jsonl.gz --papers 2000 --workers 8

Every reader gets the same papers, taken at even distances, in one process and in several. Each
process has loaded its pipeline and read one paper before the clock starts. "Model" takes no find of
a rule and has no vocabulary, but groups, names, and weighs roles and relations as "rules and model"
does. The pipeline of spaCy's tags, parses, lemmatises and finds general names: it tells how fast the
machine is with a reader that many know, and does another task.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from extractors.model_files import SHIPPED
from extractors.pipeline import annotate_all, load
from extractors.reading import FineTokenizer, joined_text
from extractors.settings import Settings
from kg.reading import read_papers
from ontology.records import Paper

SPACY = "spaCy"
READERS = ("rules", "model", "rules and model", SPACY)
_MOST = 50
"""Papers handed to a process at a time, at most."""

Read = Callable[[Sequence[Paper]], None]


@dataclass(frozen=True, slots=True)
class Speed:
    """What one reader did: abstracts a second, and the peak memory of its largest process in MB."""

    reader: str
    workers: int
    rate: float
    peak: int


@Language.component("benchmark_model_alone")
def without_rules(doc: Doc) -> Doc:
    """Leave to grouping and naming what rules would: defined abbreviations, and no vocabulary."""
    doc.spans["definitions"] = list(doc.spans["abbreviations"])
    doc.user_data["entry_names"] = {}
    return doc


def model_alone() -> Language:
    """The shipped model with what it needs to make entities, and no component that finds by rule."""
    nlp = spacy.blank("en")
    nlp.tokenizer = FineTokenizer(nlp.vocab)
    model = {"model": str(SHIPPED)}
    nlp.add_pipe("litkg_sentences")
    nlp.add_pipe("litkg_abbreviations")
    nlp.add_pipe("benchmark_model_alone")
    nlp.add_pipe("litkg_tagger", config=model)
    nlp.add_pipe("litkg_entities")
    nlp.add_pipe("litkg_learned_roles", config=model)
    nlp.add_pipe("litkg_learned_relations", config=model)
    return nlp


def reader(name: str, spacy_pipeline: str) -> Read:
    """Load a reader; calling it reads papers to the end."""
    if name == SPACY:
        return partial(_read_by_spacy, spacy.load(spacy_pipeline))
    if name == "model":
        return partial(_read, model_alone())
    return partial(_read, load(Settings(model=None if name == "rules" else SHIPPED)))


def _read(nlp: Language, papers: Sequence[Paper]) -> None:
    for _ in annotate_all(papers, nlp):
        pass


def _read_by_spacy(nlp: Language, papers: Sequence[Paper]) -> None:
    for _ in nlp.pipe(map(joined_text, papers)):
        pass


class _Worker:
    """What a process keeps between calls."""

    read: Read
    barrier: Barrier


def _start(name: str, spacy_pipeline: str, first: Paper, barrier: Barrier) -> None:
    _Worker.read = staticmethod(reader(name, spacy_pipeline))
    _Worker.read([first])
    _Worker.barrier = barrier


def _ready(_place: int) -> None:
    # No process takes two of these calls, because none returns before all processes wait.
    _Worker.barrier.wait()


def _work(papers: Sequence[Paper]) -> int:
    _Worker.read(papers)
    return _peak()


def _peak() -> int:
    """Peak memory of this process in MB, 0 where the system does not tell.

    Not ``ru_maxrss``: a new process starts with that of its parent.
    """
    try:
        lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    except OSError:
        return 0
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))


def measure(name: str, papers: Sequence[Paper], workers: int, spacy_pipeline: str) -> Speed:
    """Read all papers once with so many processes that are up and warm."""
    size = max(1, min(_MOST, len(papers) // (4 * workers)))
    chunks = [papers[start : start + size] for start in range(0, len(papers), size)]
    context = get_context("spawn")
    with ProcessPoolExecutor(
        workers,
        mp_context=context,
        initializer=_start,
        initargs=(name, spacy_pipeline, papers[0], context.Barrier(workers)),
    ) as executor:
        list(executor.map(_ready, range(workers)))
        started = time.perf_counter()
        peaks = list(executor.map(_work, chunks))
        seconds = time.perf_counter() - started
    return Speed(name, workers, len(papers) / seconds, max(peaks))


def chosen(papers: Sequence[Paper], number: int) -> list[Paper]:
    """So many of the papers that have an abstract, at even distances."""
    full = [paper for paper in papers if paper.abstract]
    if not full:
        sys.exit("no paper has an abstract; there is nothing to measure")
    number = min(number, len(full))
    return [full[place * len(full) // number] for place in range(number)]


def machine() -> str:
    """Processor, number of processors, load and system in one line."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    load_average = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    return (
        f"{names[0] if names else platform.processor() or 'unknown processor'},"
        f" {os.cpu_count()} processors, load {load_average:.1f} before,"
        f" {platform.system()} {platform.machine()}"
    )


def versions(spacy_pipeline: str, *more: str) -> str:
    """Versions of everything that decides the speed."""
    parts = [f"Python {platform.python_version()}"]
    packages = ("litkg", "spacy", "numpy", "onnxruntime", "tokenizers", spacy_pipeline, *more)
    for package in packages:
        try:
            parts.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            parts.append(f"{package} not installed")
    return ", ".join(parts)


def installed(spacy_pipeline: str) -> bool:
    """Whether spaCy can load a pipeline: a package, or a folder."""
    return Path(spacy_pipeline).is_dir() or find_spec(spacy_pipeline) is not None


def main() -> None:
    """Measure every reader that can be loaded and print a Markdown table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("source", help="papers, in any format that kg build reads")
    parser.add_argument("--papers", type=int, default=500, help="how many to read (500)")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--spacy", default="en_core_web_sm", help="name or folder of a trained pipeline"
    )
    arguments = parser.parse_args()
    if min(arguments.papers, arguments.workers) < 1:
        parser.error("--papers and --workers are 1 at least")
    papers = chosen(read_papers([arguments.source]).papers, arguments.papers)
    length = sum(len(joined_text(paper)) for paper in papers) // len(papers)
    print(f"{len(papers)} papers of {length} characters on average from {arguments.source}\n")
    print(f"- {machine()}\n- {versions(arguments.spacy)}\n")
    print("| reader | processes | abstracts a second | peak MB a process |")
    print("|---|---:|---:|---:|", flush=True)
    for name in READERS:
        if name == SPACY and not installed(arguments.spacy):
            print(f"| {name} {arguments.spacy} | | not installed | |")
            print(f"\nInstall it: python -m spacy download {arguments.spacy}", file=sys.stderr)
            continue
        for workers in sorted({1, arguments.workers}):
            speed = measure(name, papers, workers, arguments.spacy)
            label = f"{name} {arguments.spacy}" if name == SPACY else name
            peak = f"{speed.peak:,}" if speed.peak else "?"
            print(f"| {label} | {workers} | {speed.rate:.1f} | {peak} |", flush=True)


if __name__ == "__main__":
    main()
