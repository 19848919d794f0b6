"""Graphs that grow: an updated graph is the graph that a build of the same records gives."""

import json
import shutil
import tempfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from helpers import ROOT, graph_bytes
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.settings import Settings
from kg import build, diff, open_graph, remove, update
from kg.cli.main import main
from kg.curation import Verb, add_decision, decision
from kg.differences import Kind
from kg.graph import CURATION
from kg.growth import recorded_settings, reread_for
from kg.steps import Step
from ontology.errors import GraphError, InputError
from ontology.terms import EntityType

RULES = Settings()
NAMES = ("one.jsonl", "two.jsonl", "three.jsonl")
THINGS = (
    "flow matching for image segmentation on ImageNet",
    "graph neural networks (GNN) on COCO",
    "RainFormer, a transformer for precipitation nowcasting",
    "GNN for weather forecasting",
    "diffusion models for MRI reconstruction",
)
DECISIONS = (
    decision(Verb.BLOCK, EntityType.TASK, "image segmentation"),
    decision(Verb.RENAME, EntityType.METHOD, "RainFormer", "Rain Former"),
    decision(Verb.MERGE, EntityType.METHOD, "GNN", "graph neural network"),
    decision(Verb.SPLIT, EntityType.METHOD, "diffusion model"),
)

_COLUMNS = "id\ttype\tname\taliases\tbroader\tnote\n"
VOCABULARIES = (
    _COLUMNS + "method:rainformer\tMethod\tRain Former\tRainFormer|GNN\t\t\n",
    _COLUMNS + "method:gnn\tMethod\tGNN for weather\tweather GNN\t\t\n",
)


def line(identifier, thing, **fields):
    paper = {"id": identifier, "title": f"A study of {thing}", "abstract": f"We propose {thing}."}
    return json.dumps(paper | fields)


def write(path, lines):
    path.write_text("".join(f"{one}\n" for one in lines), encoding="utf-8")
    return path


def rules(target, *sources, **options):
    return build(sources, target, workers=1, name="corpus", **{"settings": RULES} | options)


PAPERS = st.lists(
    st.builds(
        line,
        st.sampled_from([f"p{number}" for number in range(6)]),
        st.sampled_from(THINGS),
        year=st.sampled_from([None, 2020, 2021]),
        doi=st.sampled_from(["", "10.1000/same"]),
    )
    | st.just("{broken"),
    min_size=1,
    max_size=4,
)
STEPS = st.one_of(
    st.tuples(st.just("write"), st.sampled_from(NAMES), PAPERS),
    st.tuples(st.just("drop"), st.sampled_from(NAMES)),
    st.tuples(st.just("take"), st.integers(0, 5)),
    st.tuples(st.just("decide"), st.sampled_from(DECISIONS)),
    st.tuples(st.just("list"), st.sampled_from(VOCABULARIES)),
)


class Grown:
    """One graph updated step by step, beside sources that are edited to the same effect."""

    def __init__(self, folder):
        self.sources = folder / "sources"
        self.sources.mkdir()
        self.clean = folder / "clean"
        self.vocabulary = folder / "mine.tsv"
        self.settings = RULES
        self.map = folder / "map"
        write(self.sources / "start.jsonl", [line("p0", THINGS[0]), line("p9", THINGS[1])])
        rules(self.map, self.sources)

    def write(self, name, lines):
        if all(one.startswith("{broken") for one in lines):
            lines = [*lines, line("p5", THINGS[4])]
        update(self.map, write(self.sources / name, lines), workers=1)

    def drop(self, name):
        if {name} < {source for source, _ in self.places()}:
            remove(self.map, sources=[name], workers=1)
            (self.sources / name).unlink()

    def take(self, place):
        ids = [
            one
            for (one,) in open_graph(self.map).database.execute("SELECT id FROM papers").fetchall()
        ]
        if len(ids) == 1:
            return
        before = self.places()
        remove(self.map, papers=[ids[place % len(ids)]], workers=1)
        after = self.places()
        for source, position in before - after:
            path = self.sources / source
            lines = path.read_text(encoding="utf-8").split("\n")
            lines[position - 1] = ""
            path.write_text("\n".join(lines), encoding="utf-8")
            if not any(lines):
                path.unlink()

    def places(self):
        """Source and line of every record that the map keeps."""
        path = self.map / "records" / "records.parquet"
        return {
            (row["source"], row["position"])
            for row in pq.read_table(path, columns=["source", "position"]).to_pylist()
        }

    def decide(self, one):
        add_decision(self.map / CURATION, one)
        update(self.map, workers=1)

    def list(self, entries):
        self.vocabulary.write_text(entries, encoding="utf-8")
        self.settings = Settings(vocabulary=(self.vocabulary,))
        update(self.map, workers=1, settings=self.settings)

    def rebuilt(self):
        """A build from nothing of the sources as they are, with the same vocabulary and decisions."""
        rules(self.clean, self.sources, settings=self.settings)
        if (self.map / CURATION).exists():
            shutil.copytree(self.map / CURATION, self.clean / CURATION)
            rules(self.clean, self.sources, settings=self.settings)
        return self.clean


@settings(max_examples=15)
@given(st.lists(STEPS, min_size=1, max_size=5))
def test_an_updated_graph_equals_a_clean_build(steps):
    """Add, change, remove, decide, list names, in any order: every byte but the annotations'."""
    with tempfile.TemporaryDirectory() as folder:
        grown = Grown(Path(folder))
        for verb, *arguments in steps:
            getattr(grown, verb)(*arguments)
        assert graph_bytes(grown.rebuilt()) == graph_bytes(grown.map)


def test_only_what_changed_is_annotated(tmp_path):
    """One changed paper of three: two are found again."""
    source = write(tmp_path / "a.jsonl", [line(f"p{n}", THINGS[n]) for n in range(3)])
    rules(tmp_path / "map", source)
    write(source, [line("p0", THINGS[4]), line("p1", THINGS[1]), line("p2", THINGS[2])])
    steps = []
    updated = update(tmp_path / "map", source, workers=1, on_step=steps.append)
    assert (0, 1, 0) == (updated.added, updated.changed, updated.gone)
    annotated = [one for one in steps if one.name == "annotate"]
    assert [Step("annotate", 2, 3), Step("annotate", 3, 3)] == annotated


def test_a_changed_vocabulary_reads_every_paper_again_and_is_kept(tmp_path):
    """The graph keeps its vocabulary files: an update needs them no more, and equals a build."""
    source = write(tmp_path / "a.jsonl", [line("p0", "the bench crop on ImageNet")])
    mine = tmp_path / "mine.tsv"
    mine.write_text(
        "id\ttype\tname\taliases\tbroader\tnote\ndataset:bench-crop\tDataset\tbench crop\t\t\t\n",
        encoding="utf-8",
    )
    graph = rules(tmp_path / "map", source)
    changed = recorded_settings(graph, vocabulary=[mine])
    assert ("vocabulary",) == reread_for(graph, changed)
    updated = update(tmp_path / "map", workers=1, settings=changed)
    with_file = Settings(vocabulary=(mine,))
    clean = build(source, tmp_path / "clean", settings=with_file, workers=1, name="corpus")
    assert graph_bytes(clean.path) == graph_bytes(tmp_path / "map")
    mine.unlink()
    assert () == reread_for(updated.graph, recorded_settings(updated.graph))
    update(tmp_path / "map", workers=1)
    assert graph_bytes(clean.path) == graph_bytes(tmp_path / "map")


def test_the_least_confidence_of_a_graph_holds_for_its_updates(tmp_path):
    """The manifest's number, until another one is given."""
    source = write(tmp_path / "a.jsonl", [line(f"p{n}", THINGS[n]) for n in range(3)])
    graph = rules(tmp_path / "map", source, min_confidence=0.9)
    assert graph_bytes(graph.path) == graph_bytes(update(graph.path, source, workers=1).graph.path)
    lower = update(graph.path, workers=1, min_confidence=0).graph
    assert graph_bytes(rules(tmp_path / "other", source).path) == graph_bytes(lower.path)


def test_a_model_of_the_users_must_be_named_again(tmp_path):
    """Only its digest is recorded, so that equal graphs have equal bytes."""
    source = write(tmp_path / "a.jsonl", [line("p0", THINGS[0])])
    graph = rules(tmp_path / "map", source)
    graph.manifest["model_of"] = "user"
    with pytest.raises(InputError, match="--model"):
        recorded_settings(graph)
    assert RULES == recorded_settings(graph, no_model=True)


def test_a_removed_paper_takes_all_its_records_and_their_ledger_rows(tmp_path):
    """A DOI in any spelling names the paper; its double in another source goes with it."""
    doi = "10.1000/abc.1"
    one = write(tmp_path / "a.jsonl", [line("p0", THINGS[0], doi=doi), line("p1", THINGS[1])])
    two = write(tmp_path / "b.jsonl", [line("p0", THINGS[0], doi=doi, year="soon")])
    graph = rules(tmp_path / "map", one, two)
    assert graph.manifest["counts"]["ledger"] == 2
    updated = remove(graph.path, dois=[f"https://doi.org/{doi.upper()}"], workers=1)
    assert (0, 0, 1) == (updated.added, updated.changed, updated.gone)
    assert updated.graph.manifest["counts"]["ledger"] == 0


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ({"papers": ["nobody"]}, "holds no paper nobody"),
        ({"dois": ["10.1000/none"]}, "no paper of the DOI"),
        ({"dois": ["what"]}, "no paper of the DOI"),
        ({"sources": ["b.jsonl"]}, "its sources are a.jsonl"),
        ({"sources": ["a.jsonl"]}, "no paper would be left"),
    ],
)
def test_what_cannot_be_removed_is_named_and_changes_nothing(tmp_path, what, message):
    """An unknown paper, DOI or source, and the last paper."""
    graph = rules(tmp_path / "map", write(tmp_path / "a.jsonl", [line("p0", THINGS[0])]))
    before = graph_bytes(graph.path)
    with pytest.raises(InputError, match=message):
        remove(graph.path, workers=1, **what)
    assert before == graph_bytes(graph.path)


def test_a_graph_without_source_records_says_what_to_do(tmp_path):
    """Graphs of earlier versions kept none."""
    graph = rules(tmp_path / "map", write(tmp_path / "a.jsonl", [line("p0", THINGS[0])]))
    shutil.rmtree(graph.path / "records")
    with pytest.raises(GraphError, match="build it once more"):
        update(graph.path, workers=1)


@pytest.mark.parametrize("name", ["records", "ledger"])
def test_damaged_source_records_are_named(tmp_path, name):
    """The graph they belong to can still be built again; nothing is said about writing."""
    graph = rules(tmp_path / "map", write(tmp_path / "one.jsonl", [line("a", THINGS[0]), "{no"]))
    damaged = graph.path / "records" / f"{name}.parquet"
    data = damaged.read_bytes()
    damaged.write_bytes(data[:4] + bytes(one ^ 0x5A for one in data[4:200]) + data[200:])
    with pytest.raises(GraphError, match=r"(?s)records: cannot be read; .*; build the graph again"):
        update(graph.path, write(tmp_path / "two.jsonl", [line("b", THINGS[1])]))
    if name == "records":
        with pytest.raises(
            GraphError, match=r"(?s)records: cannot be read; .*; build the graph again"
        ):
            remove(graph.path, papers=["a"])


def test_removing_takes_no_more_memory_than_it_may(tmp_path):
    """Too little is told in plain words, as in building; what is no size is refused first."""
    graph = rules(tmp_path / "map", write(tmp_path / "one.jsonl", [line("a", THINGS[0])]))
    with pytest.raises(InputError, match="allow more with --memory"):
        remove(graph.path, papers=["a"], memory="1MB")
    with pytest.raises(InputError, match="'much' is no size"):
        remove(graph.path, papers=["a"], memory="much")


def test_what_is_no_graph_is_not_updated(tmp_path):
    """No folder, no lock, no file comes to be."""
    with pytest.raises(GraphError, match="no such folder"):
        update(tmp_path / "map", workers=1)
    assert [] == list(tmp_path.iterdir())


def test_a_graph_does_not_differ_from_itself(example_graph):
    """No difference at all."""
    assert [] == diff(example_graph, example_graph)


def test_differences_name_what_was_added_changed_and_gone(tmp_path):
    """Papers, entities, links and relations, each with its key and the fields that changed."""
    old = rules(
        tmp_path / "old",
        write(tmp_path / "a.jsonl", [line("p0", THINGS[0]), line("p1", THINGS[1])]),
    )
    new = rules(
        tmp_path / "new",
        write(tmp_path / "a.jsonl", [line("p0", THINGS[0], year=2020), line("p2", THINGS[2])]),
    )
    found = diff(old, new)
    papers = [(one.kind, one.key, one.fields) for one in found if one.what == "paper"]
    assert [
        (Kind.ADDED, ("p2",), ()),
        (Kind.GONE, ("p1",), ()),
        (Kind.CHANGED, ("p0",), ("year",)),
    ] == papers
    entities = {(one.kind, one.label) for one in found if one.what == "entity"}
    assert (Kind.ADDED, "Method RainFormer") in entities
    assert (Kind.GONE, "Dataset COCO") in entities
    assert {"p1", "p2"} == {one.key[0] for one in found if one.what == "link"}
    assert any(one.what == "relation" and one.kind is Kind.ADDED for one in found)
    counts = {Kind.ADDED: Kind.GONE, Kind.GONE: Kind.ADDED, Kind.CHANGED: Kind.CHANGED}
    back = {(one.what, one.kind, one.key, one.fields) for one in diff(new, old)}
    assert back == {(one.what, counts[one.kind], one.key, one.fields) for one in found}


def test_commands_update_remove_and_compare(tmp_path):
    """What a user types, from examples to a difference as JSON."""

    def run(*arguments):
        result = CliRunner().invoke(main, [str(one) for one in arguments])
        assert result.exit_code == 0, result.output
        return result

    source = write(tmp_path / "new.jsonl", [line("p0", THINGS[2])])
    run("build", ROOT / "examples", "-o", tmp_path / "map", "--no-model", "--workers", 1, "-q")
    shutil.copytree(tmp_path / "map", tmp_path / "old")
    grown = run("update", tmp_path / "map", source, "--workers", 1)
    assert grown.stdout.startswith("papers: 1 added, 0 changed, 0 gone; 73 in ")
    table = run("diff", tmp_path / "old", tmp_path / "map").stdout
    assert "added paper: A study of RainFormer" in table
    rows = json.loads(run("diff", tmp_path / "old", tmp_path / "map", "--format", "json").stdout)
    assert ["p0"] == [row["key"][0] for row in rows if row["what"] == "paper"]
    run("remove", tmp_path / "map", "--source", "new.jsonl", "--workers", 1, "-q")
    assert graph_bytes(tmp_path / "old") == graph_bytes(tmp_path / "map")
