"""Kill updates of a graph at random moments and count what opens afterwards: ``python benchmarks/kills.py``.

Each round starts an update in a process group of its own, waits for one of its steps, and kills the
parent, or the whole group, with SIGKILL at a random moment of that step. Then the graph must open, hold
the tables of the old or of the new graph, and keep the finished shards; in the end one undisturbed run
must give the bytes of a clean build. A round that finds the new graph starts the next one from the old.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from extractors.settings import Settings
from kg import build, open_graph, update
from kg.annotation_store import stored_hashes
from kg.graph import ANNOTATIONS, staging_folder
from ontology.tables import SCHEMAS

STEPS = {"read": 0.5, "annotate": 8.0, "resolve": 2.0, "write": 0.6, "move": 0.1}
"""The steps that are waited for, and after how many seconds of each the latest kill comes."""
UPDATE = """
import sys
from kg import update
def tell(step):
    whole = step.name == "write" and step.done == step.total
    print("move" if whole else step.name, flush=True)
if __name__ == "__main__":
    update(sys.argv[1], sys.argv[2], workers=2, on_step=tell)
"""


def write_papers(path: Path, count: int, word: str) -> Path:
    """Write made-up papers as JSON Lines."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            abstract = f"We propose {word} matching number {number} for image segmentation. " * 8
            row = {"id": f"{word}{number}", "title": f"{word} {number}", "abstract": abstract}
            file.write(json.dumps(row) + "\n")
    return path


def shards(folder: Path) -> set[str]:
    """Content hashes of all annotated papers at hand, in the graph and beside it."""
    places = [*(folder / ANNOTATIONS).glob("*"), *(staging_folder(folder) / ANNOTATIONS).glob("*")]
    return set(stored_hashes(places))


def tables(folder: Path) -> dict[str, bytes]:
    """Bytes of every table."""
    return {name: (folder / f"{name}.parquet").read_bytes() for name in SCHEMAS}


def kill(command: list[str], step: str, chance: random.Random) -> str:
    """Start an update and kill it within a step; the step, or "ended" where it was over before."""
    with subprocess.Popen(
        command, start_new_session=True, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        seen = any(line.strip() == step for line in process.stdout)
        time.sleep(chance.uniform(0, STEPS[step]))
        ended = process.poll() is not None
        if chance.random() < 0.5:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        process.kill()
    return step if seen and not ended else "ended"


def back(kept: Path, graph: Path) -> None:
    """Put the old tables back into a graph, beside the annotations that it has now."""
    for path in graph.iterdir():
        if path.name != ANNOTATIONS:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.copytree(kept, graph, dirs_exist_ok=True)


def main() -> None:
    """Run the rounds and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--papers", type=int, default=800, help="papers that the update adds")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        old = write_papers(folder / "old.jsonl", 200, "flow")
        new = write_papers(folder / "new.jsonl", arguments.papers, "ice")
        rules = Settings()
        graph = build(old, folder / "map", settings=rules, name="corpus").path
        clean = build([old, new], folder / "clean", settings=rules, name="corpus").path
        wanted = {json.dumps(open_graph(one).manifest) for one in (graph, clean)}
        corrupt = lost = grown = 0
        finished, everything = shards(graph), shards(clean)
        kept = folder / "kept"
        shutil.copytree(graph, kept)
        command = [sys.executable, "-c", UPDATE, str(graph), str(new)]
        killed: Counter[str] = Counter()
        for number in range(arguments.kills):
            step = list(STEPS)[number % len(STEPS)]
            if step == "annotate":
                shutil.rmtree(staging_folder(graph), ignore_errors=True)
                shutil.rmtree(graph)
                shutil.copytree(kept, graph)
                finished = shards(graph)
            elif not finished >= everything:
                update(graph, new, workers=2)  # so that the late steps come at once
                finished = shards(graph)
                back(kept, graph)
            killed[met := kill(command, step, chance)] += 1
            manifest = json.dumps(open_graph(graph).manifest)
            corrupt += manifest not in wanted
            now = shards(graph)
            lost += not finished <= now
            finished = now
            if tables(graph) == tables(clean):
                grown += 1
                back(kept, graph)
            elif tables(graph) != tables(kept):
                corrupt += 1
            print(
                f"{number + 1} in {met}: {corrupt=} {lost=} {grown=}", file=sys.stderr, flush=True
            )
        update(graph, new, workers=1)
        same = tables(graph) == tables(clean)
    print(", ".join(f"{count} in {step}" for step, count in killed.items()))
    print(
        f"{arguments.kills} kills: {corrupt} corrupt, {lost} lost shards, {grown} found the new graph"
    )
    print(
        "the last run equals a clean build" if same else "THE LAST RUN DIFFERS FROM A CLEAN BUILD"
    )
    sys.exit(bool(corrupt or lost or not same))


if __name__ == "__main__":
    main()
