"""The user's decisions as files: read, refused, written by command, applied by every build."""

import json

import pytest
from click.testing import CliRunner
from graphs import DOUBTFUL, folder_of, replaced, small_graph
from hypothesis import given
from hypothesis import strategies as st

from extractors.settings import Settings
from kg import build, open_graph
from kg.cli.main import main
from kg.curation import (
    ACCEPTED,
    DECISIONS,
    Verb,
    add_decision,
    decision,
    read_curation,
    with_accepted,
)
from ontology.errors import InputError, VocabularyError
from ontology.terms import EntityType
from ontology.vocabulary.reader import shipped_vocabulary
from ontology.vocabulary.writer import HEADER as VOCABULARY_HEADER

HEADER = "verb\ttype\tname\ttarget\tnote\n"
PAPERS = [
    {
        "id": "a",
        "title": "Flow Matching for Image Synthesis",
        "abstract": "We use flow matching for image generation. U-Net is the backbone of the model.",
        "year": 2023,
    },
    {
        "id": "b",
        "title": "Convolutional Networks Revisited",
        "abstract": "We train a U-Net and a convolutional neural network for image segmentation.",
        "year": 2024,
    },
]


@pytest.fixture(scope="module")
def papers(tmp_path_factory):
    path = tmp_path_factory.mktemp("curated") / "papers.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in PAPERS), encoding="utf-8")
    return path


@pytest.fixture
def graph(papers, tmp_path):
    return build([papers], tmp_path / "map", workers=1, settings=Settings())


def rebuilt(graph, papers):
    return build([papers], graph.path, workers=1, settings=Settings())


def run(*arguments):
    return CliRunner().invoke(main, [str(one) for one in arguments])


def rows(graph, query):
    return graph.database.execute(query).fetchall()


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("verb\ttype\tname\n", 1, "the header is"),
        (HEADER + "join\tMethod\ta\tb\t\n", 2, "verb 'join'; one of merge"),
        (HEADER + "accept\tMethod\ta\t\t\n", 2, "accepted terms stand in vocabulary.tsv"),
        (HEADER + "# a comment\n\nmerge\tModel\ta\tb\t\n", 4, "type 'Model'"),
        (HEADER + "merge\tMethod\ta\t\t\n", 2, "needs a target"),
        (HEADER + "block\tMethod\ta\tb\t\n", 2, "takes no target"),
        (HEADER + "merge\tMethod\ta\n", 2, "3 columns"),
        (HEADER + "block\tMethod\ta\u2028b\t\t\n", 2, "control character '\\u2028'"),
        (HEADER + "retype\tMethod\ta\tThing\t\n", 2, "type 'Thing'"),
        (HEADER + "block\tMethod\t--\t\t\n", 2, "no letter or digit"),
        (HEADER + "merge\tMethod\ta\tb\t\nmerge\tMethod\tA\tc\t\n", 3, "keep one of them"),
        (HEADER + "merge\tMethod\ta\tb\t\nblock\tMethod\ta\t\t\n", 2, "keep one of them"),
        (HEADER + "merge\tMethod\ta\tb\t\nmerge\tMethod\tb\ta\t\n", 3, "leads back"),
    ],
)
def test_bad_files_are_named_with_their_line(tmp_path, text, line, message):
    """Unknown verbs, wrong columns and contradictions are one clear error each."""
    (tmp_path / DECISIONS).write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as raised:
        read_curation(tmp_path)
    assert f"{DECISIONS}:{line}:" in str(raised.value)
    assert message in str(raised.value)


def test_bad_encoding_and_two_files(tmp_path):
    """A file that is no UTF-8 is named; contradictions are found across files."""
    (tmp_path / "one.tsv").write_text(HEADER + "rename\tTask\ta\tb\t\n", encoding="utf-8")
    (tmp_path / "two.tsv").write_text(HEADER + "rename\tTask\ta\tc\t\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"one\.tsv:2.*two|two\.tsv:2.*one"):
        read_curation(tmp_path)
    (tmp_path / "two.tsv").write_bytes(HEADER.encode() + b"block\tTask\t\xff\t\t\n")
    with pytest.raises(InputError, match=r"two\.tsv: cannot be read as UTF-8"):
        read_curation(tmp_path)


cells = st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda text: text == text.strip())


@given(st.lists(st.tuples(st.sampled_from(EntityType), cells, cells), max_size=5))
def test_written_decisions_are_read_again(tmp_path_factory, made):
    """What is added stands in the file, sorted, whatever the names hold."""
    folder = tmp_path_factory.mktemp("decisions")
    added = []
    for kind, name, note in made:
        try:
            one = decision(Verb.BLOCK, kind, f"x{name}", note=note)
        except InputError:
            continue
        if add_decision(folder, one):
            added.append(one)
    found = read_curation(folder).decisions
    assert sorted(added, key=repr) == sorted(found, key=repr)
    if added:
        lines = (folder / DECISIONS).read_text(encoding="utf-8").split("\n")
        assert [HEADER.rstrip("\n"), ""] == [lines[0], lines[-1]]


def test_a_decision_that_contradicts_is_not_written(tmp_path):
    """The file stays as it was, and a repeated decision adds nothing."""
    assert add_decision(tmp_path, decision(Verb.BLOCK, EntityType.TASK, "reasoning"))
    assert not add_decision(tmp_path, decision(Verb.BLOCK, EntityType.TASK, "Reasoning"))
    before = (tmp_path / DECISIONS).read_bytes()
    with pytest.raises(InputError, match="keep one of them"):
        add_decision(tmp_path, decision(Verb.RENAME, EntityType.TASK, "reasoning", "thinking"))
    assert before == (tmp_path / DECISIONS).read_bytes()


def test_decisions_hold_in_every_later_build(graph, papers):
    """Merge, rename and block by command, then build twice: the same graph, with the decisions."""
    folder = graph.path
    (iri,) = rows(graph, "SELECT iri FROM entities WHERE name = 'flow matching'")[0]
    assert (
        0
        == run(
            "curate", folder, "rename", "Method", "flow matching", "velocity regression"
        ).exit_code
    )
    assert (
        0
        == run(
            "curate", folder, "merge", "Method", "UNet", "convolutional neural network"
        ).exit_code
    )
    assert 0 == run("curate", folder, "block", "Task", "image segmentation").exit_code
    assert 0 == run("curate", folder, "split", "Method", "never seen").exit_code
    once = rebuilt(graph, papers)
    assert [(iri,)] == rows(once, "SELECT iri FROM entities WHERE name = 'velocity regression'")
    assert [] == rows(once, "SELECT name FROM entities WHERE name IN ('U-Net', 'flow matching')")
    assert [(2,)] == rows(
        once, "SELECT papers FROM entities WHERE name = 'convolutional neural network'"
    )
    assert [] == rows(
        once,
        "SELECT entity FROM links JOIN entities ON iri = entity WHERE name = 'image segmentation'",
    )
    assert [("U-Net", "vocabulary")] == rows(
        once,
        "SELECT alias, aliases.source FROM aliases JOIN entities ON iri = entity"
        " WHERE name = 'convolutional neural network' AND alias = 'U-Net'",
    )
    ledger = rows(once, "SELECT reason, source, position, detail FROM ledger ORDER BY reason")
    assert ["blocked", "decision-unmatched"] == [row[0] for row in ledger]
    assert ("curation/decisions.tsv", 3) == ledger[1][1:3]
    assert "never seen" in ledger[1][3]
    digest = once.manifest["digest"]
    assert digest == rebuilt(once, papers).manifest["digest"]


def test_a_name_that_is_split_off_takes_no_other_names_along(graph, papers):
    """What the vocabulary says of the listed entity is not said of the name that is none of it."""
    assert 0 == run("curate", graph.path, "split", "Method", "UNet").exit_code
    once = rebuilt(graph, papers)
    assert [] == rows(
        once, "SELECT alias FROM aliases WHERE source = 'vocabulary' AND alias = 'U-Net'"
    )


def test_an_accepted_term_is_listed(graph, papers):
    """The vocabulary line stands in the folder and makes the entity a listed one."""
    done = run(
        "curate",
        graph.path,
        "accept",
        "Method",
        "backbone U-Net",
        "--broader",
        "UNet",
        "--alias",
        "BUN",
    )
    assert 0 == done.exit_code, done.output
    (entry,) = read_curation(graph.path / "curation").accepted
    assert ("method:backbone-u-net", ("method:u-net",)) == (entry.id, entry.broader)
    assert 0 == run("lookup", "BUN", "--type", "Method").exit_code
    assert rebuilt(graph, papers).manifest["curation"][0]["file"] == ACCEPTED


def test_an_accepted_term_is_none_that_only_its_signs_tell_from_it(graph):
    """The letters of "U-Net+++" are those of a listed name's id: both stay what they are."""
    for name in ("U-Net+++", "U-Net++++"):
        assert 0 == run("curate", graph.path, "accept", "Method", name).exit_code
    vocabulary = with_accepted(shipped_vocabulary(), read_curation(graph.path / "curation"))
    names = ["U-Net", "U-Net+++", "U-Net++++"]
    assert names == [vocabulary.find(EntityType.METHOD, name).name for name in names]
    assert "U-Net" == vocabulary["method:u-net"].name


def test_a_term_is_accepted_beside_those_of_the_graphs_own_vocabulary(papers, tmp_path):
    """Its broader term may be one of them, and what they list is not accepted again."""
    mine = tmp_path / "mine.tsv"
    mine.write_text(f"{VOCABULARY_HEADER}\nmethod:zag\tMethod\tzag\t\t\t\n", encoding="utf-8")
    made = build([papers], tmp_path / "map", workers=1, settings=Settings((mine,)))
    mine.unlink()
    done = run("curate", made.path, "accept", "Method", "zig", "--broader", "zag")
    assert 0 == done.exit_code, done.output
    assert ("method:zag",) == read_curation(made.path / "curation").accepted[0].broader
    assert "the vocabulary lists it" in run("curate", made.path, "accept", "Method", "zag").output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("accept", "Method", "U-Net"), "the vocabulary lists it"),
        (("accept", "Method", "zig", "--broader", "zag"), "'zag' is no Method"),
        (("accept", "Method", "zig", "--alias", "U-Net"), "canonical name of method:u-net"),
        (("merge", "Method", "zig"), "needs a target"),
        (("block", "Method"), "needs a TYPE and a NAME"),
        (("block", "Method", "a\tb"), "control character '\\t'"),
        (("block", "Method", "ab", "--note", "\x1b[2J"), "control character '\\x1b'"),
        (("block", "Method", "ab "), "ends with white space"),
        (("block", "Method", "zig", "--alias", "x"), "belong to accept"),
    ],
)
def test_commands_refuse_what_cannot_hold(graph, arguments, message):
    """Nothing is written, and the error says what to do."""
    result = run("curate", graph.path, *arguments)
    assert 0 != result.exit_code
    assert message in result.output
    assert not (graph.path / "curation").exists()


def test_no_decision_is_written_while_a_run_writes_the_graph(graph):
    """Both would write one folder; the decision waits."""
    from kg.folder_lock import locked

    with locked(graph.path):
        result = run("curate", graph.path, "block", "Method", "U-Net")
    assert 0 != result.exit_code
    assert "is writing it" in result.output
    assert not (graph.path / "curation").exists()


def test_broken_decisions_stop_a_build_before_it_reads(graph, papers):
    """The graph stays as it was."""
    folder = graph.path / "curation"
    folder.mkdir()
    (folder / ACCEPTED).write_text("id\tname\n", encoding="utf-8")
    with pytest.raises(VocabularyError, match=rf"{ACCEPTED}:1"):
        rebuilt(graph, papers)
    assert graph.manifest == open_graph(graph.path).manifest


def test_merges_are_listed_most_doubtful_first(example_graph):
    """Every format lists the same rows; filters narrow them."""
    listed = json.loads(run("merges", example_graph.path, "--all", "--format", "json").output)
    doubts = [row["doubt"] for row in listed]
    assert len(doubts) > 20
    assert sorted(doubts, reverse=True) == doubts
    assert {"merged", "kept-apart"} == {row["outcome"] for row in listed}
    text = run("merges", example_graph.path, "--all", "--format", "csv").output
    assert len(listed) + 1 == len(text.splitlines())
    apart = json.loads(
        run(
            "merges", example_graph.path, "--reason", "other-number", "--type", "Dataset", "--all",
            "--format", "json",
        ).output
    )  # fmt: skip
    assert ("CAMELYON17", "CAMELYON16") in {(row["form"], row["other"]) for row in apart}
    assert "CAMELYON17" in run("merges", example_graph.path, "--outcome", "kept-apart").output


def test_a_list_of_merges_runs_no_formula(tmp_path):
    """A name that a spreadsheet would run has its guard, as in every table that is written."""
    rows = [{**DOUBTFUL[0], "form": "=1+1"}]
    folder = folder_of(replaced(small_graph(), "merges", rows), tmp_path / "map")
    text = run("merges", folder, "--format", "csv").output
    assert ["merged,Method,'=1+1,U-Net,,misspelling,0.05,1"] == text.splitlines()[1:]
