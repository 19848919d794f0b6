"""Runs that are cut off or refused by the system: the old graph or the new one, never half of one."""

import errno
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from helpers import graph_bytes, write_papers

from extractors.pipeline import Settings
from kg import build, open_graph, update
from kg.folder_lock import writing
from kg.validate import validate
from ontology.errors import InputError

RULES = Settings()
BUILD = """
import resource, signal, sys
from extractors.pipeline import Settings
from kg import update
from ontology.errors import KgError
if __name__ == "__main__":
    graph, source, limit, workers = sys.argv[1:]
    if int(limit):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
    try:
        update(graph, source, workers=int(workers), settings=Settings())
    except KgError as error:
        sys.exit(str(error))
"""


def started(graph, source, *, limit=0, workers=1):
    command = [sys.executable, "-c", BUILD, str(graph), str(source), str(limit), str(workers)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)


def test_killed_at_any_moment_a_graph_is_the_old_or_the_new_one(tmp_path):
    """SIGKILL at random moments: what opens holds all rules, and a rerun gives the whole new graph."""
    old, new = (
        write_papers(tmp_path / "old.jsonl", 40, "flow"),
        write_papers(tmp_path / "new.jsonl", 600, "ice"),
    )
    graph = build(old, tmp_path / "map", settings=RULES, workers=1, name="corpus")
    before = graph.manifest["digest"]
    clean = build([old, new], tmp_path / "clean", settings=RULES, workers=1, name="corpus")
    chance = random.Random(7)
    for _ in range(4):
        with started(graph.path, new) as process:
            time.sleep(chance.uniform(0.5, 6))
            process.kill()
        found = open_graph(graph.path)
        assert found.manifest["digest"] in {before, clean.manifest["digest"]}
        assert validate(found).ok
    update(graph.path, new, workers=1)
    assert graph_bytes(clean.path) == graph_bytes(graph.path)


def test_a_full_disk_leaves_the_old_graph(tmp_path):
    """A file that cannot grow further is one plain error; nothing of the old graph changes."""
    graph = build(write_papers(tmp_path / "old.jsonl", 3, "flow"), tmp_path / "map", settings=RULES)
    before = graph_bytes(graph.path)
    with started(
        graph.path, write_papers(tmp_path / "new.jsonl", 300, "ice"), limit=6000
    ) as process:
        error = process.stderr.read()
    assert (1, 1) == (process.returncode, error.count("\n")), error
    assert error.startswith(f"{graph.path}: cannot be written; ")
    assert "File too large" in error
    assert before == graph_bytes(graph.path)


def test_a_refusal_of_the_system_is_an_error_of_the_folder():
    """A folder that may not be written is named, with the system's words."""
    message = "map: cannot be written; Read-only file system"
    with pytest.raises(InputError, match=message), writing(Path("map")):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_refused(tmp_path):
    """Before any paper is read."""
    source = write_papers(tmp_path / "old.jsonl", 1, "flow")
    closed = tmp_path / "closed"
    closed.mkdir()
    closed.chmod(0o500)
    with pytest.raises(InputError, match="cannot be written"):
        build(source, closed / "map", settings=RULES, workers=1)
