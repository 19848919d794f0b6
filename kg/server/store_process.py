"""The stores that queries read, made in a process of their own: the server answers meanwhile.

Making one takes minutes for a large graph. Run with ``python -m``, the module makes the store of the
language and graph folder that it is given, writes how much is in it so far to stdout now and then, and
what is wrong to stderr.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from pathlib import Path

from kg import cypher_store, sparql
from kg.graph import Graph, open_graph
from kg.query_store import Progress
from kg.recipes import Language
from ontology.errors import KgError, QueryError

_SECONDS = 0.5
_GRACE_SECONDS = 2


_STORES = {"sparql": sparql.open_store, "cypher": cypher_store.open_store}


async def make_store(graph: Graph, language: Language, *, progress: Progress | None = None) -> Path:
    """Give the folder of the graph's store for a language once it is made.

    A caller that is cancelled ends the making. Raises ``QueryError`` where it fails.
    """
    # In a session of its own: a Ctrl-C in the terminal is for the server alone.
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        "kg.server.store_process",
        language,
        str(graph.path),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout
    assert process.stderr
    try:
        async for line in process.stdout:
            if progress:
                progress(int(line))
        complaint = (await process.stderr.read()).decode(errors="replace").strip()
        if await process.wait() != 0:
            raise QueryError(complaint.rpartition("\n")[2] or "index: its making was ended")
    finally:
        await _ended(process)
    return _STORES[language](graph)


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Interrupt the process, so that it clears away what it began; kill it where it does not hear."""
    if process.returncode is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        async with asyncio.timeout(_GRACE_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def main(language: str, folder: Path) -> None:
    """Make the store of a graph folder for a language."""
    last = time.monotonic()

    def report(count: int) -> None:
        nonlocal last
        if time.monotonic() - last > _SECONDS:
            last = time.monotonic()
            print(count, flush=True)

    try:
        _STORES[language](open_graph(folder), progress=report)
    except KeyboardInterrupt:
        sys.exit("index: its making was ended")
    except KgError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
