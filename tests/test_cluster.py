"""Papers that the workers of a Dask cluster annotate, some of which die."""

import json
import os
import shutil
import signal
import sys

import dask
import deadly_calls
import distributed
import pytest
from click.testing import CliRunner
from helpers import graph_bytes, write_papers

import kg.annotate
import kg.cluster
from extractors.model_files import MANIFEST, PARTS, SHIPPED
from extractors.settings import Settings
from kg import build, update
from kg.cli.main import main
from kg.cluster import received, sent
from kg.steps import readers
from ontology.errors import InputError, MissingDependencyError, ServerError
from ontology.records import Reason

RULES = Settings()


@pytest.fixture(scope="module")
def cluster():
    """Three worker processes; a shard that kills two of them has failed."""
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 1}),
        distributed.LocalCluster(
            n_workers=3,
            threads_per_worker=1,
            dashboard_address=":0",
            silence_logs="CRITICAL",
            memory_limit=0,
        ) as running,
    ):
        yield running


def worker_processes(cluster):
    """Process ids of the workers that run now."""
    with distributed.Client(cluster, set_as_default=False) as client:
        return client.run(os.getpid)


def test_a_build_with_a_killed_worker_gives_the_bytes_of_a_local_build(
    tmp_path, cluster, monkeypatch
):
    """The user's vocabulary goes along, and what the killed worker had is read again."""
    monkeypatch.setattr(kg.annotate, "SHARD_PAPERS", 20)
    source = write_papers(tmp_path / "papers.jsonl", 400, "zibbelflow")
    vocabulary = tmp_path / "mine.tsv"
    vocabulary.write_text(
        "id\ttype\tname\taliases\tbroader\tnote\nmethod:zibbelflow\tMethod\tzibbelflow\t\t\t\n"
    )
    settings = Settings((vocabulary,))
    killed = []

    def kill_one(step):
        if step.name == "annotate" and 0 < step.done < step.total and not killed:
            killed.extend(list(worker_processes(cluster).values())[:1])
            os.kill(killed[0], signal.SIGKILL)

    graph = build(
        source,
        tmp_path / "map",
        settings=settings,
        scheduler=cluster.scheduler_address,
        on_step=kill_one,
    )
    assert killed
    local = build(source, tmp_path / "local", settings=settings, workers=1)
    assert graph_bytes(local.path) == graph_bytes(graph.path)
    (papers,) = graph.database.execute(
        "SELECT papers FROM entities WHERE name = 'zibbelflow' AND listed"
    ).fetchone()
    assert papers == 400


def test_a_paper_that_kills_costs_one_row_of_the_ledger(tmp_path, cluster, monkeypatch):
    """All other papers of its shard are annotated."""
    source = write_papers(tmp_path / "papers.jsonl", 8, "flow")
    with source.open("a") as file:
        file.write(json.dumps({"id": "bad", "title": "poison", "abstract": "We propose flow."}))
    monkeypatch.setattr(kg.annotate, "_shard", deadly_calls.shard)
    monkeypatch.setattr(kg.annotate, "SHARD_PAPERS", 3)
    graph = build(source, tmp_path / "map", settings=RULES, scheduler=cluster.scheduler_address)
    rows = graph.database.execute(
        "SELECT paper, outcome FROM ledger WHERE reason = $1", [Reason.ANNOTATION_FAILED.value]
    ).fetchall()
    assert [("bad", "kept")] == rows
    assert graph.database.execute("SELECT count(DISTINCT paper) FROM links").fetchone() == (8,)


def test_the_command_line_reads_on_the_cluster(tmp_path, cluster):
    """kg extract gives the same lines in the same order."""
    source = str(write_papers(tmp_path / "papers.jsonl", 7, "flow"))
    options = ["extract", source, "--no-model", "-q"]
    there = CliRunner().invoke(main, [*options, "--scheduler", cluster.scheduler_address])
    here = CliRunner().invoke(main, [*options, "--workers", "1"])
    assert (0, here.stdout) == (there.exit_code, there.stdout)
    assert here.stdout.count("\n") == 7


def test_an_update_reads_new_papers_on_the_cluster(tmp_path, cluster):
    """Nothing is asked of the scheduler where all is read already."""
    old = write_papers(tmp_path / "old.jsonl", 3, "flow")
    graph = build(old, tmp_path / "map", settings=RULES, workers=1)
    update(graph.path, scheduler="tcp://127.0.0.1:1")
    new = tmp_path / "new.jsonl"
    new.write_text(json.dumps({"id": "n", "title": "New", "abstract": "We propose ice matching."}))
    assert update(graph.path, new, scheduler=cluster.scheduler_address).added == 1


def test_a_worker_with_another_litkg_is_an_error(tmp_path, cluster, monkeypatch):
    """It says which machine has what, and what is wanted."""
    source = write_papers(tmp_path / "papers.jsonl", 3, "flow")
    monkeypatch.setattr(kg.cluster, "_reader", lambda _settings: "litkg 9.9")
    message = r"worker on .*: has litkg [\d.]+ with the extractor \w+, but papers .* by litkg 9\.9; install"
    with pytest.raises(InputError, match=message):
        build(source, tmp_path / "map", settings=RULES, scheduler=cluster.scheduler_address)


def test_a_model_of_the_users_goes_along(tmp_path):
    """Settings that arrive elsewhere are made of files there."""
    model = tmp_path / "here"
    model.mkdir()
    for name in (MANIFEST, *PARTS):
        shutil.copy(SHIPPED / name, model)
    there = received(sent(Settings(model=model)), tmp_path / "there")
    assert there.model == tmp_path / "there" / "model"
    assert all((there.model / name).read_bytes() == (model / name).read_bytes() for name in PARTS)
    assert received(sent(Settings(model=SHIPPED)), tmp_path) == Settings(model=SHIPPED)


def test_no_scheduler_is_an_error(tmp_path, monkeypatch):
    """It is named, with the command that starts one."""
    monkeypatch.setattr(kg.cluster, "CONNECT_SECONDS", 0.5)
    source = write_papers(tmp_path / "papers.jsonl", 1, "flow")
    with pytest.raises(
        ServerError, match=r"^tcp://127\.0\.0\.1:1: no Dask scheduler answers; start"
    ):
        build(source, tmp_path / "map", settings=RULES, scheduler="tcp://127.0.0.1:1")


def test_without_dask_the_line_that_installs_it_is_shown(tmp_path, monkeypatch):
    """Dask is an extra."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    source = write_papers(tmp_path / "papers.jsonl", 1, "flow")
    with pytest.raises(MissingDependencyError, match=r"pip install 'litkg\[cluster\]'"):
        build(source, tmp_path / "map", settings=RULES, scheduler="tcp://127.0.0.1:1")


def test_workers_and_scheduler_exclude_each_other():
    """One would be silently without effect."""
    with pytest.raises(InputError, match="exclude each other"):
        readers(2, "tcp://127.0.0.1:1")
