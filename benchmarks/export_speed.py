"""Measure the writers on a made-up graph or a real one: seconds, statements a second, peak memory.

    python benchmarks/export_speed.py ntriples 20000
    python benchmarks/export_speed.py turtle 20000 /tmp/out.ttl
    python benchmarks/export_speed.py all 5000           every format, each in a process of its own
    python benchmarks/export_speed.py ntriples map/      a graph folder
    python benchmarks/export_speed.py ntriples map/ /tmp/out.nt 2015..2020      some years of it

The made-up graph is generated batch by batch while it is read, so that the memory shown is the
writer's.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from exports.formats import FORMATS
from exports.selection import Selection, select
from kg.graph import open_graph
from ontology.identifiers import entity_iri, paper_iri
from ontology.tables import ORDER, SCHEMAS, GraphTables
from ontology.terms import EntityType, Role

_BATCH = 2000
_WORDS = "we show that the model of images and signals learns from data with few labels".split()


class MadeUpGraph:
    """A graph of a given number of papers: 10 links, 14 mentions and 2 statements a paper."""

    name = "made up"

    def __init__(self, papers: int) -> None:
        self.papers = papers
        self.entities = sorted(
            entity_iri(kind, f"name {number}")
            for number in range(max(papers // 4, 20))
            for kind in EntityType
        )

    def batches(self, table: str, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Stream the rows of a table, the same at every call."""
        rows: list[dict[str, object]] = []
        for row in getattr(self, f"_{table}", self._nothing)():
            rows.append(row)
            if len(rows) == _BATCH:
                yield self._batch(table, columns, rows)
                rows = []
        yield self._batch(table, columns, rows)

    def _batch(
        self, table: str, columns: Sequence[str] | None, rows: list[dict[str, object]]
    ) -> pa.RecordBatch:
        batch = pa.RecordBatch.from_pylist(rows, SCHEMAS[table])
        return batch if columns is None else batch.select(list(columns))

    def _nothing(self) -> Iterator[dict[str, object]]:
        return iter(())

    def _paper(self, number: int) -> tuple[str, str, str, random.Random]:
        draw = random.Random(number)
        key = f"{number:08d}.x"
        abstract = ". ".join(" ".join(draw.choices(_WORDS, k=18)) for _ in range(8))
        return key, f"A study of thing {number}", abstract, draw

    def _papers(self) -> Iterator[dict[str, object]]:
        for number in range(self.papers):
            key, title, abstract, draw = self._paper(number)
            yield {
                "id": key, "iri": paper_iri(key), "title": title, "abstract": abstract,
                "authors": [f"Author {draw.randrange(self.papers)}" for _ in range(4)],
                "venue": f"Venue {number % 50}", "year": 2000 + number % 25, "keywords": ["k"],
                "doi": "", "arxiv": "", "pmid": "", "url": f"https://example.org/{key}",
                "origins": [{"field": "title", "source": "a.jsonl", "position": number}],
            }  # fmt: skip

    def _chosen(self, number: int) -> list[str]:
        return sorted(set(random.Random(-number - 1).choices(self.entities, k=10)))

    def _links(self) -> Iterator[dict[str, object]]:
        for number in range(self.papers):
            for entity in self._chosen(number):
                yield {
                    "paper": f"{number:08d}.x", "entity": entity, "role": Role.USES.value,
                    "confidence": 0.75, "sources": ["vocabulary"], "mentions": 1,
                }  # fmt: skip

    def _mentions(self) -> Iterator[dict[str, object]]:
        for number in range(self.papers):
            key, _, abstract, _ = self._paper(number)
            for place, entity in enumerate(self._chosen(number)):
                for start in (place * 40, place * 40 + 20)[: 1 + place % 2]:
                    yield {
                        "paper": key, "entity": entity, "field": "abstract", "start": start,
                        "end": start + 8, "surface": abstract[start : start + 8],
                        "sentence_start": max(0, start - 50), "sentence_end": start + 60,
                    }  # fmt: skip

    def _entities(self) -> Iterator[dict[str, object]]:
        for iri in self.entities:
            yield {
                "iri": iri, "type": iri.split(":")[2].capitalize(), "name": iri[-12:],
                "listed": True, "papers": 40, "mentions": 56, "first_year": 2000, "last_year": 2024,
            }  # fmt: skip

    def _aliases(self) -> Iterator[dict[str, object]]:
        for iri in self.entities:
            for number in range(2):
                yield {
                    "entity": iri, "alias": f"alias {number}", "language": "en",
                    "source": "vocabulary", "mentions": 3,
                }  # fmt: skip

    def _relations(self) -> Iterator[dict[str, object]]:
        for iri in self.entities:
            for number in sorted(random.Random(iri).choices(range(self.papers), k=2)):
                yield {
                    "head": iri, "relation": "is-a", "tail": iri, "paper": f"{number:08d}.x",
                    "confidence": 0.5, "field": "abstract", "sentence_start": 0,
                    "sentence_end": 90, "source": "cues",
                }  # fmt: skip

    def _entity_years(self) -> Iterator[dict[str, object]]:
        for iri in self.entities:
            for year in range(2015, 2023):
                yield {"entity": iri, "year": year, "role": "uses", "papers": 5}

    def _cooccurrence(self) -> Iterator[dict[str, object]]:
        for place, iri in enumerate(self.entities):
            for other in self.entities[place + 1 : place + 11]:
                yield {"a": iri, "b": other, "papers": 2}


def measure(name: str, source: str, path: Path, years: str) -> None:
    """Write a graph once in the named format and print what it took."""
    graph: GraphTables = MadeUpGraph(int(source)) if source.isdigit() else open_graph(source)
    read = 0.0
    if source.isdigit():
        started = time.perf_counter()
        for table in ORDER:
            for _ in graph.batches(table):
                pass
        read = time.perf_counter() - started
    started, started_cpu = time.perf_counter(), time.process_time()
    if years:
        first, last = years.split("..")
        graph = select(graph, Selection(years=(int(first), int(last))))
    FORMATS[name].write(graph, path)
    seconds, cpu = time.perf_counter() - started, time.process_time() - started_cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    size = sum(file.stat().st_size for file in files) / 1e6
    count = sum(_lines(file) for file in files)
    making = f", of which making the graph about {read:.1f} s" if read else ""
    print(
        f"{name}: {source} in {seconds:.1f} s{making}; {cpu:.1f} s of processor time; peak memory"
        f" {peak} MB; {count:,} lines, {size:,.0f} MB, {count / seconds:,.0f} lines a second",
        file=sys.stderr,
    )


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(piece.count(b"\n") for piece in iter(lambda: file.read(1 << 20), b""))


def main(name: str, source: str, path: str, years: str) -> None:
    """Measure one format, or all that show a whole graph, one process each."""
    if name != "all":
        measure(name, source, Path(path), years)
        return
    for each in FORMATS:
        if not FORMATS[each].needs:
            target = f"{path}-{each}{FORMATS[each].suffix}"
            subprocess.run([sys.executable, __file__, each, source, target, years], check=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("format", choices=["all", *FORMATS], metavar="FORMAT")
    parser.add_argument("source", help="papers of a made-up graph, or a graph folder")
    parser.add_argument("path", nargs="?", default="/tmp/litkg-out")
    parser.add_argument("years", nargs="?", default="", help="such as 2015..2020")
    asked = parser.parse_args()
    main(asked.format, asked.source, asked.path, asked.years)
