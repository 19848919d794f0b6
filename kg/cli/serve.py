"""``kg serve``."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

import click

from kg.cli.console import index_progress, notes
from kg.cli.options import GRAPH, MOST_NODES


@click.command("serve")
@GRAPH
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8000,
    show_default=True,
    help="0 takes any free one.",
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on. Anything but this machine's own lets others in:"
    " there are no passwords.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=60.0,
    show_default=True,
    help="Seconds after which a query is given up.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=10_000,
    show_default=True,
    help="Most rows or triples of an answer.",
)
@click.option(
    "--memory",
    metavar="SIZE",
    default="2GB",
    show_default=True,
    help="Most memory of a query, such as 4GB; 1GB at least.",
)
@click.option(
    "--at-a-time",
    type=click.IntRange(min=1),
    default=4,
    show_default=True,
    help="Queries that run at once, a process each; others wait.",
)
@click.option(
    "--cors",
    "origins",
    metavar="ORIGIN",
    multiple=True,
    help="A web site whose scripts may read answers, as https://example.org; * for all.",
)
@click.option(
    "--max-nodes",
    type=click.IntRange(1, MOST_NODES),
    default=2000,
    show_default=True,
    help="Most entities that the map shows at first.",
)
@click.option(
    "--no-browser",
    is_flag=True,
    help="Do not open a browser. None is opened either where this is not run at a terminal.",
)
@click.option("-q", "--quiet", is_flag=True, help="No line for each request.")
def serve_command(
    graph: Path,
    port: int,
    host: str,
    timeout: float,
    limit: int,
    memory: str,
    at_a_time: int,
    origins: tuple[str, ...],
    max_nodes: int,
    no_browser: bool,
    quiet: bool,
) -> None:
    """Serve a graph as a map to explore, and to SPARQL clients, until Ctrl-C.

    The map is at /, a SPARQL 1.1 Protocol endpoint for queries alone at /sparql. A graph that is
    built anew meanwhile is used from the next request on.

    \b
    Example:
      kg serve map/
      kg serve map/ --no-browser --port 8080 --timeout 10 --cors https://example.org
      curl -H 'Accept: text/csv' --data-urlencode 'query=ASK {}' http://127.0.0.1:8000/sparql
    """
    from kg.server.run import serve

    console = notes()

    def started(address: str) -> None:
        console.print(f"{graph}: {address} (SPARQL at {address}sparql), Ctrl-C to stop")
        if not no_browser and sys.stdin.isatty() and sys.stderr.isatty():
            _open_browser(address)

    logging.basicConfig(format="%(asctime)s %(message)s", datefmt="%Y-%m-%d %H:%M:%S")
    logging.getLogger("kg.server").setLevel(logging.WARNING if quiet else logging.INFO)
    serve(
        graph,
        host=host,
        port=port,
        timeout=timeout,
        limit=limit,
        memory=memory,
        at_a_time=at_a_time,
        origins=origins,
        max_nodes=max_nodes,
        progress=index_progress(console),
        started=started,
    )
    console.print("stopped")


def _open_browser(address: str) -> None:
    """Open the map, unless the only browser is one of text, which would take the terminal."""
    import threading
    import webbrowser

    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return
    if type(browser) is webbrowser.GenericBrowser and "BROWSER" not in os.environ:
        return
    threading.Thread(target=browser.open, args=(address,), daemon=True).start()
