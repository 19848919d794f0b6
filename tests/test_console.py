"""Progress on a terminal and elsewhere."""

import io

from rich.console import Console

from kg.cli.console import BuildProgress
from kg.steps import Step


def test_a_bar_does_not_take_an_earlier_runs_papers_for_its_own_pace():
    """What stands finished at the start is shown as done, and no rate is made of it."""
    console = Console(file=io.StringIO(), force_terminal=True, width=100)
    with BuildProgress(console) as progress:
        progress(Step("annotate", 60_000, 69_694))
        (task,) = progress._bars.tasks
        assert (60_000, None, None) == (task.completed, task.speed, task.time_remaining)
        progress(Step("annotate", 60_250, 69_694))
        progress(Step("annotate", 60_500, 69_694))
        assert task.speed
        assert "60500/69694" in task_line(progress)


def task_line(progress):
    """What the bar's line says."""
    console = Console(file=io.StringIO(), width=100)
    console.print(progress._bars.get_renderable())
    return console.file.getvalue()


def test_lines_elsewhere_say_rate_and_remaining_time(monkeypatch):
    """One line for what is finished, others only now and then."""
    now = iter([0.0, 10.0, 11.0, 30.0])
    monkeypatch.setattr("kg.cli.console.time.monotonic", lambda: next(now))
    console = Console(file=io.StringIO(), width=100)
    with BuildProgress(console) as progress:
        for done in (1_000, 1_250, 1_275, 1_500):
            progress(Step("annotate", done, 2_000))
    assert console.file.getvalue().splitlines() == [
        "annotate: 1,250 of 2,000; 25 a second, 0:00:30 left",
        "annotate: 1,500 of 2,000; 17 a second, 0:00:30 left",
    ]
