"""Calls on shards of papers in worker processes, some of which may die over a paper."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import Generic, TypeVar

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


def run(call: Call[_T], shards: Sequence[Shard], workers: int) -> Iterator[Done[_T]]:
    """Call a function on every shard; what became of them comes in the order of the shards.

    Where a worker dies, the shards that ran are called once more, each alone, and the papers of one
    that kills again one by one: those that kill then are lost, and no other. With one worker all
    runs in this process. Raises :class:`InputError` where workers die before they have a paper.
    """
    if workers <= 1 or len(shards) <= 1:
        for shard in shards:
            yield Done(((shard, call(shard)),))
        return
    pool = _Pool(call, min(workers, len(shards)))
    try:
        yield from _in_order(pool, shards)
    finally:
        pool.stop()


class _Pool(Generic[_T]):
    """Worker processes that are replaced when one of them dies."""

    def __init__(self, call: Call[_T], size: int) -> None:
        self.size = size
        self._call = call
        self._executor = self._started()

    def submit(self, shard: Shard) -> Future[_T]:
        """Hand a shard to a worker; a pool that has just died says so in the future."""
        try:
            return self._executor.submit(self._call, shard)
        except BrokenProcessPool as error:
            broken: Future[_T] = Future()
            broken.set_exception(error)
            return broken

    def restart(self) -> None:
        """Replace dead workers, and see that the new ones can work at all."""
        self.stop()
        self._executor = self._started()
        try:
            self.submit(()).result()
        except BrokenProcessPool:
            raise InputError(
                "workers: a process that reads papers ends before it has one; a script must call"
                " under if __name__ == '__main__', and each process needs memory of its own:"
                " try fewer workers"
            ) from None

    def stop(self) -> None:
        """Wait for what runs, and start nothing more."""
        self._executor.shutdown(cancel_futures=True)

    def _started(self) -> ProcessPoolExecutor:
        # Fresh interpreters: forking a process that runs DuckDB or Arrow threads can deadlock.
        return ProcessPoolExecutor(
            self.size, mp_context=get_context("spawn"), initializer=_begin_worker
        )


def _begin_worker() -> None:
    """End with the parent, and at Ctrl-C without a word."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _in_order(pool: _Pool[_T], shards: Sequence[Shard]) -> Iterator[Done[_T]]:
    running: dict[Future[_T], int] = {}
    done: dict[int, Done[_T]] = {}
    waiting = deque(range(len(shards)))
    for place in range(len(shards)):
        while place not in done:
            # No more at once than there are workers: when one dies, few shards are suspect.
            while waiting and len(running) < pool.size and waiting[0] < place + _AHEAD * pool.size:
                number = waiting.popleft()
                running[pool.submit(shards[number])] = number
            finished = wait(running, return_when=FIRST_COMPLETED).done
            if any(isinstance(one.exception(), BrokenProcessPool) for one in finished):
                finished = wait(running).done
            suspects = []
            for future in finished:
                number = running.pop(future)
                if isinstance(future.exception(), BrokenProcessPool):
                    suspects.append(number)
                else:
                    done[number] = Done(((shards[number], future.result()),))
            if suspects:
                pool.restart()
            for number in sorted(suspects):
                done[number] = _alone(pool, shards[number])
        yield done.pop(place)


def _alone(pool: _Pool[_T], shard: Shard) -> Done[_T]:
    """Call a shard while nothing else runs, then, where it kills again, its papers one by one."""
    try:
        return Done(((shard, pool.submit(shard).result()),))
    except BrokenProcessPool:
        pool.restart()
    results: list[tuple[Shard, _T]] = []
    lost: list[Paper] = []
    for paper in shard:
        try:
            results.append(((paper,), pool.submit((paper,)).result()))
        except BrokenProcessPool:
            lost.append(paper)
            pool.restart()
    return Done(tuple(results), tuple(lost))
