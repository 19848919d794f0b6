"""Measure the SPARQL endpoint on a graph folder: a process a query against warm processes.

    python benchmarks/serving_speed.py map/

Milliseconds at the median, for a question of few rows and for one of 10,000.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from kg.sparql import sparql

QUESTIONS = {
    "5 rows": "SELECT ?p { ?p litkg:uses ?m . ?m a litkg:Method } LIMIT 5",
    "10,000 rows": "SELECT * { ?s ?p ?o } LIMIT 10000",
}
REPEATS = 40
CLIENTS = 8


def main(graph: Path) -> None:
    """Print one line for each question and way to ask."""
    server = subprocess.Popen(
        [Path(sys.executable).parent / "kg", "serve", graph, "--port", "0", "-q"],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stderr
    address = next(line for line in server.stderr if "/sparql" in line).split()[-4].rstrip("),")

    def ask(query: str, accept: str) -> bytes:
        data = urlencode({"query": query}).encode()
        with urlopen(Request(address, data, {"Accept": accept})) as answer:
            body: bytes = answer.read()
            return body

    try:
        for name, query in QUESTIONS.items():
            show(f"{name}, kg.sparql.sparql", lambda query=query: sparql(graph, query), 1)
            for accept in ("application/sparql-results+json", "text/csv"):
                for clients in (1, CLIENTS):
                    show(
                        f"{name}, {accept}, {clients} at a time",
                        lambda query=query, accept=accept: ask(query, accept),
                        clients,
                    )
    finally:
        server.terminate()
        server.wait()


def show(name: str, ask: Callable[[], object], clients: int) -> None:
    """Ask again and again and print the median."""

    def timed(_: int) -> float:
        started = time.perf_counter()
        ask()
        return time.perf_counter() - started

    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(timed, range(clients)))
        started = time.perf_counter()
        seconds = list(pool.map(timed, range(REPEATS)))
        rate = REPEATS / (time.perf_counter() - started)
    print(f"{name:<60} {statistics.median(seconds) * 1000:7.1f} ms  {rate:6.1f} a second")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
