"""The stores of a graph folder: what queries read, made from the tables once a digest.

They lie in ``GRAPH/.store/<digest><suffix>``. A graph that changed has another digest, so a stale
store is never read; the folder may be deleted at any time.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from kg.graph import Graph
from ontology.errors import QueryError

STORE = ".store"
"""Folder of the stores inside the graph folder; safe to delete."""

Progress = Callable[[int], None]
"""Called now and then while a store is made, with the number of things in it so far."""


def stored(graph: Graph, suffix: str, fill: Callable[[Path], None]) -> Path:
    """Give the path of a store, made now by ``fill`` where there is none for this digest.

    The stores of other digests are removed. Raises ``QueryError`` where the graph folder cannot be
    written to.
    """
    home = graph.path / STORE
    digest = str(graph.manifest["digest"]).replace(":", "-")[:32]
    store = home / f"{digest}{suffix}"
    if store.exists():
        return store
    try:
        home.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home, prefix=f"{digest}-") as place:
            fill(Path(place) / "store")
            try:
                (Path(place) / "store").replace(store)
            except OSError:
                if not store.exists():  # Another process may have made it meanwhile.
                    raise
    except OSError as error:
        raise QueryError(
            f"{home}: the query store cannot be written; {error.strerror or error}"
        ) from error
    for old in home.iterdir():
        if not old.name.startswith(digest):
            _remove(old)
    return store


def _remove(old: Path) -> None:
    if old.is_dir():
        shutil.rmtree(old, ignore_errors=True)
    else:
        old.unlink(missing_ok=True)
