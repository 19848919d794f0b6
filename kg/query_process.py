"""One query in a process of its own: no engine can be interrupted everywhere, a process can."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from ontology.errors import QueryError


def ask(worker: str, request: dict[str, Any], *, timeout: float, advice: str) -> dict[str, Any]:
    """Run the worker (a Python file) on a request and give its answer; kill it at the time limit.

    The worker reads JSON from stdin and writes JSON to stdout. The blank it writes first says that
    its store is open: the time, in seconds, counts from there. Raises ``QueryError`` at the limit,
    with ``advice`` on what makes such queries faster, and where the process dies.
    """
    with subprocess.Popen(  # noqa: S603  our own interpreter and file
        [sys.executable, "-I", worker],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
    ) as process:
        try:
            output, errors = _spoken(process, json.dumps(request).encode(), timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            raise out_of_time(timeout, advice) from None
        except BaseException:
            process.kill()
            raise
    if process.returncode != 0:
        reason = errors.decode(errors="replace").strip().rpartition("\n")[2]
        raise QueryError(f"query: the process ended with status {process.returncode}; {reason}")
    answer: dict[str, Any] = json.loads(output)
    return answer


def out_of_time(timeout: float, advice: str) -> QueryError:
    """The error of a query that was ended after so many seconds."""
    return QueryError(f"query: no answer in {timeout:g} seconds; {advice}, or raise the time limit")


def _spoken(
    process: subprocess.Popen[bytes], request: bytes, timeout: float
) -> tuple[bytes, bytes]:
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        rest = memoryview(request)
        while rest:
            rest = rest[process.stdin.write(rest) :]
        process.stdin.close()
    except BrokenPipeError:
        pass  # It died; its status tells.
    process.stdin = None
    process.stdout.read(1)
    return process.communicate(timeout=timeout)
