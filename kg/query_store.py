"""The stores of a graph folder: what queries read, made from the tables once a digest.

They lie in ``GRAPH/.store/<digest><suffix>``. A graph that changed has another digest, so a stale
store is never read; the folder may be deleted at any time. One process at a time makes a store, so
what another one began and did not end is known to be left over.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from kg.graph import Graph
from ontology.errors import QueryError

STORE = ".store"
"""Folder of the stores inside the graph folder; safe to delete."""

LOCK = ".lock"
"""Behind the name of a store that of a file, locked while the store is made; it stays."""
_BEGUN = ".begun-"
"""Behind the name of a store the beginning of that of a folder in which it is made."""

Progress = Callable[[int], None]
"""Called now and then while a store is made, with the number of things in it so far."""


def stored(graph: Graph, suffix: str, fill: Callable[[Path], None]) -> Path:
    """Give the path of a store, made now by ``fill`` where there is none for this digest.

    The stores of other digests are removed, and what a killed process left. Raises ``QueryError``
    where the graph folder cannot be written to.
    """
    home = graph.path / STORE
    digest = str(graph.manifest["digest"]).replace(":", "-")[:32]
    store = home / f"{digest}{suffix}"
    if store.exists():
        return store
    try:
        home.mkdir(exist_ok=True)
        lock = home / f"{store.name}{LOCK}"
        lock.open("ab").close()  # the library takes a refusal to open it for a lock that is held
        with FileLock(lock):
            if not store.exists():  # another process may have made it meanwhile
                _make(store, fill)
                _clear(home, digest)
    except OSError as error:
        raise QueryError(
            f"{home}: the query store cannot be written; {error.strerror or error}"
        ) from error
    return store


def _make(store: Path, fill: Callable[[Path], None]) -> None:
    begun = f"{store.name}{_BEGUN}"
    for left in store.parent.glob(f"{begun}*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=store.parent, prefix=begun) as place:
        fill(Path(place) / "store")
        (Path(place) / "store").replace(store)


def _clear(home: Path, digest: str) -> None:
    for old in home.iterdir():
        if old.name.startswith(digest):
            continue
        if old.is_dir():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.unlink(missing_ok=True)
