"""``docs/performance.md`` and its curves, from the figures that ``growth.py`` took."""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import log
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
from matplotlib import pyplot as plt

Figure = dict[str, Any]
STAGES = ("read", "merge, look up", "annotate (rules)", "resolve, tables", "seal")
"""The stages of a build, in order."""
WHOLE = "whole build (rules)"
MODEL = "annotate (rules and model)"
READ_UP_TO = 100_000
"""Papers of larger corpora are copies, whose annotations are moved and not read."""
ANNOTATED = ("annotate (rules)", WHOLE)
FAR = (10_000_000, 100_000_000)


def write_report(figures: Path, folder: Path) -> None:
    """Write text, tables and pictures beside the figures."""
    known = json.loads(figures.read_text("utf-8"))
    found = Found(known["figures"])
    draw(found, "cpu", "seconds of processor", folder / "growth-time.svg")
    draw(found, "peak", "MB", folder / "growth-memory.svg")
    (folder / "performance.md").write_text(text_of(known, found), "utf-8")


class Found:
    """The figures by name and size."""

    def __init__(self, figures: Sequence[Figure]) -> None:
        self.figures = figures
        self.names = list(dict.fromkeys(one["name"] for one in figures))
        self.sizes = sorted({one["size"] for one in figures})
        self._at = {(one["name"], one["size"]): one for one in figures}

    def get(self, name: str, size: int) -> Figure:
        """One figure, empty where it was not taken."""
        return self._at.get((name, size), {})

    def timed(self) -> list[str]:
        """Names of what was measured in seconds."""
        return list(dict.fromkeys(one["name"] for one in self.figures if "seconds" in one))

    def sizes_of(self, name: str) -> list[int]:
        """The sizes at which it was taken."""
        return [size for size in self.sizes if self.get(name, size)]

    def exponent(self, name: str) -> float | None:
        """How processor time grows from 10,000 papers (or the least size) on: n to this power."""
        sizes = [size for size in self.sizes_of(name) if size >= 10_000] or self.sizes_of(name)
        if name in ANNOTATED:
            sizes = [size for size in sizes if size <= READ_UP_TO]
        if len(sizes) < 2:
            return None
        first, last = sizes[0], sizes[-1]
        low, high = self.get(name, first)["cpu"], self.get(name, last)["cpu"]
        return log(high / low) / log(last / first) if low > 0 and high > 0 else None


def draw(found: Found, field: str, unit: str, path: Path) -> None:
    """One line for each stage of a build; beside times a grey one for what n log n would be."""
    plt.rcParams["svg.hashsalt"] = "litkg"
    figure, axes = plt.subplots(figsize=(8, 4.2), layout="constrained")
    for name in (*STAGES, WHOLE, "update of one paper"):
        sizes = [size for size in found.sizes_of(name) if found.get(name, size)[field] > 0]
        if field == "cpu" and name in ANNOTATED:
            sizes = [size for size in sizes if size <= READ_UP_TO]
        values = [found.get(name, size)[field] for size in sizes]
        axes.plot(
            sizes, values, marker="o", markersize=3, label=name, linewidth=2 if name == WHOLE else 1
        )
    tables = "resolve, tables"
    if field == "cpu" and (sizes := [one for one in found.sizes_of(tables) if one >= 10_000]):
        scale = found.get(tables, sizes[0])[field] / (sizes[0] * log(sizes[0]))
        axes.plot(
            sizes,
            [scale * one * log(one) for one in sizes],
            "--",
            color="0.6",
            label=f"n log n from {tables}",
        )
    axes.set(xscale="log", yscale="log", xlabel="papers", ylabel=unit)
    axes.grid(alpha=0.3)
    figure.legend(loc="outside right center", fontsize=8, frameon=False)
    figure.savefig(path, metadata={"Date": None, "Creator": None})
    plt.close(figure)


def text_of(known: dict[str, Any], found: Found) -> str:
    """The whole page."""
    loads = [one["load"] for one in found.figures]
    parts = [
        "# Performance",
        (
            "Made by `python benchmarks/growth.py papers.jsonl.gz -o docs/` from"
            " [performance.json](performance.json); no figure but those of the last section is written by hand."
        ),
        (
            f"- {known['machine']}, {known['memory']}\n- {known['versions']}\n"
            f"- load average before a step: {min(loads)} to {max(loads)}; where it is above 1 the"
            " machine was doing other work, which lengthens seconds, and seconds of processor less"
        ),
        (
            "Seconds, seconds of processor in brackets, and the greatest memory of a step's process"
            " with all that it started."
        ),
        "## What is measured on",
        SAMPLED,
        "## Seconds and memory",
        table(found),
        "![Seconds against papers](growth-time.svg)\n\n![Memory against papers](growth-memory.svg)",
        "## Beside what one would take instead",
        rivals(found),
        (
            "More by itself: `export_speed.py` (every format), `query_speed.py` (every question),"
            " `explorer_speed.py`, `serving_speed.py`, `kills.py`."
        ),
        "## What dominates, and what more papers would cost",
        outlook(found),
        "## What was made faster",
        FASTER,
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


SAMPLED = """1,000 and 10,000 papers are parts of a corpus of 69,694 conference papers, at even distances. One
million is resampled from it (`benchmarks/resampling.py`): every paper once as it is, then copies whose id,
title and abstract begin with the number of the copy, whose year, venue and authors are those of another
paper, and in which names that only one paper uses, and no vocabulary has, are spelt with other letters, so
that the number of names grows along. The annotations of a paper are moved to its copies, not read anew:
to find them counts as "look up", and everything after it is real work on a million
papers of synthetic content."""


def table(found: Found) -> str:
    """All steps of litkg, a row each."""
    names = [*STAGES, WHOLE, MODEL]
    names = [one for one in names if one in found.names]
    names += [one for one in found.timed() if one not in names and ":" not in one]
    head = "| step | " + " | ".join(f"{size:,}" for size in found.sizes) + " | grows as |"
    lines = [head, "|---|" + "---:|" * (len(found.sizes) + 1)]
    for name in names:
        cells = [cell(found.get(name, size)) for size in found.sizes]
        power = found.exponent(name)
        grows = f"n^{power:.2f}" if power is not None else ""
        lines.append(f"| {name} | {' | '.join(cells)} | {grows} |")
    return "\n".join(lines)


def cell(figure: Figure) -> str:
    """Seconds, seconds of processor, megabytes."""
    if not figure:
        return ""
    return f"{spoken(figure['seconds'])} ({spoken(figure['cpu'])}), {figure['peak']:,} MB"


def spoken(seconds: float) -> str:
    """A time in its best unit.

    >>> spoken(0.25), spoken(75), spoken(7200), spoken(400_000)
    ('0.25 s', '75 s', '2.0 h', '4.6 days')
    """
    if seconds < 10:
        return f"{seconds:.2f} s"
    if seconds < 600:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 200_000 else f"{seconds / 86_400:.1f} days"


def rivals(found: Found) -> str:
    """Each thing done by litkg and by what one would take instead, on the same input in one run."""
    parts = []
    readers = [one for one in found.figures if "rate" in one]
    if readers:
        lines = [
            f"| reader, {readers[0]['size']:,} papers | abstracts a second | MB |",
            "|---|---:|---:|",
        ]
        lines += [f"| {one['name']} | {one['rate']:,} | {one['peak']:,} |" for one in readers]
        parts += ["\n".join(lines), SPACY_SAYS]
    pairs = [one for one in found.timed() if ":" in one]
    pairs += [
        one
        for one in ("export ntriples", "export turtle", "load store (SPARQL)")
        if one in found.names
    ]
    sizes = [
        size for size in found.sizes if any(found.get(one, size) for one in pairs if ":" in one)
    ]
    if sizes:
        lines = [
            "| on one graph | " + " | ".join(f"{size:,} papers" for size in sizes) + " |",
            "|---|" + "---:|" * len(sizes),
        ]
        lines += [
            f"| {one if ':' in one else f'litkg: {one}'} | "
            + " | ".join(cell(found.get(one, size)) for size in sizes)
            + " |"
            for one in sorted(pairs, key=lambda one: (one.partition(": ")[2] or one, one))
        ]
        parts += ["\n".join(lines), RIVALS_SAY]
    return "\n\n".join(parts)


SPACY_SAYS = """spaCy's pipeline tags, parses and names people, places and organisations; it knows no
methods or datasets, so it is a measure of speed and not of what is found."""

RIVALS_SAY = """rdflib holds a graph in memory and networkx a network; litkg streams files, asks a store on
disk and counts in DuckDB. rdflib is left out beyond 1,000 papers: there are sixteen million statements in
the graph of 69,694, more than it holds in the memory of this machine, and its Turtle would take an hour. Answers and counts of both sides are
compared and are equal."""


def outlook(found: Found) -> str:
    """What takes the time, and what ten and a hundred times more would take."""
    parts = []
    for size in found.sizes_of(WHOLE)[-2:]:
        whole = found.get(WHOLE, size)["cpu"]
        stages = sorted(
            ((found.get(one, size)["cpu"], one) for one in STAGES if found.get(one, size)),
            reverse=True,
        )
        shares = ", ".join(f"{name} {100 * seconds / whole:.0f} %" for seconds, name in stages[:4])
        parts.append(f"- {size:,} papers, {spoken(whole)} of processor: {shares}.")
    largest = found.sizes_of(WHOLE)[-1]
    real = [size for size in found.sizes_of("annotate (rules)") if size <= READ_UP_TO]
    reading = {
        "annotate (rules)": real and found.get("annotate (rules)", real[-1])["cpu"] / real[-1],
    }
    if sizes := found.sizes_of(MODEL):
        reading[MODEL] = found.get(MODEL, sizes[-1])["cpu"] / sizes[-1]
    lines = [
        "| processor time | " + " | ".join(f"{size:,} papers" for size in FAR) + " |",
        "|---|" + "---:|" * len(FAR),
    ]
    lines += [
        f"| {name} | " + " | ".join(spoken(each * size) for size in FAR) + " |"
        for name, each in reading.items()
        if each
    ]
    for name in ("read", "merge, look up", "resolve, tables"):
        if not (figure := found.get(name, largest)):
            continue
        each = figure["cpu"] / (largest * log(largest))
        lines.append(f"| {name} | " + " | ".join(spoken(each * n * log(n)) for n in FAR) + " |")
    peak = found.get(WHOLE, largest)["peak"] / largest
    lines.append(
        "| memory of a build, were it to grow as papers do | "
        + " | ".join(f"{peak * size / 1000:,.0f} GB" for size in FAR)
        + " |"
    )
    parts += ["", "\n".join(lines), "", OUTLOOK]
    return "\n".join(parts)


OUTLOOK = """Reading is proportional to papers and to processes: with `--scheduler` a hundred processors
read a hundredth of the time ([cluster.md](cluster.md)). The rest is taken from the largest size above and
grown as n log n, on one machine. Records, papers and tables are sorted and joined in a database that puts
aside on disk what does not fit into `--memory`; what grows in memory is the names of all papers, while
they are resolved, and the places of their annotations. That, and no step's time, is what a graph of ten
million papers needs a larger machine for, and what one of a hundred million needs to be divided by field
or year for, a graph each."""

FASTER = """The steps that a profile showed to dominate, before and after, on the machine above:

| step | before | after | by |
|---|---:|---:|---|
| annotate, in a whole build of 69,694 papers by rules | 8 min 02 s | 3 min 29 s | words are split, cues found and sentences marked once a paper; every rule reads hostile text in linear time |
| resolve, tables; 10,000 papers | 7.0 s (7.0 s) | 2.0 s (2.6 s) | names are folded once for all steps; what cannot meet is not compared; tables are filled by column; the database joins and writes while Python names |
| read, merge; 10,000 papers | 2.3 s (2.2 s) | 2.1 s (2.1 s) | only records that share a key become objects; a build takes 540 MB where it took 754, and no longer all papers |
| update of one paper in 69,694 | 63 s | 18 s | all of these; what reads papers is loaded while the database sorts; the process ends without a last search for garbage |
"""
