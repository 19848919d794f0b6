"""The graph folder behind a server: what is made of it, made anew when the graph is built anew."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from kg.graph import MANIFEST, Graph, open_graph
from kg.query_store import Progress
from kg.server.explorer import Explorer
from kg.server.explorer_store import MAX_NODES, open_overview, open_tables
from kg.server.store_process import make_store
from ontology.errors import QueryError

INDEX_SECONDS = 30
"""How long a request waits for what is being made of the graph."""

Stamp = tuple[int, int, int]
T = TypeVar("T")


class ServedGraph:
    """Follows a graph folder on disk.

    A graph that is built anew is seen by the next request, which waits for what is made of it. A
    folder that is gone is answered from what is still open. To be used in one event loop.
    """

    def __init__(self, folder: Path, *, max_nodes: int = MAX_NODES) -> None:
        """``max_nodes`` bounds the entities that the map shows at first."""
        self._store = _Followed(
            folder, lambda graph, progress: make_store(graph, "sparql", progress=progress)
        )
        self._cypher = _Followed(
            folder, lambda graph, progress: make_store(graph, "cypher", progress=progress)
        )
        self._map = _Followed(folder, lambda graph, progress: _open_map(graph, max_nodes, progress))

    @property
    def name(self) -> str:
        """Name of the corpus, once its store was given."""
        return self._store.name

    async def store(self, *, wait: float) -> tuple[Path, int]:
        """Give the folder of the SPARQL store and a number that changes with it.

        Raises ``StaleError`` where a new store is not made within ``wait`` seconds; it is made all
        the same. Raises ``KgError`` as ``open_graph`` and ``open_store`` do.
        """
        return await self._store.current(wait), self._store.version

    async def cypher_store(self, *, wait: float) -> Path:
        """Give the folder of the Cypher store, made when it is first asked for; raises as ``store``."""
        return await self._cypher.current(wait)

    async def map(self, *, wait: float) -> Map:
        """Give what the explorer shows and asks; waits and raises as ``store``."""
        return await self._map.current(wait)

    def prepare(self) -> None:
        """Have the SPARQL store made, without waiting for it."""
        self._store.start()

    def forget(self) -> None:
        """Have the SPARQL store looked for anew: it could not be read."""
        self._store.seen = None

    async def close(self) -> None:
        """Give up what is being made."""
        await self._store.close()
        await self._cypher.close()
        await self._map.close()


@dataclass(frozen=True, slots=True)
class Map:
    """The explorer's side of a graph: its name, its first picture as compressed JSON, the rest."""

    name: str
    overview: bytes
    explorer: Explorer


class StaleError(QueryError):
    """What is made of the graph is not ready."""


class _Followed(Generic[T]):
    """One thing that is made of a graph."""

    def __init__(self, folder: Path, make: Callable[[Graph, Progress], Awaitable[T]]) -> None:
        self.name = ""
        self.version = 0
        self.seen: Stamp | None = None
        self._folder = folder
        self._make = make
        self._made: T | None = None
        self._making: asyncio.Task[None] | None = None
        self._rows = 0

    async def current(self, wait: float) -> T:
        if making := self.start():
            try:
                async with asyncio.timeout(wait):
                    await asyncio.shield(making)
            except TimeoutError:
                raise StaleError(
                    f"{self._folder.name}: the index of the graph is being made"
                    f" ({self._rows:,} rows so far); ask again in a while"
                ) from None
        assert self._made is not None
        return self._made

    def start(self) -> asyncio.Task[None] | None:
        """The making, begun where the graph is not the one last seen; None where nothing is to make."""
        stamp = _stamp(self._folder / MANIFEST)
        if self.seen is not None and stamp in (None, self.seen):
            return None
        if self._making is None or self._making.done():
            self._making = asyncio.create_task(self._remake(stamp))
            # What went wrong is told to whoever asks next; nobody may.
            self._making.add_done_callback(lambda task: task.cancelled() or task.exception())
        return self._making

    async def close(self) -> None:
        if self._making and not self._making.done():
            self._making.cancel()
            await asyncio.wait({self._making})

    async def _remake(self, stamp: Stamp | None) -> None:
        graph = await asyncio.to_thread(open_graph, self._folder)
        self._made = await self._make(graph, self._progress)
        self.version += 1
        self.seen, self.name = stamp, graph.name

    def _progress(self, rows: int) -> None:
        self._rows = rows


async def _open_map(graph: Graph, max_nodes: int, progress: Progress) -> Map:
    tables = await asyncio.to_thread(open_tables, graph, progress=progress)
    overview = await asyncio.to_thread(open_overview, graph, max_nodes=max_nodes)
    explorer = Explorer(tables, str(graph.manifest["digest"]), max_nodes=max_nodes)
    return Map(graph.name, overview.read_bytes(), explorer)


def _stamp(path: Path) -> Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
