"""Measure every step of litkg on growing corpora, beside what one would take instead, in one table.

    python benchmarks/growth.py papers.jsonl.gz -o docs/
    python benchmarks/growth.py papers.jsonl.gz -o docs/ --sizes 1000 10000 --steps build queries
    python benchmarks/growth.py -o docs/                       write the report anew, measure nothing

Sizes are parts of the corpus at even distances, the whole of it, and more than it holds: those are
resampled (``resampling.py``), their annotations moved along and not read anew. Each step runs in a
process of its own; seconds, and the memory of that process and all it starts, go to
``performance.json`` at once. A step that stands there is not run again without ``--again``, so the run
may be cut off and taken up. Corpora and graphs are kept in the folder of ``--work``.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from growth_steps import LARGEST, STEPS
from reading_speed import machine, versions

FIGURES = "performance.json"
SIZES = (1_000, 10_000, 69_694, 1_000_000)
SPACY = "en_core_web_sm"
BESIDE = ("duckdb", "pyarrow", "pyoxigraph", "kglite", "rdflib", "networkx")


def main() -> None:
    """Run the steps that are asked for and not yet measured, then write the report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus", nargs="?", type=Path, help="papers, in any format kg build reads")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder of the report")
    parser.add_argument("--work", type=Path, default=Path("/tmp/litkg-growth"))
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--steps", nargs="+", default=list(STEPS), choices=list(STEPS))
    parser.add_argument("--again", action="store_true", help="measure also what is measured")
    parser.add_argument("--beyond", action="store_true", help="also steps too long for a size")
    parser.add_argument("--spacy", default=SPACY, help="name or folder of a trained pipeline")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        (size,), (step,) = asked.sizes, asked.steps
        for figure in STEPS[step](asked.corpus, asked.work, size, asked.spacy):
            print(json.dumps(figure), flush=True)
        return
    asked.output.mkdir(parents=True, exist_ok=True)
    figures = asked.output / FIGURES
    if asked.corpus is not None:
        measure(asked, figures)
    from growth_report import write_report  # noqa: PLC0415  its libraries are no part of a step

    write_report(figures, asked.output)


def measure(asked: argparse.Namespace, path: Path) -> None:
    """Run each step for each size in a process of its own."""
    asked.work.mkdir(parents=True, exist_ok=True)
    for size in asked.sizes:
        for step in asked.steps:
            known = json.loads(path.read_text("utf-8")) if path.exists() else {"figures": []}
            measured = {(one["size"], one["step"]) for one in known["figures"]}
            if (size, step) in measured and not asked.again:
                continue
            if size > LARGEST.get(step, size) and not asked.beyond:
                continue
            print(f"{size:,}: {step}", file=sys.stderr, flush=True)
            load = os.getloadavg()[0]
            found = run_one(asked, size, step)
            if found is None:
                print(f"{size:,}: {step}: FAILED", file=sys.stderr)
                continue
            rest = [one for one in known["figures"] if (one["size"], one["step"]) != (size, step)]
            new = [{"size": size, "step": step, **one, "load": round(load, 1)} for one in found]
            known |= {
                "machine": machine().partition(", load")[0],
                "memory": f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') >> 30} GB",
                "versions": versions(asked.spacy, *BESIDE),
                "figures": sorted(rest + new, key=lambda one: (one["size"], one["step"])),
            }
            written = path.with_suffix(".writing")
            written.write_text(json.dumps(known, indent=1) + "\n", "utf-8")
            written.replace(path)


def run_one(asked: argparse.Namespace, size: int, step: str) -> list[dict[str, object]] | None:
    """Run one step of one size; its figures, or nothing where it failed."""
    command: Sequence[str] = [
        *(sys.executable, __file__, str(asked.corpus), "-o", str(asked.output), "--one"),
        *("--work", str(asked.work), "--sizes", str(size), "--steps", step),
        *("--spacy", asked.spacy),
    ]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    shutil.rmtree(asked.work / "scratch", ignore_errors=True)
    if done.returncode:
        return None
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


if __name__ == "__main__":
    main()
