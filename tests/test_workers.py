"""Worker processes that die, are interrupted, or meet a paper that cannot be annotated."""

import os
import pickle
import signal
import subprocess
import sys
import time
from concurrent.futures import Future

import deadly_calls
import pytest
from helpers import ROOT, graph_bytes, write_papers

import extractors.pipeline
from extractors.pipeline import annotate
from extractors.settings import Settings
from kg import build
from kg.extract import extract
from kg.graph import staging_folder
from kg.steps import Step
from kg.workers import InProcess, Processes, _from_file, run_in_order
from ontology.errors import InputError
from ontology.records import Paper, Reason

RULES = Settings()


def shards(*titles, size=3):
    made = [Paper(f"p{place}", title, "") for place, title in enumerate(titles)]
    return [tuple(made[start : start + size]) for start in range(0, len(made), size)]


def in_processes(call, names):
    """What two processes make of shards of papers of these titles."""
    with Processes(call, 2) as pool:
        return list(run_in_order(pool, shards(*names)))


def outcome(found):
    """All results in order, and the titles of lost papers."""
    found = list(found)
    results = [title for one in found for _, part in one.results for title in part]
    return results, [paper.title for one in found for paper in one.lost]


def test_a_paper_that_kills_is_lost_and_no_other():
    """The results of all other papers come in their order, whatever ran beside the killer."""
    names = [f"t{place}" for place in range(14)]
    expected = [name.upper() for name in names if name not in {"t4", "t9"}]
    names[4] = names[9] = "poison"
    assert (expected, ["poison"] * 2) == outcome(in_processes(deadly_calls.titles, names))


def test_a_worker_that_died_once_loses_nothing(tmp_path):
    """Its shard is tried again."""
    names = ["a", f"once {tmp_path / 'flag'}", "b", "c", "d", "e", "f"]
    expected = [name.upper() for name in names]
    assert (expected, []) == outcome(in_processes(deadly_calls.titles, names))


def test_workers_that_cannot_work_are_an_error():
    """No paper is blamed where a worker dies without one."""
    with pytest.raises(InputError, match="workers: a process that reads papers ends before"):
        in_processes(deadly_calls.stillborn, "abcdef")


def test_one_process_gives_the_same_results():
    """Without workers all runs here."""
    names = list("abcdef")
    with InProcess(deadly_calls.titles) as pool:
        expected = outcome(run_in_order(pool, shards(*names)))
    assert expected == outcome(in_processes(deadly_calls.titles, names))


def test_a_paper_that_cannot_be_annotated_costs_one_ledger_row(tmp_path, monkeypatch):
    """It stays in the graph without entities, and the next run tries it again."""
    source = write_papers(tmp_path / "a.jsonl", 5, "flow")

    def failing(paper, nlp):
        if paper.id == "p3":
            raise ValueError("no \x1b[31mwords")
        return annotate(paper, nlp)

    monkeypatch.setattr(extractors.pipeline, "annotate", failing)
    graph = build(source, tmp_path / "map", settings=RULES, workers=1)
    rows = graph.database.execute(
        "SELECT source, position, outcome, paper, detail FROM ledger WHERE reason = $1",
        [Reason.ANNOTATION_FAILED.value],
    ).fetchall()
    detail = "not annotated: ValueError 'no \\x1b[31mwords'"
    assert [("a.jsonl", 4, "kept", "p3", detail)] == rows
    assert (5, 4) == graph.database.execute(
        "SELECT (SELECT count(*) FROM papers), count(DISTINCT paper) FROM links"
    ).fetchone()
    ledger, annotated = extract([str(source)], workers=1, settings=RULES)
    assert ["p0", "p1", "p2", "p4"] == [one.paper.id for one in annotated]
    assert [detail] == [row.detail for row in ledger if row.reason is Reason.ANNOTATION_FAILED]
    monkeypatch.undo()
    again = build(source, tmp_path / "map", settings=RULES, workers=1)
    clean = build(source, tmp_path / "clean", settings=RULES, workers=1)
    assert graph_bytes(clean.path) == graph_bytes(again.path)


def building(source, target):
    """``kg build`` in a process group of its own, caught when its first shard is finished."""
    code = (
        "import signal\nfrom kg.cli.main import main\n"
        # A job that a shell runs in the background ignores the signal, and so do its children.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\nmain()"
    )
    command = [sys.executable, "-c", code, "build", str(source), "-o", str(target)]
    process = subprocess.Popen(
        [*command, "--no-model", "--workers", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        cwd=ROOT,
    )
    deadline = time.monotonic() + 120
    while not list((staging_folder(target) / "annotations").glob("*/*.parquet")):
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return process


def wait_for_the_end_of(process):
    """Until no process of its group is left."""
    deadline = time.monotonic() + 60
    while True:
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            break
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("interrupt", [os.killpg, os.kill], ids=["terminal", "parent"])
def test_ctrl_c_ends_all_processes_without_a_traceback(tmp_path, interrupt):
    """One line, status 130, no process left, no graph; a rerun continues."""
    source = write_papers(tmp_path / "many.jsonl", 2_000, "flow")
    with building(source, tmp_path / "map") as process:
        interrupt(process.pid, signal.SIGINT)
        error = process.stderr.read()
    assert 130 == process.returncode
    assert error.endswith(
        "interrupted; what is finished is kept, and the same command continues there\n"
    )
    assert "Traceback" not in error
    wait_for_the_end_of(process)
    assert not (tmp_path / "map").exists()
    steps = []
    build(source, tmp_path / "map", settings=RULES, workers=1, on_step=steps.append)
    first = next(step for step in steps if step.name == "annotate")
    assert isinstance(first, Step)
    assert first.done >= 250


def test_workers_end_with_a_killed_parent(tmp_path):
    """SIGKILL of the parent alone leaves no process behind."""
    with building(
        write_papers(tmp_path / "many.jsonl", 2_000, "flow"), tmp_path / "map"
    ) as process:
        process.kill()
    wait_for_the_end_of(process)


def test_a_result_that_cannot_be_read_ends_the_wait_for_it(tmp_path):
    """Whatever keeps it from being read is what the run ends with."""
    there, outcome = Future(), Future()
    there.set_result(str(tmp_path / "result"))
    (tmp_path / "result").write_bytes(b"no pickle")
    _from_file(outcome, there)
    assert isinstance(outcome.exception(timeout=0), pickle.UnpicklingError)
