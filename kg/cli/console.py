"""Consoles and progress: results to standard output, notes to standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console, ConsoleOptions, RenderableType
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.segment import Segment
from rich.text import Text

from kg.printable import printable

if TYPE_CHECKING:
    from kg.steps import Step

PLAIN_WIDTH = 100
"""Columns of output that does not go to a terminal."""
SPEED_SECONDS = 120.0
"""Time over which a bar's pace is taken: a shard may take half a minute."""
PLAIN_SECONDS = 10.0
"""Least time between two lines of progress where there is no terminal."""


def output() -> Console:
    """Console for results: colours and width of the terminal, plain and fixed elsewhere."""
    return _console(sys.stdout.isatty(), stderr=False)


def notes() -> Console:
    """Console for progress and remarks."""
    return _console(sys.stderr.isatty(), stderr=True)


class _Console(Console):
    """A console that no text steers, whatever a paper, its id or the name of its file holds."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterator[Segment]:
        """Render an object, control characters of its texts replaced; those of rich itself stay."""
        for segment in super().render(renderable, options):
            if segment.control or segment.text.isprintable():
                yield segment
            else:
                yield Segment("\n".join(map(printable, segment.text.split("\n"))), segment.style)


def _console(terminal: bool, *, stderr: bool) -> Console:
    return _Console(
        stderr=stderr,
        width=None if terminal else PLAIN_WIDTH,
        highlight=False,
        soft_wrap=not terminal,
        emoji=False,
        markup=False,
    )


class _Rate(ProgressColumn):
    """How many a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f}/s" if task.speed else "")


def pace(step: Step, begun: int, seconds: float) -> str:
    """Say how many a second a step does and how long it takes at that pace; nothing at its start.

    >>> from kg.steps import Step
    >>> pace(Step("annotate", 500, 1100), begun=100, seconds=10.0)
    '; 40 a second, 0:00:15 left'
    """
    if step.done <= begun or seconds <= 0:
        return ""
    rate = (step.done - begun) / seconds
    left = timedelta(seconds=round((step.total - step.done) / rate)) if step.total else None
    return f"; {rate:,.0f} a second" + (f", {left} left" if left is not None else "")


class BuildProgress:
    """Show the steps of a build: a bar each on a terminal, a line now and then elsewhere."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bars = (
            Progress(
                TextColumn("{task.description:<9}"),
                BarColumn(),
                MofNCompleteColumn(),
                _Rate(),
                TimeElapsedColumn(),
                TimeRemainingColumn(),
                console=console,
                speed_estimate_period=SPEED_SECONDS,
            )
            if console.is_terminal
            else None
        )
        self._tasks: dict[str, TaskID] = {}
        self._last_line = 0.0
        self._begun: dict[str, tuple[float, int]] = {}

    def __enter__(self) -> Self:
        if self._bars is not None:
            self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._bars is not None:
            self._bars.stop()

    def __call__(self, step: Step) -> None:
        """Take note of a step's progress."""
        if self._bars is not None:
            total = step.total or None
            if step.name not in self._tasks:
                # What an earlier run did is no part of the pace.
                self._tasks[step.name] = self._bars.add_task(
                    step.name, total=total, completed=step.done
                )
            self._bars.update(self._tasks[step.name], completed=step.done, total=total)
            return
        now = time.monotonic()
        since, begun = self._begun.setdefault(step.name, (now, step.done))
        finished = step.total > 0 and step.done == step.total
        if finished or now - self._last_line >= PLAIN_SECONDS:
            self._last_line = now
            of = f" of {step.total:,}" if step.total else ""
            speed = "" if finished else pace(step, begun, now - since)
            self._console.print(f"{step.name}: {step.done:,}{of}{speed}")


@contextmanager
def build_progress(*, quiet: bool) -> Iterator[BuildProgress | None]:
    """Progress on standard error, or none at all."""
    if quiet:
        yield None
        return
    with BuildProgress(notes()) as progress:
        yield progress


def index_progress(console: Console) -> Callable[[int], None]:
    """Say now and then how much an index holds so far; short waits pass in silence."""
    started = last = time.monotonic()

    def report(count: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= PLAIN_SECONDS or (last == started and now - started >= 1.0):
            last = now
            console.print(f"index: {count:,} rows")

    return report
