"""Replay the radar on the past: of what the vocabulary of a year lacks, how much does it see a year on.

    python benchmarks/radar_replay.py papers.jsonl.gz --work /tmp/replay

A method is common from the first year by whose end ``COMMON`` papers link it, in a graph of the whole
corpus made with the whole vocabulary. For each year Y every method that became common after Y is
taken out of the vocabulary, a graph of the papers up to Y + 1 is made with what is left, and the radar
ranks the unlisted methods of that graph as of Y + 1. The targets are the methods taken out that became
common in Y + 1; one is found where the whole vocabulary resolves the name of a candidate to it. All
graphs are read by rules alone, and those that stand in the working folder are used again.

The packages are copied with the smaller vocabulary in place, so that nothing can see the whole one.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import kg
from extractors.settings import Settings
from kg.graph import Graph, open_graph
from kg.radar import radar
from kg.resolve import resolve_name
from ontology.identifiers import entity_iri
from ontology.terms import EntityType
from ontology.vocabulary.reader import Entry, Vocabulary, shipped_vocabulary
from ontology.vocabulary.writer import HEADER, line_of

COMMON = 5
"""Papers that link a method once it is common."""
TOP = 50
YEARS = (2014, 2017, 2019, 2021)
_PACKAGES = ("kg", "extractors", "exports", "ontology")
_METHODS = Path("ontology", "vocabulary", "methods.tsv")


def common_years(graph: Graph, vocabulary: Vocabulary) -> dict[str, int]:
    """The first year in which each listed method is common, by id of its entry."""
    rows = graph.database.execute(
        """
        WITH yearly AS (
          SELECT entity, year, sum(papers) AS papers FROM entity_years GROUP BY ALL
        ), summed AS (
          SELECT entity, year, sum(papers) OVER (PARTITION BY entity ORDER BY year) AS papers
          FROM yearly
        )
        SELECT entity, min(year) FROM summed WHERE papers >= ? GROUP BY entity
        """,
        [COMMON],
    ).fetchall()
    years = dict(rows)
    found = {
        entry.id: years.get(entity_iri(entry.type, entry.name))
        for entry in vocabulary
        if entry.type is EntityType.METHOD
    }
    return {identifier: year for identifier, year in found.items() if year is not None}


def without(vocabulary: Vocabulary, removed: Collection[str]) -> list[Entry]:
    """The methods that stay; what stood under one taken out moves to the terms above that."""
    return [
        replace(entry, broader=_kept_above(vocabulary, entry, removed))
        for entry in vocabulary
        if entry.type is EntityType.METHOD and entry.id not in removed
    ]


def _kept_above(vocabulary: Vocabulary, entry: Entry, removed: Collection[str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    queue = list(entry.broader)
    while queue:
        parent = queue.pop(0)
        if parent in removed:
            queue.extend(vocabulary[parent].broader)
        else:
            found[parent] = None
    return tuple(found)


def make_program(folder: Path, methods: list[Entry]) -> None:
    """Copy the packages, without the model, and put the methods given in the vocabulary."""
    source = Path(kg.__file__).parent.parent
    for package in _PACKAGES:
        ignored = shutil.ignore_patterns("model", "__pycache__", "templates")
        shutil.copytree(source / package, folder / package, ignore=ignored, dirs_exist_ok=True)
    lines = [HEADER, *map(line_of, methods)]
    (folder / _METHODS).write_text("\n".join(lines) + "\n", encoding="utf-8")


def build_past(graph: Graph, methods: list[Entry], until: int, work: Path, workers: int) -> Graph:
    """A graph of the papers up to a year, made by a program that knows only the methods given."""
    target = work / f"until-{until}"
    if not (target / "manifest.json").is_file():
        program = work / f"program-{until}"
        make_program(program, methods)
        papers = work / f"papers-{until}.jsonl"
        rows = graph.database.execute(
            "SELECT id, title, abstract, authors, venue, year FROM papers WHERE year <= ?", [until]
        )
        names = ("id", "title", "abstract", "authors", "venue", "year")
        with papers.open("w", encoding="utf-8") as file:
            for row in rows.fetchall():
                file.write(
                    json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) + "\n"
                )
        command = [
            sys.executable, "-c", "from kg.cli.main import main; main()", "build", str(papers),
            "-o", str(target), "--no-model", "-q", "--workers", str(workers),
        ]  # fmt: skip
        subprocess.run(command, check=True, env=os.environ | {"PYTHONPATH": str(program)}, cwd=work)
        shutil.rmtree(program)
        papers.unlink()
    return open_graph(target)


def main() -> None:
    """Print, for each year, how many of the targets stand among the first candidates."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print N candidates too")
    asked = parser.parse_args()
    asked.work.mkdir(parents=True, exist_ok=True)
    whole = asked.work / "whole"
    if not (whole / "manifest.json").is_file():
        kg.build(asked.corpus, whole, settings=Settings(), workers=asked.workers)
    graph = open_graph(whole)
    vocabulary = shipped_vocabulary()
    years = common_years(graph, vocabulary)
    for year in YEARS:
        removed = {one for one, common in years.items() if common > year}
        targets = {one for one in removed if years[one] == year + 1}
        past = build_past(graph, without(vocabulary, removed), year + 1, asked.work, asked.workers)
        report(past, vocabulary, year, removed, targets, asked.show)


def report(
    past: Graph, vocabulary: Vocabulary, year: int, removed: set[str], targets: set[str], show: int
) -> None:
    """Print recall of one year; ``seen`` are targets that are unlisted methods of the graph at all."""
    ranked: dict[str, int] = {}
    candidates = radar(past, kind=EntityType.METHOD, year=year + 1, top=1_000_000)
    for place, one in enumerate(candidates, start=1):
        entry = resolve_name(EntityType.METHOD, one.name, vocabulary).entry
        if entry is not None:
            ranked.setdefault(entry.id, place)
    found = {one for one in targets if ranked.get(one, TOP + 1) <= TOP}
    listed = {one for one, place in ranked.items() if place <= TOP}
    possible = min(TOP, len(targets))
    print(
        f"Y {year}: {len(removed)} methods taken out, {len(targets)} targets,"
        f" {len(targets & set(ranked))} of them seen; among the first {TOP}: {len(found)} targets,"
        f" recall {len(found) / len(targets):.2f}, of the possible {possible}: {len(found) / possible:.2f};"
        f" {len(listed & removed - targets)} that became common later"
    )
    for place, one in enumerate(candidates[:show], start=1):
        entry = resolve_name(EntityType.METHOD, one.name, vocabulary).entry
        mark = " " if entry is None else "T" if entry.id in targets else "l"
        print(f"{place:>4} {mark} {one}")
    for identifier in sorted(targets - found, key=lambda each: ranked.get(each, 10**9)) * (
        show > 0
    ):
        print(f"  missed {vocabulary[identifier].name}: place {ranked.get(identifier, '-')}")


if __name__ == "__main__":
    main()
