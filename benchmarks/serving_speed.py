"""Measure ``kg serve`` on a graph folder: the map and what it asks for, then the SPARQL endpoint.

    python benchmarks/serving_speed.py map/

Of the map: seconds until it is served the first time and from then on, milliseconds until a headless
Chromium has drawn the first picture (where there is one; of five, and what of it is the page's own main
thread, which other programs on the machine do not lengthen), and at the median and at
most for suggestions, neighbourhoods (of the entities of most papers and of others evenly through the
graph), evidence and papers. Of the endpoint: milliseconds at the median for a question of few rows and
for one of 10,000, a process a query against warm processes.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from browser import chromium, opened

from kg.graph import Graph, open_graph
from kg.sparql import sparql

QUESTIONS = {
    "5 rows": "SELECT ?p { ?p litkg:uses ?m . ?m a litkg:Method } LIMIT 5",
    "10,000 rows": "SELECT * { ?s ?p ?o } LIMIT 10000",
}
REPEATS = 40
CLIENTS = 8
PICTURES = 5
TYPED = (
    "u un u-net segm segmentation graph neu transf swin diffusion 深度学习 图像 mri zzzz e".split()
)


def main(folder: Path) -> None:
    """Print one line for each measure."""
    graph = open_graph(folder)
    started = time.perf_counter()
    with serving(folder):
        print(f"served after {time.perf_counter() - started:.1f} s")
    started = time.perf_counter()
    with serving(folder) as home:
        print(f"served again after {time.perf_counter() - started:.1f} s")
        pictures(home)
        entities = entities_of(graph)
        papers = papers_of(graph)
        get(f"{home}api/search?q=a")
        timed("suggestions", [f"{home}api/search?{urlencode({'q': text})}" for text in TYPED])
        timed("neighbourhoods", [f"{home}api/entity?{urlencode({'iri': iri})}" for iri in entities])
        timed("evidence", [f"{home}api/evidence?{urlencode({'iri': iri})}" for iri in entities])
        timed("papers", [f"{home}api/paper?{urlencode({'id': one})}" for one in papers])
        endpoint(folder, f"{home}sparql")


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Run the server; gives its address."""
    command = [Path(sys.executable).parent / "kg", "serve", folder, "--port", "0", "-q"]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert server.stderr
    try:
        line = next(line for line in server.stderr if "Ctrl-C" in line)
        yield line.partition("http")[1] + line.partition("http")[2].split()[0]
    finally:
        server.terminate()
        server.wait()


def pictures(home: str) -> None:
    """Open the map in a fresh browser, again and again."""
    if not Path("/usr/bin/chromium").exists():
        print("first picture: no Chromium here")
        return
    clock, thread = [], []
    for _ in range(PICTURES):
        only = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
        with TemporaryDirectory() as profile, chromium(Path(profile), only) as browser:
            browser.get("about:blank")
            browser.execute_cdp_cmd("Performance.enable", {"timeDomain": "threadTicks"})
            opened(browser, home)
            metrics = browser.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
            thread += [1000 * each["value"] for each in metrics if each["name"] == "TaskDuration"]
            clock.append(
                int(browser.execute_script("return document.documentElement.dataset.ready"))
            )
    print(
        f"first picture {min(clock)} ms at best, {statistics.median(clock):.0f} ms at the median,"
        f" of which main thread {min(thread):.0f} ms"
    )


def entities_of(graph: Graph) -> list[str]:
    """Twenty entities of most papers, and forty evenly through the others."""
    rows = graph.database.execute(
        "SELECT iri FROM entities WHERE papers > 0 ORDER BY papers DESC, iri"
    ).fetchall()
    iris = [row[0] for row in rows]
    return iris[:20] + iris[20 :: max(1, len(iris) // 40)][:40]


def papers_of(graph: Graph) -> list[str]:
    """Forty papers evenly through the graph."""
    ids = [row[0] for row in graph.database.execute("SELECT id FROM papers ORDER BY id").fetchall()]
    return ids[:: max(1, len(ids) // 40)][:40]


def timed(name: str, addresses: list[str]) -> None:
    """Ask one address after another and print the median and the slowest."""
    seconds = []
    for address in addresses:
        started = time.perf_counter()
        get(address)
        seconds.append(time.perf_counter() - started)
    print(
        f"{name:<16} {1000 * statistics.median(seconds):6.0f} ms at the median,"
        f" {1000 * max(seconds):6.0f} ms at most, of {len(seconds)}"
    )


def get(address: str) -> bytes:
    """Fetch an address."""
    with urlopen(address) as answer:
        body: bytes = answer.read()
        return body


def endpoint(folder: Path, address: str) -> None:
    """Ask the questions in several formats, by one client and by several."""

    def ask(query: str, accept: str) -> bytes:
        data = urlencode({"query": query}).encode()
        with urlopen(Request(address, data, {"Accept": accept})) as answer:
            body: bytes = answer.read()
            return body

    while True:  # The first time that a graph is served its index takes a while.
        try:
            ask("ASK {}", "text/csv")
            break
        except HTTPError as error:
            if error.code != 503:
                raise
    for name, query in QUESTIONS.items():
        show(f"{name}, kg.sparql.sparql", lambda query=query: sparql(folder, query), 1)
        for accept in ("application/sparql-results+json", "text/csv"):
            for clients in (1, CLIENTS):
                show(
                    f"{name}, {accept}, {clients} at a time",
                    lambda query=query, accept=accept: ask(query, accept),
                    clients,
                )


def show(name: str, ask: Callable[[], object], clients: int) -> None:
    """Ask again and again and print the median."""

    def once(_: int) -> float:
        started = time.perf_counter()
        ask()
        return time.perf_counter() - started

    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(once, range(clients)))
        started = time.perf_counter()
        seconds = list(pool.map(once, range(REPEATS)))
        rate = REPEATS / (time.perf_counter() - started)
    print(f"{name:<60} {statistics.median(seconds) * 1000:7.1f} ms  {rate:6.1f} a second")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("graph", type=Path)
    main(parser.parse_args().graph)
