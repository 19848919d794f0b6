"""The steps that ``growth.py`` measures, each on the corpus of one size, each in a fresh process."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import combinations
from pathlib import Path
from statistics import median
from threading import Event, Thread
from typing import Any

import networkx as nx
import psutil
import rdflib
from query_speed import parameters_of, timed
from reading_speed import READERS, chosen, installed
from reading_speed import measure as reading_speed
from resampling import evenly, stored_rows, to_line, write_resampled

from exports.formats import FORMATS
from extractors.settings import Settings, default_settings, fingerprint
from kg import build, open_graph, update
from kg.annotate import annotate_papers
from kg.cypher_store import open_store as open_cypher
from kg.graph import ANNOTATIONS, staging_folder, table_file, write_table
from kg.query_store import STORE
from kg.reading import gathered, read_papers, read_records
from kg.recipes import LANGUAGES, recipes
from kg.sparql import open_store as open_sparql
from kg.sparql import sparql
from kg.steps import Step
from ontology.identifiers import PREFIXES
from ontology.records import Paper
from ontology.vocabulary.reader import shipped_vocabulary

Figure = dict[str, Any]
Measure = Callable[[Path, Path, int, str], Iterator[Figure]]
"""Of the corpus, the working folder, the number of papers, and the name of a pipeline of spaCy's."""

WORKERS = os.cpu_count() or 1
SAMPLE_SECONDS = 0.1
MOST_MB = 16_000
"""A process that takes more ends, for the sake of others on the machine."""
READ_BY_ALL = 1_000
"""Papers that every reader gets."""
QUESTION = """SELECT ?method (COUNT(?paper) AS ?papers) {
  ?paper litkg:uses ?m . ?m a litkg:Method ; skos:prefLabel ?method
} GROUP BY ?method ORDER BY DESC(?papers) ?method LIMIT 10"""
EXPORTS = ("ntriples", "turtle", "neo4j", "parquet", "html")


class Watch(Thread):
    """Notes the greatest memory of this process and all it started, in MB."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        self._end = Event()

    def run(self) -> None:
        """Look again and again."""
        me = psutil.Process()
        while not self._end.wait(SAMPLE_SECONDS):
            taken = 0
            for one in (me, *me.children(recursive=True)):
                try:
                    taken += one.memory_info().rss >> 20
                except psutil.NoSuchProcess:
                    continue
            self.peak = max(self.peak, taken)
            if taken > MOST_MB:
                print(f"more than {MOST_MB:,} MB", file=sys.stderr)
                os._exit(1)

    def taken(self) -> int:
        """The peak since the last call."""
        peak, self.peak = self.peak, 0
        return peak

    def stop(self) -> None:
        """Look no more."""
        self._end.set()
        self.join()


def processor_seconds() -> float:
    """Of this process and of those that it started and that have ended."""
    return sum(os.times()[:4])


@contextmanager
def measured(name: str) -> Iterator[Figure]:
    """Time a block; the figure is whole when it ends."""
    figure: Figure = {"name": name}
    watch = Watch()
    watch.start()
    started, worked = time.perf_counter(), processor_seconds()
    yield figure
    figure["seconds"] = round(time.perf_counter() - started, 3)
    figure["cpu"] = round(processor_seconds() - worked, 3)
    watch.stop()
    figure["peak"] = watch.taken()


def corpus_of(corpus: Path, work: Path, size: int) -> Path:
    """The papers of a size as JSON Lines, made at the first call; more than there are: resampled."""
    path = work / f"{size}.jsonl"
    if path.exists():
        return path
    papers = read_papers([str(corpus)]).papers
    making = path.with_suffix(".making")
    if size <= len(papers):
        making.write_text("".join(map(to_line, evenly(papers, size))), "utf-8")
    else:
        whole = open_graph(graph_of(work, len(papers)))
        rows = stored_rows(whole.path / ANNOTATIONS / fingerprint(Settings()))
        shards = staging_folder(graph_of(work, size)) / ANNOTATIONS / fingerprint(Settings())
        shutil.rmtree(shards, ignore_errors=True)
        read = read_papers([str(corpus_of(corpus, work, len(papers)))]).papers
        write_resampled(read, rows, shipped_vocabulary(), size, making, shards)
    making.replace(path)
    return path


def graph_of(work: Path, size: int) -> Path:
    """Where the graph of a size is built."""
    return work / f"map-{size}"


def build_step(corpus: Path, work: Path, size: int, _spacy: str) -> Iterator[Figure]:
    """The whole build by rules, and each of its stages."""
    source, folder = corpus_of(corpus, work, size), graph_of(work, size)
    shutil.rmtree(folder, ignore_errors=True)
    ends: list[Figure] = []
    watch = Watch()
    watch.start()
    begun = last = time.perf_counter(), processor_seconds()

    def since(moment: tuple[float, float]) -> Figure:
        return {
            "seconds": round(time.perf_counter() - moment[0], 3),
            "cpu": round(processor_seconds() - moment[1], 3),
        }

    def end(name: str) -> None:
        nonlocal last
        ends.append({"name": name, **since(last), "peak": watch.taken()})
        last = time.perf_counter(), processor_seconds()

    def note(step: Step) -> None:
        before = {"annotate": "merge, look up", "resolve": "annotate (rules)"}
        done = {one["name"] for one in ends}
        if step.name == "read" and step.total:
            end("read")
        elif (name := before.get(step.name)) and name not in done:
            end(name)
        if step.name == "write" and step.done == step.total:
            end("resolve, tables")

    graph = build(source, folder, settings=Settings(), workers=WORKERS, on_step=note)
    end("seal")
    watch.stop()
    counts = graph.manifest["counts"]
    total = since(begun)
    peak = max(one["peak"] for one in ends)
    yield from ends
    yield {"name": "whole build (rules)", **total, "peak": peak, "counts": counts}


def model_step(corpus: Path, work: Path, size: int, _spacy: str) -> Iterator[Figure]:
    """Annotation by rules and model."""
    scratch = work / "scratch"
    scratch.mkdir(exist_ok=True)
    with gathered(read_records([str(corpus_of(corpus, work, size))])) as works:
        write_table("papers", works.papers(), scratch)
    with measured("annotate (rules and model)") as figure:
        annotate_papers(
            table_file(scratch, "papers"), scratch, settings=default_settings(), workers=WORKERS
        )
    yield figure


def readers_step(corpus: Path, work: Path, size: int, pipeline: str) -> Iterator[Figure]:
    """Abstracts a second of each reader and of spaCy, on the same texts."""
    papers = chosen(read_papers([str(corpus_of(corpus, work, size))]).papers, READ_BY_ALL)
    for name in READERS:
        if name != "spaCy" or installed(pipeline):
            speed = reading_speed(name, papers, WORKERS, pipeline)
            label = f"spaCy {pipeline}" if name == "spaCy" else f"litkg, {name}"
            yield {"name": label, "rate": round(speed.rate, 1), "peak": speed.peak * WORKERS}


def export_step(form: str, _corpus: Path, work: Path, size: int, _spacy: str) -> Iterator[Figure]:
    """One format, to the disk."""
    target = work / "scratch" / f"out{FORMATS[form].suffix}"
    target.parent.mkdir(exist_ok=True)
    graph = open_graph(graph_of(work, size))
    with measured(f"export {form}") as figure:
        FORMATS[form].write(graph, target)
    files = sorted(target.rglob("*")) if target.is_dir() else [target]
    yield figure | {"megabytes": sum(one.stat().st_size for one in files) // 1_000_000}


def stores_step(_corpus: Path, work: Path, size: int, _spacy: str) -> Iterator[Figure]:
    """The stores that answer SPARQL and Cypher, made from the graph."""
    graph = open_graph(graph_of(work, size))
    shutil.rmtree(graph.path / STORE, ignore_errors=True)
    for name, make in (("SPARQL", open_sparql), ("Cypher", open_cypher)):
        with measured(f"load store ({name})") as figure:
            make(graph)
        yield figure


def queries_step(_corpus: Path, work: Path, size: int, _spacy: str) -> Iterator[Figure]:
    """All questions of the cookbook, about what most papers name."""
    graph = open_graph(graph_of(work, size))
    for language in LANGUAGES:
        with measured(language) as figure:
            answers = [
                timed(graph, one, parameters_of(graph, one, busiest=True), language)
                for one in recipes().values()
            ]
        seconds, cpu, _ = zip(*answers, strict=True)
        for name, summary in (("median", median), ("longest", max)):
            yield {
                "name": f"query ({language}, {name} of {len(answers)})",
                "seconds": round(summary(seconds), 3),
                "cpu": round(summary(cpu), 3),
                "peak": figure["peak"],
            }


def update_step(_corpus: Path, work: Path, size: int, _spacy: str) -> Iterator[Figure]:
    """One new paper into the graph."""
    folder = work / "scratch" / "map"
    shutil.copytree(graph_of(work, size), folder, ignore=shutil.ignore_patterns(STORE))
    new = work / "scratch" / "new.jsonl"
    abstract = (
        "We propose GrowthNet, a method for image segmentation, and evaluate it on Cityscapes."
    )
    new.write_text(to_line(Paper("growth-1", "GrowthNet", abstract, year=2025)), "utf-8")
    with measured("update of one paper") as figure:
        update(folder, new)
    yield figure


def rdflib_step(_corpus: Path, work: Path, size: int, _spacy: str) -> Iterator[Figure]:
    """The same triples in rdflib: read, written as Turtle, and asked; the question asked of litkg."""
    graph = open_graph(graph_of(work, size))
    path = work / "scratch" / "graph.nt"
    path.parent.mkdir(exist_ok=True)
    FORMATS["ntriples"].write(graph, path)
    loaded = rdflib.Graph()
    with measured("rdflib: read N-Triples") as figure:
        loaded.parse(path, format="nt")
    yield figure
    with measured("rdflib: write Turtle") as figure:
        loaded.serialize(path.with_suffix(".ttl"), format="turtle")
    yield figure
    with measured("rdflib: SPARQL question") as figure:
        theirs = [int(row.papers) for row in loaded.query(prefixed(QUESTION))]
    yield figure
    open_sparql(graph)
    with measured("litkg: SPARQL question") as figure:
        ours = [int(row[1]) for row in sparql(graph.path, QUESTION).rows]
    yield figure
    assert ours == theirs, "the answers differ"


def prefixed(question: str) -> str:
    """The question with the prefixes that litkg knows by itself."""
    lines = [f"PREFIX {name}: <{iri}>" for name, iri in PREFIXES.items()]
    return "\n".join([*lines, question])


def networkx_step(_corpus: Path, work: Path, size: int, _spacy: str) -> Iterator[Figure]:
    """Which entities are named together, counted by networkx and by litkg's own statement."""
    graph = open_graph(graph_of(work, size))
    least = graph.manifest["cooccurrence_minimum"]
    with measured("networkx: co-occurrence") as figure:
        network = nx.Graph()
        rows = graph.database.execute("SELECT paper, list(DISTINCT entity) FROM links GROUP BY 1")
        for _, entities in rows.fetchall():
            for one, other in combinations(sorted(entities), 2):
                if network.has_edge(one, other):
                    network[one][other]["papers"] += 1
                else:
                    network.add_edge(one, other, papers=1)
        theirs = Counter(papers for *_, papers in network.edges.data("papers") if papers >= least)
    yield figure
    with measured("litkg: co-occurrence") as figure:
        ours = Counter(
            papers
            for (papers,) in graph.database.execute(
                "SELECT count(*) FROM links AS one JOIN links AS other"
                " ON one.paper = other.paper AND one.entity < other.entity"
                " GROUP BY one.entity, other.entity HAVING count(*) >= ?",
                [least],
            ).fetchall()
        )
    yield figure
    assert ours == theirs, "the counts differ"


STEPS: dict[str, Measure] = {
    "build": build_step,
    "model": model_step,
    "readers": readers_step,
    **{f"export-{form}": partial(export_step, form) for form in EXPORTS},
    "stores": stores_step,
    "queries": queries_step,
    "update": update_step,
    "rdflib": rdflib_step,
    "networkx": networkx_step,
}
"""In the order in which one needs the other."""

LARGEST: dict[str, int] = {
    "model": 10_000,
    "readers": 1_000,
    "rdflib": 1_000,
    "networkx": 100_000,
    "stores": 100_000,
    "queries": 100_000,
    "update": 100_000,
    "export-ntriples": 100_000,
    "export-turtle": 100_000,
    "export-neo4j": 100_000,
}
"""Papers up to which a step is measured by itself: beyond, it takes hours, or more memory than there is."""
