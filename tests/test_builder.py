"""The whole road, from sources to a graph folder, on the example corpus."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Event

import duckdb
import pyarrow.parquet as pq
import pytest
from helpers import ROOT, SHARED, needs_shared

from extractors.settings import Settings
from kg import build, open_graph
from kg.assemble import Assembly
from kg.builder import corpus_name
from kg.confidence import MIN_CONFIDENCE
from kg.extract import extract
from kg.graph import staging_folder
from kg.growth import update
from kg.steps import Step
from kg.validate import validate
from ontology.errors import InputError
from ontology.records import Reason
from ontology.tables import SCHEMAS

EXAMPLES = ROOT / "examples"
RULES = Settings(model=None)


def contents(folder):
    """Bytes of every file of a graph but the cache of annotations."""
    return {
        path.name: path.read_bytes() for path in sorted(Path(folder).iterdir()) if path.is_file()
    }


def test_every_mention_is_the_text_at_its_offsets(example_graph):
    """``text[start:end] == surface`` for all mentions of the graph."""
    rows = example_graph.database.execute(
        """
        SELECT CASE field WHEN 'title' THEN title ELSE abstract END, start, "end", surface
        FROM mentions JOIN papers ON papers.id = paper
        """
    ).fetchall()
    assert len(rows) > 300
    assert [] == [row for row in rows if row[0][row[1] : row[2]] != row[3]]


def test_examples_show_a_map_and_a_ledger(example_graph):
    """The planted faults of the example corpus are all in the ledger."""
    reasons = {
        row[0] for row in example_graph.database.execute("SELECT reason FROM ledger").fetchall()
    }
    expected = {
        Reason.DUPLICATE.value,
        Reason.NO_ABSTRACT.value,
        Reason.MALFORMED.value,
        Reason.SUSPECTED_MISMATCH.value,
    }
    assert expected <= reasons
    assert example_graph.manifest["counts"]["papers"] >= 40


def test_every_row_of_links_and_relations_points_somewhere(example_graph):
    """No table speaks of a paper or an entity that the graph lacks."""
    for table, columns in {
        "links": ("entity",),
        "mentions": ("entity",),
        "relations": ("head", "tail"),
        "broader": ("narrower", "broader"),
        "cooccurrence": ("a", "b"),
        "aliases": ("entity",),
    }.items():
        for column in columns:
            lost = example_graph.database.execute(
                f"SELECT count(*) FROM {table} ANTI JOIN entities ON iri = {table}.{column}"
            ).fetchall()
            assert [(0,)] == lost, (table, column)


def test_workers_and_order_do_not_change_a_byte(tmp_path):
    """Two workers, files in reverse order: the same graph."""
    files = [str(path) for path in sorted(EXAMPLES.iterdir()) if path.suffix != ".md"]
    one = build(files, tmp_path / "one", workers=1)
    other = build(list(reversed(files)), tmp_path / "other", workers=2)
    assert contents(one.path) == contents(other.path)


def test_a_second_build_reuses_annotations_and_changes_nothing(example_graph, tmp_path):
    """Annotations of unchanged papers are found again; the result is the same."""
    build(EXAMPLES, tmp_path / "map", workers=1)
    steps = []
    again = build(EXAMPLES, tmp_path / "map", workers=1, on_step=steps.append)
    papers = again.manifest["counts"]["papers"]
    assert [Step("annotate", papers, papers)] == [one for one in steps if one.name == "annotate"]
    assert contents(example_graph.path) == contents(again.path)


def test_a_least_confidence_keeps_what_is_sure_and_records_the_rest(example_graph, tmp_path):
    """No link below it, one ledger row an entity left out, the manifest names it, all rules hold."""
    graph = build(EXAMPLES, tmp_path / "map", workers=1, min_confidence=0.6)
    assert 0.6 == graph.manifest["min_confidence"]
    assert MIN_CONFIDENCE == example_graph.manifest["min_confidence"]
    assert 0.6 <= graph.database.execute("SELECT min(confidence) FROM links").fetchall()[0][0]
    assert validate(graph).ok
    lost = graph.database.execute(
        "SELECT source, position, paper, detail FROM ledger WHERE reason = $1 ORDER BY ALL",
        [Reason.BELOW_MIN_CONFIDENCE.value],
    ).fetchall()
    ledger, annotated = extract([str(EXAMPLES)], workers=1, min_confidence=0.6)
    assert [] == [
        entity for paper in annotated for entity in paper.entities if entity.confidence < 0.6
    ]
    assert lost == sorted(
        (row.origin.source, row.origin.position, row.paper, row.detail)
        for row in ledger
        if row.reason is Reason.BELOW_MIN_CONFIDENCE
    )
    assert len(lost) > 20


def test_another_least_confidence_reads_no_paper_again(tmp_path):
    """Annotations are kept whole: a lower minimum brings back what a higher one left out."""
    build(EXAMPLES, tmp_path / "map", workers=1, min_confidence=1)
    steps = []
    again = build(EXAMPLES, tmp_path / "map", workers=1, min_confidence=0, on_step=steps.append)
    papers = again.manifest["counts"]["papers"]
    assert [Step("annotate", papers, papers)] == [one for one in steps if one.name == "annotate"]
    fresh = build(EXAMPLES, tmp_path / "fresh", workers=1, min_confidence=0)
    assert contents(fresh.path) == contents(again.path)


def test_killed_build_leaves_no_half_graph_and_resumes(tmp_path):
    """SIGKILL in the middle of annotating: no graph; the rerun keeps finished shards."""
    source = tmp_path / "many.jsonl"
    with source.open("w", encoding="utf-8") as file:
        for number in range(900):
            abstract = f"We propose flow matching number {number} for image segmentation. " * 12
            file.write(
                json.dumps({"id": f"p{number}", "title": f"T {number}", "abstract": abstract})
            )
            file.write("\n")
    target = tmp_path / "map"
    code = (
        "from kg import build\n"
        "if __name__ == '__main__':\n"
        f"    build({str(source)!r}, {str(target)!r}, workers=1)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code])
    shards = staging_folder(target) / "annotations"
    deadline = time.monotonic() + 120
    while not list(shards.glob("*/*.parquet")):
        assert process.poll() is None, "the build ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    finished = sum(pq.read_metadata(path).num_rows for path in shards.glob("*/*.parquet"))
    assert not target.exists()
    steps = []
    graph = build(source, target, workers=1, on_step=steps.append)
    first = next(step for step in steps if step.name == "annotate")
    assert first.done == finished > 0
    assert graph.manifest["counts"]["papers"] == 900


def test_strict_makes_the_first_bad_record_fatal(tmp_path):
    """``strict`` names the file and the line, and leaves nothing behind."""
    source = tmp_path / "bad.jsonl"
    source.write_text('{"title": "Good", "abstract": "Fine."}\n{oops\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"bad\.jsonl:2"):
        build(source, tmp_path / "map", strict=True)
    assert not (tmp_path / "map").exists()


def test_corpus_name_ignores_order_and_folder():
    """A corpus is named after its sources."""
    assert corpus_name(["/b/two.bib", "a/one.txt"]) == corpus_name(["one.txt", "two.bib"])


@needs_shared
def test_real_feeds(tmp_path):
    """Every record of the real feeds is a paper or a ledger row; the mismatch is suspected."""
    feeds = sorted((SHARED / "seeds").glob("*.txt"))
    graph = build([str(path) for path in feeds], tmp_path / "map", workers=1)
    assert graph.manifest["counts"]["papers"] == 34
    suspected = graph.database.execute(
        "SELECT title FROM ledger JOIN papers ON papers.id = paper WHERE reason = $1",
        [Reason.SUSPECTED_MISMATCH.value],
    ).fetchall()
    assert any("时间序列" in title for (title,) in suspected)
    assert len(suspected) <= 2


def test_a_graph_can_be_opened_again(example_graph):
    """What was built is what opens."""
    assert open_graph(example_graph.path).manifest == example_graph.manifest
    assert {table.removesuffix(".parquet") for table in contents(example_graph.path)} >= set(
        SCHEMAS
    )


def test_an_error_beside_the_join_ends_the_join(tmp_path, monkeypatch):
    """What Python raises, Ctrl-C too, is not kept back until the database has done its part."""
    ends, begun = [], Event()

    def join(assembly):
        begun.set()
        try:
            assembly._joining.execute(
                "SELECT count(*) FROM range(5_000_000_000) WHERE range % 7 = 3"
            )
        except duckdb.Error as error:
            ends.append(type(error))
            raise

    def prepare(_assembly, _merges):
        begun.wait()
        raise KeyboardInterrupt

    monkeypatch.setattr(Assembly, "join", join)
    monkeypatch.setattr(Assembly, "prepare", prepare)
    with pytest.raises(KeyboardInterrupt):
        build(EXAMPLES, tmp_path / "map", settings=RULES, workers=1)
    assert [duckdb.InterruptException] == ends
    assert not (tmp_path / "map").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="file names are UTF-8 here")
def test_names_that_are_not_utf_8(tmp_path):
    """Sources may have them, with U+FFFD instead; a graph and its corpus may not."""
    papers, raw = tmp_path / "papers", os.fsdecode(b"caf\xe9")
    papers.mkdir()
    line = json.dumps({"id": "a", "title": "Walking on ice", "abstract": "We train a CNN."})
    (papers / f"{raw}.jsonl").write_text(line)
    graph = build(papers / f"{raw}.jsonl", tmp_path / "map", settings=RULES, workers=1)
    assert "caf\ufffd" == graph.name
    assert [("caf\ufffd.jsonl",)] == graph.database.execute(
        "SELECT DISTINCT origins[1].source FROM papers"
    ).fetchall()
    assert 1 == update(graph.path, papers).graph.manifest["counts"]["papers"]
    for target, name in ((tmp_path / raw, None), (tmp_path / "named", raw)):
        with pytest.raises(InputError, match="UTF-8"):
            build(papers, target, name=name, settings=RULES, workers=1)
    with pytest.raises(InputError, match="UTF-8"):
        open_graph(graph.path.rename(tmp_path / raw))
    assert {"papers", "map", ".map.lock", raw} >= {path.name for path in tmp_path.iterdir()}


def test_a_listener_that_went_away_is_no_full_disk(tmp_path):
    """Progress into a closed pipe ends a run as a closed pipe does, whatever step it is about."""

    def gone(_step):
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        build(EXAMPLES, tmp_path / "map", settings=RULES, on_step=gone)
    with pytest.raises(BrokenPipeError):
        extract([str(EXAMPLES)], settings=RULES, on_step=gone)
