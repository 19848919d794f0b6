"""The graph folder behind a server: its query store, made anew when the graph is built anew."""

from __future__ import annotations

import asyncio
from pathlib import Path

from kg.graph import MANIFEST, open_graph
from kg.sparql import open_store
from ontology.errors import QueryError

Stamp = tuple[int, int, int]


class ServedGraph:
    """Follows a graph folder on disk.

    A graph that is built anew is seen by the next query, which waits for the new store. A folder
    that is gone is answered from what is still open. To be used in one event loop.
    """

    def __init__(self, folder: Path) -> None:
        self.name = ""
        self._folder = folder
        self._store = Path()
        self._version = 0
        self._seen: Stamp | None = None
        self._making: asyncio.Task[None] | None = None
        self._statements = 0
        self._closed = False

    async def store(self, *, wait: float) -> tuple[Path, int]:
        """Give the folder of the store and a number that changes with it.

        Raises ``StaleError`` where a new store is not made within ``wait`` seconds; it is made all
        the same. Raises ``KgError`` as ``open_graph`` and ``open_store`` do.
        """
        stamp = _stamp(self._folder / MANIFEST)
        if self._seen is None or stamp not in (None, self._seen):
            if self._making is None or self._making.done():
                self._making = asyncio.create_task(self._make(stamp))
            try:
                async with asyncio.timeout(wait):
                    await asyncio.shield(self._making)
            except TimeoutError:
                raise StaleError(
                    f"{self._folder.name}: the graph was built anew and its index is being made"
                    f" ({self._statements:,} statements so far); ask again in a while"
                ) from None
        return self._store, self._version

    def forget(self) -> None:
        """Have the store looked for anew: it could not be read."""
        self._seen = None

    def close(self) -> None:
        """Give up a store that is being made."""
        self._closed = True

    async def _make(self, stamp: Stamp | None) -> None:
        graph = await asyncio.to_thread(open_graph, self._folder)
        self._store = await asyncio.to_thread(open_store, graph, progress=self._progress)
        self._version += 1
        self._seen, self.name = stamp, graph.name

    def _progress(self, statements: int) -> None:
        self._statements = statements
        if self._closed:
            raise QueryError(f"{self._folder}: the index was given up, the server stops")


class StaleError(QueryError):
    """The graph was built anew and its store is not ready."""


def _stamp(path: Path) -> Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
