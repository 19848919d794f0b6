"""Shards on a Dask cluster, whose workers share no files with this machine.

Papers and the user's own vocabulary and model go out as bytes, what was found comes back. A worker
reads only where its litkg is the one that asks.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import lru_cache, partial
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from tempfile import mkdtemp
from threading import Lock
from typing import Any, TypeVar

from extractors.model_files import MANIFEST, PARTS, SHIPPED, check_model
from extractors.settings import Settings, fingerprint
from kg.workers import Pool, Shard
from ontology.errors import InputError, KgError, MissingDependencyError, ServerError
from ontology.vocabulary.reader import read_bytes

_T = TypeVar("_T")
Files = tuple[tuple[str, bytes], ...]
"""Name and content of each file."""

CONNECT_SECONDS = 20
"""Time that a scheduler has to answer."""

_reading = Lock()
"""Held by the thread that reads: a pipeline is not for two threads at once."""


@dataclass(frozen=True, slots=True)
class SentSettings:
    """Settings that mean the same on another machine; ``model`` is ``None`` unless it is the user's."""

    vocabulary: Files
    model: Files | None
    shipped: bool
    reader: str
    """What must be installed where they are used: version and fingerprint."""


def sent(settings: Settings) -> SentSettings:
    """Take the user's files along."""
    own = settings.model if settings.model != SHIPPED else None
    if own is not None:
        check_model(own)
    return SentSettings(
        tuple((path.name, read_bytes(path)) for path in settings.vocabulary),
        None if own is None else tuple((one, read_bytes(own / one)) for one in (MANIFEST, *PARTS)),
        settings.model == SHIPPED,
        _reader(settings),
    )


def received(settings: SentSettings, folder: Path) -> Settings:
    """Write the files that came along into ``folder`` and see that they are read here as there.

    Raises :class:`~ontology.errors.InputError` where another litkg is installed here.
    """
    vocabulary = []
    for place, (name, content) in enumerate(settings.vocabulary, start=1):
        vocabulary.append(_written(folder / f"{place:02}", name, content))
    model = SHIPPED if settings.shipped else None
    for name, content in settings.model or ():
        model = _written(folder / "model", name, content).parent
    here = Settings(tuple(vocabulary), model)
    if (found := _reader(here)) != settings.reader:
        raise InputError(
            f"worker on {socket.gethostname()}: has {found}, but papers are to be read by"
            f" {settings.reader}; install the same litkg on the workers and on this machine"
        )
    return here


class Cluster(Pool[_T]):
    """The workers of a Dask scheduler, as many as there are at each moment.

    ``call`` takes a shard and, as ``settings``, those of the worker's machine. Dask itself tries a
    shard whose worker died on other workers, as often as its setting ``allowed-failures`` says.

    Raises :class:`~ontology.errors.ServerError` where no scheduler answers, and
    :class:`~ontology.errors.MissingDependencyError` without Dask.
    """

    def __init__(self, call: Callable[..., _T], settings: Settings, address: str) -> None:
        dask, distributed = _dask()
        self.died = distributed.KilledWorker
        self._call = call
        self._address = address
        logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # errors are raised here
        try:
            self._client = distributed.Client(
                address, timeout=CONNECT_SECONDS, set_as_default=False, name="litkg"
            )
        except (OSError, ValueError) as error:
            raise ServerError(
                f"{address}: no Dask scheduler answers; start one with: dask scheduler"
            ) from error
        # A task and no scattered data, so that it is made again where the workers that hold it die.
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1TB"}):
            self._settings = self._client.submit(_itself, sent(settings))
        self._executor = self._client.get_executor(pure=False)

    @property
    def size(self) -> int:
        """Worker processes now; a cluster that is only starting gets one shard to start for."""
        try:
            return max(1, len(self._client.nthreads()))
        except OSError as error:
            raise self._lost() from error

    def submit(self, shard: Shard) -> Future[_T]:
        """Hand a shard to the scheduler."""
        outcome: Future[_T] = Future()
        there = self._executor.submit(_on_worker, self._call, shard, self._settings)
        there.add_done_callback(partial(self._hand_over, outcome))
        return outcome

    def restart(self) -> None:
        """See that workers can work at all; who started them replaces those that died."""
        try:
            self.submit(()).result()
        except self.died:
            raise ServerError(
                f"{self._address}: workers end before they have a paper; their logs say why,"
                " and each process needs memory of its own"
            ) from None

    def stop(self) -> None:
        """Take back what has not begun; a worker finishes its shard, and nobody waits for it."""
        self._executor.shutdown(wait=False)
        self._client.close(CONNECT_SECONDS)

    def _hand_over(self, outcome: Future[_T], there: Future[_T]) -> None:
        if there.cancelled():
            outcome.set_exception(self._lost())
            return
        error = there.exception()
        if error is None:
            outcome.set_result(there.result())
        elif isinstance(error, (KgError, self.died)):
            outcome.set_exception(error)
        else:
            unable = ServerError(
                f"{self._address}: the scheduler or a worker cannot run litkg;"
                f" {type(error).__name__}: {error}; install the same litkg[cluster] on all of them"
            )
            unable.__cause__ = error
            outcome.set_exception(unable)

    def _lost(self) -> ServerError:
        return ServerError(
            f"{self._address}: the scheduler went away; what came back is kept, and a rerun"
            " continues with it"
        )


def _dask() -> tuple[Any, Any]:
    try:
        return import_module("dask"), import_module("distributed")
    except ImportError as error:
        raise MissingDependencyError(
            f"--scheduler: {error.name} is not installed; pip install 'litkg[cluster]'"
        ) from error


def _reader(settings: Settings) -> str:
    return f"litkg {version('litkg')} with the extractor {fingerprint(settings)[:16]}"


def _written(folder: Path, name: str, content: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(content)
    return path


def _itself(settings: SentSettings) -> SentSettings:
    return settings


def _on_worker(call: Callable[..., _T], shard: Shard, settings: SentSettings) -> _T:
    with _reading:
        return call(shard, settings=_received_once(settings))


@lru_cache(maxsize=1)
def _received_once(settings: SentSettings) -> Settings:
    _, distributed = _dask()
    # Dask clears this folder away, also after a worker that was killed.
    folder = mkdtemp(prefix="litkg-", dir=distributed.get_worker().local_directory)
    return received(settings, Path(folder))
