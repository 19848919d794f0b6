"""Calls on shards of papers by readers that may die over a paper: processes here, or a cluster's."""

from __future__ import annotations

import os
import pickle
import signal
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from operator import itemgetter
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from threading import Thread
from types import TracebackType
from typing import Generic, Self, TypeVar

from ontology.errors import InputError
from ontology.records import Paper

_T = TypeVar("_T")
Shard = tuple[Paper, ...]
Call = Callable[[Shard], _T]
"""Of one shard, whole or in parts; of an empty one it must do nothing but get ready."""

_AHEAD = 4
"""Shards a worker that may be finished before their turn, so that few results wait."""


@dataclass(frozen=True, slots=True)
class Done(Generic[_T]):
    """What became of one shard: results with the papers they are of, in order, and the papers lost."""

    results: tuple[tuple[Shard, _T], ...]
    lost: Shard = ()


class Pool(ABC, Generic[_T]):
    """Workers that call one function on shards; leaving the context ends what still runs."""

    died: type[Exception]
    """What a future raises whose worker died over its shard."""

    @property
    @abstractmethod
    def size(self) -> int:
        """Shards that may run at once."""

    @abstractmethod
    def submit(self, shard: Shard) -> Future[_T]:
        """Hand a shard to a worker."""

    @abstractmethod
    def restart(self) -> None:
        """Replace workers that died; raises ``KgError`` where new ones die without a paper."""

    @abstractmethod
    def stop(self) -> None:
        """Start nothing more, and end what runs."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


def run(pool: Pool[_T], shards: Iterable[Shard]) -> Iterator[Done[_T]]:
    """Call on every shard; what became of them comes as they finish, not in their order.

    Where a worker dies, the shards that ran are called once more, each alone, and the papers of one
    that kills again one by one: those that kill then are lost, and no other.
    """
    for _, done in _finished(pool, shards):
        yield done


def run_in_order(pool: Pool[_T], shards: Iterable[Shard]) -> Iterator[Done[_T]]:
    """Like :func:`run`, in the order of the shards."""
    early: dict[int, Done[_T]] = {}
    turn = 0
    for place, done in _finished(pool, shards):
        early[place] = done
        while turn in early:
            yield early.pop(turn)
            turn += 1


class InProcess(Pool[_T]):
    """A pool without processes: a shard is called when it is submitted."""

    size = 1
    died = BrokenProcessPool

    def __init__(self, call: Call[_T]) -> None:
        self._call = call

    def submit(self, shard: Shard) -> Future[_T]:
        """Call here and now."""
        future: Future[_T] = Future()
        future.set_result(self._call(shard))
        return future

    def restart(self) -> None:
        """Nothing dies but the whole process."""

    def stop(self) -> None:
        """Nothing runs between two calls."""


class Processes(Pool[_T]):
    """Processes of this machine; all are replaced when one of them dies."""

    size = 0
    died = BrokenProcessPool

    def __init__(self, call: Call[_T], size: int) -> None:
        self.size = size
        self._call = call
        self._start()

    def submit(self, shard: Shard) -> Future[_T]:
        """Hand a shard to a worker; a pool that has just died says so in the future."""
        outcome: Future[_T] = Future()
        try:
            with _without_ctrl_c():
                there = self._executor.submit(_to_file, self._call, shard, self._results.name)
        except (BrokenProcessPool, OSError, ValueError) as error:
            # One that dies while another starts closes what that one is to inherit.
            dead = BrokenProcessPool(str(error))
            dead.__cause__ = error
            outcome.set_exception(dead)
        else:
            there.add_done_callback(partial(_from_file, outcome))
        return outcome

    def restart(self) -> None:
        """Replace dead workers, and see that the new ones can work at all."""
        self.stop()
        self._start()
        try:
            self.submit(()).result()
        except BrokenProcessPool:
            raise InputError(
                "workers: a process that reads papers ends before it has one; a script must call"
                " under if __name__ == '__main__', and each process needs memory of its own:"
                " try fewer workers"
            ) from None

    def stop(self) -> None:
        """End all processes, also those amid a shard."""
        self._lifeline.close()
        self._executor.shutdown(cancel_futures=True)
        self._end.close()
        self._results.cleanup()

    def _start(self) -> None:
        # Fresh interpreters: forking a process that runs DuckDB or Arrow threads can deadlock.
        context = get_context("spawn")
        self._end, self._lifeline = context.Pipe(duplex=False)
        self._results = TemporaryDirectory(prefix="litkg-", ignore_cleanup_errors=True)
        self._executor = ProcessPoolExecutor(
            self.size, mp_context=context, initializer=_begin_worker, initargs=(self._end,)
        )


@contextmanager
def _without_ctrl_c() -> Iterator[None]:
    """Let processes that start here leave Ctrl-C to this one from their first moment."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin_worker(lifeline: Connection) -> None:
    """Leave Ctrl-C to the parent, and end when it closes its end of the line."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with, args=(lifeline,), daemon=True).start()


def _end_with(lifeline: Connection) -> None:
    # The system closes the end of a parent that has died.
    lifeline.poll(None)
    os._exit(1)


def _to_file(call: Call[_T], shard: Shard, folder: str) -> str:
    """Call, and leave the result in a file.

    A worker that is killed while it sends more than a pipe holds leaves its parent waiting for the rest
    for ever.
    """
    with NamedTemporaryFile(dir=folder, delete=False) as file:
        pickle.dump(call(shard), file, protocol=pickle.HIGHEST_PROTOCOL)
    return file.name


def _from_file(outcome: Future[_T], there: Future[str]) -> None:
    if there.cancelled():
        outcome.cancel()
        return
    if (error := there.exception()) is not None:
        outcome.set_exception(error)
        return
    path = Path(there.result())
    try:
        outcome.set_result(pickle.loads(path.read_bytes()))  # noqa: S301  our own worker's
    except Exception as lost:  # noqa: BLE001  without an outcome the run would wait for ever
        outcome.set_exception(lost)
    path.unlink(missing_ok=True)


def _finished(pool: Pool[_T], shards: Iterable[Shard]) -> Iterator[tuple[int, Done[_T]]]:
    running: dict[Future[_T], tuple[int, Shard]] = {}
    waiting = enumerate(shards)
    upcoming = next(waiting, None)
    while upcoming is not None or running:
        # No more at once than there are workers: when one dies, few shards are suspect.
        while upcoming is not None and len(running) < pool.size:
            oldest = min((number for number, _ in running.values()), default=upcoming[0])
            if upcoming[0] >= oldest + _AHEAD * pool.size:
                break
            running[pool.submit(upcoming[1])] = upcoming
            upcoming = next(waiting, None)
        finished = wait(running, return_when=FIRST_COMPLETED).done
        if any(isinstance(one.exception(), pool.died) for one in finished):
            finished = wait(running).done
        suspects = []
        for future in finished:
            number, shard = running.pop(future)
            if isinstance(future.exception(), pool.died):
                suspects.append((number, shard))
            else:
                yield number, Done(((shard, future.result()),))
        if suspects:
            pool.restart()
        for number, shard in sorted(suspects, key=itemgetter(0)):
            yield number, _alone(pool, shard)


def _alone(pool: Pool[_T], shard: Shard) -> Done[_T]:
    """Call a shard while nothing else runs, then, where it kills again, its papers one by one."""
    try:
        return Done(((shard, pool.submit(shard).result()),))
    except pool.died:
        pool.restart()
    results: list[tuple[Shard, _T]] = []
    lost: list[Paper] = []
    for paper in shard:
        try:
            results.append(((paper,), pool.submit((paper,)).result()))
        except pool.died:
            lost.append(paper)
            pool.restart()
    return Done(tuple(results), tuple(lost))
