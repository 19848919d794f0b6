"""The graph folder: whole or absent, byte-identical, refused when it is something else."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from kg.differences import diff
from kg.folder_lock import locked
from kg.graph import (
    MANIFEST,
    ROW_GROUP,
    _replace,
    check_target,
    finish,
    open_graph,
    open_staging,
    staging_folder,
    write_table,
)
from kg.validate import validate
from ontology.errors import GraphError, InputError
from ontology.tables import SCHEMAS


def staged(folder):
    staging = staging_folder(folder)
    staging.mkdir(parents=True)
    for name, schema in SCHEMAS.items():
        write_table(name, schema.empty_table().to_batches(), staging)
    return staging


def years(*values):
    return pa.table(
        {
            "entity": ["urn:litkg:method:x"] * len(values),
            "year": pa.array(values, pa.int32()),
            "role": ["uses"] * len(values),
            "papers": pa.array([1] * len(values), pa.int64()),
        },
        schema=SCHEMAS["entity_years"],
    )


def test_finished_graph_opens_with_its_manifest(tmp_path):
    """A staged graph moves into place and opens."""
    folder = tmp_path / "map"
    graph = finish(staged(folder), folder, {"name": "corpus", "counts": {}})
    assert graph.name == "corpus"
    assert list(graph.batches("papers")) == []
    assert not staging_folder(folder).exists()


def test_half_a_graph_is_no_graph(tmp_path):
    """Tables without a manifest are refused: the manifest comes last."""
    folder = tmp_path / "map"
    staged(folder).rename(folder)
    with pytest.raises(GraphError, match="holds no graph"):
        open_graph(folder)


def test_a_missing_table_is_named(tmp_path):
    """A graph that lost a table says which."""
    folder = tmp_path / "map"
    finish(staged(folder), folder, {"name": "corpus"})
    (folder / "links.parquet").unlink()
    with pytest.raises(GraphError, match="links"):
        open_graph(folder)


def test_a_damaged_table_is_named(tmp_path):
    """Whoever meets it first: a stream, a question, a check or a comparison."""
    folder = tmp_path / "map"
    graph = finish(staged(folder), folder, {"name": "corpus"})
    (folder / "links.parquet").write_bytes(b"PAR1 cut short")
    for read in (
        lambda: list(graph.batches("links")),
        lambda: graph.database,
        lambda: validate(graph),
        lambda: diff(graph, graph),
    ):
        with pytest.raises(
            GraphError, match=r"links\.parquet: the table cannot be read; .*; build"
        ):
            read()


def test_replacement_cut_between_its_renames_is_completed(tmp_path):
    """A sealed graph that was never moved is found under its staging name."""
    folder = tmp_path / "map"
    finish(staged(folder), folder, {"name": "corpus"})
    folder.rename(staging_folder(folder))
    assert open_graph(folder).name == "corpus"


class Meddled(type(Path())):
    """A path whose rename another process interrupts."""

    meddler = None

    def rename(self, target):
        moved = super().rename(target)
        if self.meddler is not None:
            self.meddler()
        return moved


def test_a_reader_may_complete_the_replacement_of_a_builder_at_work(tmp_path, monkeypatch):
    """A reader that comes between the two renames makes the second one; the builder goes on."""
    folder = Meddled(tmp_path / "map")
    finish(staged(folder), folder, {"name": "one"})
    seen = []

    def read():
        monkeypatch.setattr(Meddled, "meddler", None)
        seen.append(open_graph(tmp_path / "map").name)

    staging = staged(folder)
    monkeypatch.setattr(Meddled, "meddler", staticmethod(read))
    assert "two" == finish(staging, folder, {"name": "two"}).name
    assert ["two"] == seen
    assert ["map"] == [path.name for path in tmp_path.iterdir()]


def test_a_rename_that_fails_otherwise_is_an_error(tmp_path):
    """Nothing is passed over where no graph came to be."""
    folder = tmp_path / "map"
    staging = staged(folder)
    shutil.rmtree(staging)
    with pytest.raises(FileNotFoundError):
        _replace(staging, folder)


def test_a_rerun_takes_up_annotations_and_nothing_else(tmp_path):
    """Decisions that the user has deleted since do not come back out of the staging folder."""
    folder = tmp_path / "map"
    staging = staged(folder)
    for name in ("annotations", "curation", "records"):
        (staging / name).mkdir()
        (staging / name / "file").write_text("x", encoding="utf-8")
    assert staging == open_staging(folder)
    assert [Path("annotations"), Path("annotations/file")] == sorted(
        path.relative_to(staging) for path in staging.rglob("*")
    )


def test_a_graph_has_one_writer(tmp_path):
    """A second one is told so; the lock is free again after the first."""
    folder = tmp_path / "map"
    with (
        locked(folder),
        pytest.raises(InputError, match="another kg build, update, remove or curate"),
        locked(folder),
    ):
        pass
    with locked(folder):
        pass


def test_the_lock_of_a_killed_writer_is_taken_over(tmp_path):
    """The system frees the lock with the process, SIGKILL included."""
    folder = tmp_path / "map"
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom kg.folder_lock import locked\n"
        f"with locked(Path({str(folder)!r})):\n    print('held', flush=True)\n    time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        assert b"held\n" == process.stdout.readline()
        with pytest.raises(InputError, match="another kg build"), locked(folder):
            pass
        process.kill()
        process.wait()
    with locked(folder):
        pass


def test_curation_files_survive_a_rebuild(tmp_path):
    """What the user decided stays when the graph is replaced."""
    folder = tmp_path / "map"
    finish(staged(folder), folder, {"name": "one"})
    (folder / "curation").mkdir()
    (folder / "curation" / "decisions.tsv").write_text("merge\ta\tb\n", encoding="utf-8")
    graph = finish(staged(folder), folder, {"name": "two"})
    assert graph.name == "two"
    assert (folder / "curation" / "decisions.tsv").read_text(encoding="utf-8") == "merge\ta\tb\n"


def test_another_layout_is_refused(tmp_path):
    """A manifest of another format version is not read on good luck."""
    folder = tmp_path / "map"
    finish(staged(folder), folder, {"name": "corpus"})
    (folder / MANIFEST).write_text(json.dumps({"format": 99}), encoding="utf-8")
    with pytest.raises(GraphError, match="another version"):
        open_graph(folder)


def test_a_folder_with_other_files_is_not_replaced(tmp_path):
    """``-o`` never overwrites what is no graph."""
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="holds other files"):
        check_target(tmp_path)


def test_bytes_do_not_depend_on_how_rows_arrive(tmp_path):
    """Row groups are cut anew, so one batch and many give the same file."""
    table = years(*range(ROW_GROUP + 100))
    for place, size in enumerate((7_001, ROW_GROUP + 100)):
        folder = tmp_path / str(place)
        folder.mkdir()
        rows = write_table("entity_years", table.to_batches(max_chunksize=size), folder)
        assert rows == ROW_GROUP + 100
    one, other = ((tmp_path / str(place) / "entity_years.parquet").read_bytes() for place in (0, 1))
    assert one == other
