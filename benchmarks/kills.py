"""Kill updates of a graph at random moments and count what opens afterwards: ``python benchmarks/kills.py``.

Each round starts ``kg update`` in a process group of its own and kills the parent, or the whole group,
with SIGKILL. Then the graph must open, hold the tables of the old or of the new graph, and keep the
finished shards; in the end one undisturbed run must give the bytes of a clean build.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from extractors.pipeline import Settings
from kg import build, open_graph, update
from kg.annotation_store import stored_hashes
from kg.graph import ANNOTATIONS, staging_folder
from ontology.tables import SCHEMAS

PAPERS = 2_000


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


def main() -> None:
    """Run the rounds and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=25, help="latest moment of a kill")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        old = write_papers(folder / "old.jsonl", 200, "flow")
        new = write_papers(folder / "new.jsonl", PAPERS, "ice")
        rules = Settings()
        graph = build(old, folder / "map", settings=rules, name="corpus").path
        clean = build([old, new], folder / "clean", settings=rules, name="corpus").path
        wanted = {json.dumps(open_graph(one).manifest) for one in (graph, clean)}
        corrupt = lost = grown = 0
        finished = shards(graph)
        command = [sys.executable, "-c", "from kg.cli.main import main; main()"]
        command += ["update", str(graph), str(new), "-q", "--workers", "2"]
        for _ in range(arguments.kills):
            process = subprocess.Popen(command, start_new_session=True)
            time.sleep(chance.uniform(0.3, arguments.seconds))
            if chance.random() < 0.5:
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
            process.wait()
            manifest = json.dumps(open_graph(graph).manifest)
            corrupt += manifest not in wanted
            grown += len(tables(graph)) == len(SCHEMAS) and tables(graph) == tables(clean)
            now = shards(graph)
            lost += not finished <= now
            finished = now
        update(graph, new, workers=1)
        same = tables(graph) == tables(clean)
    print(
        f"{arguments.kills} kills: {corrupt} corrupt, {lost} lost shards, {grown} found the new graph"
    )
    print(
        "the last run equals a clean build" if same else "THE LAST RUN DIFFERS FROM A CLEAN BUILD"
    )
    sys.exit(bool(corrupt or lost or not same))


if __name__ == "__main__":
    main()
