"""Processes that answer queries: kept warm, killed at the time limit, replaced when needed."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from typing import Any

from kg import sparql_worker
from ontology.errors import QueryError

_LONGEST_LINE = 1 << 20


class QueryProcesses:
    """At most ``size`` queries at a time, a process each; a process serves one query after another.

    ``memory`` bounds each process, in bytes. To be made and used in one event loop. A process is started when a query finds none idle, which
    takes about 0.1 s.
    """

    def __init__(self, size: int, memory: int) -> None:
        self._memory = memory
        self._free = asyncio.Semaphore(size)
        self._idle: list[asyncio.subprocess.Process] = []
        self._all: set[asyncio.subprocess.Process] = set()

    async def ask(
        self, request: dict[str, Any], *, wait: float, seconds: float
    ) -> tuple[dict[str, Any], bytes]:
        """Give the head and the body of the answer to a request of ``kg.sparql_worker``.

        Raises ``BusyError`` where no process is free within ``wait`` seconds, ``TimeoutError`` where
        the answer takes more than ``seconds``, ``CrashError`` where the process dies. A caller that
        is cancelled ends its query.
        """
        try:
            async with asyncio.timeout(wait):
                await self._free.acquire()
        except TimeoutError:
            raise BusyError(f"server: all processes were busy for {wait:g} seconds") from None
        try:
            process = await self._process()
            try:
                async with asyncio.timeout(seconds):
                    answer = await _exchange(process, request)
            except BaseException:
                self._end(process)
                raise
            self._idle.append(process)
            return answer
        finally:
            self._free.release()

    async def close(self) -> None:
        """Kill every process, whatever it is at."""
        running = list(self._all)
        for process in running:
            self._end(process)
        await asyncio.gather(*(process.wait() for process in running))

    async def _process(self) -> asyncio.subprocess.Process:
        while self._idle:
            process = self._idle.pop()
            if process.returncode is None:
                return process
            self._all.discard(process)
        # In a session of its own: a Ctrl-C in the terminal is for the server alone.
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            sparql_worker.__file__,
            str(self._memory),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=_LONGEST_LINE,
            start_new_session=True,
        )
        self._all.add(process)
        return process

    def _end(self, process: asyncio.subprocess.Process) -> None:
        self._all.discard(process)
        if process.returncode is None:
            process.kill()


class BusyError(QueryError):
    """No process was free in time."""


class CrashError(QueryError):
    """The process that answered a query died."""


async def _exchange(
    process: asyncio.subprocess.Process, request: dict[str, Any]
) -> tuple[dict[str, Any], bytes]:
    assert process.stdin
    assert process.stdout
    try:
        process.stdin.write(json.dumps(request).encode() + b"\n")
        await process.stdin.drain()
        head: dict[str, Any] = json.loads(await process.stdout.readuntil(b"\n"))
        return head, await process.stdout.readexactly(head.get("size", 0))
    except (ConnectionError, asyncio.IncompleteReadError):
        status = await process.wait()
        if status == -signal.SIGABRT:  # the end of C++ and Rust that find no memory
            raise CrashError(
                "query: it needs more memory than it may have; bind a variable more tightly, or leave"
                " ORDER BY, GROUP BY or DISTINCT out"
            ) from None
        raise CrashError(
            f"query: the process that answered it ended with status {status}; the query may be nested"
            " too deeply"
        ) from None
