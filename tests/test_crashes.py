"""Runs that are cut off or refused by the system: the old graph or the new one, never half of one."""

import errno
import os
import random
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from helpers import graph_bytes, write_papers

from extractors.settings import Settings
from kg import build, open_graph, update
from kg.folder_lock import writing
from kg.validate import validate
from ontology.errors import InputError

RULES = Settings()
BUILD = """
import resource, signal, sys
import kg.builder
from extractors.settings import Settings
from kg import update
from ontology.errors import KgError
if __name__ == "__main__":
    graph, source, limit, workers, unchecked = sys.argv[1:]
    if int(unchecked):
        kg.builder.check_space = lambda folder, needed: None
    if int(limit):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
    try:
        update(graph, source, workers=int(workers), settings=Settings())
    except KgError as error:
        sys.exit(str(error))
"""


def started(graph, source, *, limit=0, workers=1, unchecked=False):
    options = [str(limit), str(workers), str(int(unchecked))]
    command = [sys.executable, "-c", BUILD, str(graph), str(source), *options]
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


@pytest.fixture
def small_disk(tmp_path):
    """Mount a file system in memory of so many kilobytes, which root alone may."""
    mounted = []

    def mount(kilobytes):
        place = tmp_path / "disk"
        place.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(place)]
        if (
            not shutil.which("mount")
            or subprocess.run(command, check=False, capture_output=True).returncode
        ):
            pytest.skip("a file system of its own size needs the right to mount one")
        mounted.append(place)
        return place

    yield mount
    for place in mounted:
        subprocess.run(["umount", "-l", str(place)], check=True)


def test_too_little_space_is_told_before_anything_is_written(tmp_path, small_disk):
    """How much a graph needs and how much is free; the old graph stays."""
    place = small_disk(400)
    old = write_papers(tmp_path / "old.jsonl", 3, "flow")
    graph = build(old, place / "map", settings=RULES, workers=1)
    before = graph_bytes(graph.path)
    with pytest.raises(InputError, match=r"map: about 0\.\d MB are needed and 0\.\d MB are free"):
        update(graph.path, write_papers(tmp_path / "new.jsonl", 900, "ice"), workers=1)
    assert before == graph_bytes(graph.path)
    assert [] == [path.name for path in place.iterdir() if path.name.endswith(".building")]


def test_a_disk_that_fills_up_leaves_the_old_graph_and_a_larger_one_goes_on(tmp_path, small_disk):
    """Full in the middle of the work: one plain error, then an update to the bytes of a clean build."""
    place = small_disk(2000)
    old = write_papers(tmp_path / "old.jsonl", 3, "flow")
    new = write_papers(tmp_path / "new.jsonl", 300, "ice")
    graph = build(old, place / "map", settings=RULES, workers=1, name="corpus")
    before = graph_bytes(graph.path)
    (place / "ballast").write_bytes(bytes(shutil.disk_usage(place).free - 70_000))
    with started(graph.path, new, unchecked=True) as process:
        error = process.stderr.read()
    assert (1, 1) == (process.returncode, error.count("\n")), error
    assert "No space left on device" in error
    assert error.startswith(f"{graph.path}: cannot be written; ")
    assert before == graph_bytes(graph.path)
    (place / "ballast").unlink()
    update(graph.path, new, workers=1)
    clean = build([old, new], tmp_path / "clean", settings=RULES, workers=1, name="corpus")
    assert graph_bytes(clean.path) == graph_bytes(graph.path)


def test_a_graph_on_a_read_only_disk_opens_and_is_not_updated(tmp_path, small_disk):
    """The place that may not be written is named."""
    place = small_disk(4000)
    source = write_papers(tmp_path / "old.jsonl", 3, "flow")
    graph = build(source, place / "map", settings=RULES, workers=1)
    before = graph_bytes(graph.path)
    subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
    message = f"{graph.path}: cannot be written; {place} may not be changed"
    with pytest.raises(InputError, match=re.escape(message)):
        update(graph.path, source, workers=1)
    with pytest.raises(InputError, match="cannot be written"):
        build(source, place / "other", settings=RULES, workers=1)
    assert before == graph_bytes(open_graph(graph.path).path)


def test_tables_in_little_memory_are_the_same(tmp_path):
    """What does not fit is put aside on disk; far too little is one plain error."""
    source = write_papers(tmp_path / "old.jsonl", 300, "flow")
    large = build(source, tmp_path / "large", settings=RULES, workers=1, memory="2GB")
    small = build(source, tmp_path / "small", settings=RULES, workers=1, memory="30MB")
    assert graph_bytes(large.path) == graph_bytes(small.path)
    assert not list(small.path.glob(".spill"))
    with pytest.raises(InputError, match="allow more with --memory"):
        update(small.path, workers=1, memory="1MB")
    assert graph_bytes(large.path) == graph_bytes(small.path)


@pytest.mark.parametrize("memory", ["2", "much", "-1GB", "0GB", "2GB; DROP"])
def test_a_memory_that_is_no_size_is_refused(tmp_path, memory):
    """Before a paper is read."""
    with pytest.raises(InputError, match=r"memory: .* is no size"):
        build(tmp_path / "absent", tmp_path / "map", memory=memory)


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
