"""A user's vocabulary on the whole road: build, extract and lookup."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from helpers import ROOT

from extractors.pipeline import annotate, load
from extractors.settings import Settings
from kg import Graph, build, open_graph
from kg.cli.main import main
from kg.lookup import lookup
from kg.validate import validate
from ontology.errors import VocabularyError
from ontology.records import Paper
from ontology.terms import EntityType
from ontology.vocabulary.reader import COLUMNS, shipped_vocabulary

TSV = "\n".join(
    [
        "\t".join(COLUMNS),
        "method:flow-matching\tMethod\tvelocity matching\tpath regression\t\t",
        "method:gentle-frobber\tMethod\tgentle frobber\tsoft frobber|轻柔弗罗布@zh\tmethod:deep-learning\t",
        "method:undoing\tMethod\tgradual undoing\tconditional flow matching\t\t",
    ]
)
TURTLE = """\
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix litkg: <urn:litkg:ns:> .
<http://example.org/frobbing> a skos:Concept, litkg:Task ;
  skos:prefLabel "frobbing"@en, "弗罗布化"@zh ; skos:altLabel "frob analysis"@en ;
  skos:broader <urn:litkg:task:imageclassification> .
"""
PAPERS = [
    {
        "title": "On soft frobbers",
        "abstract": "We use a soft frobber for frob analysis. Gentle frobbers help frobbing.",
    },
    {
        "title": "Path regression",
        "abstract": "We compare path regression with conditional flow matching and flow matching.",
    },
]


def run(*arguments: object):
    return CliRunner().invoke(main, [str(one) for one in arguments])


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """Papers, a tab-separated vocabulary and a thesaurus."""
    folder = tmp_path_factory.mktemp("files")
    papers, tsv, turtle = (folder / name for name in ("papers.jsonl", "mine.tsv", "mine.ttl"))
    papers.write_text("".join(json.dumps(one) + "\n" for one in PAPERS), encoding="utf-8")
    tsv.write_text(TSV, encoding="utf-8")
    turtle.write_text(TURTLE, encoding="utf-8")
    return papers, tsv, turtle


@pytest.fixture(scope="module")
def graph(files: tuple[Path, Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Graph:
    """The graph of the papers with both vocabularies, built by the command."""
    papers, tsv, turtle = files
    folder = tmp_path_factory.mktemp("graph") / "map"
    chosen = ("--vocabulary", tsv, "--vocabulary", turtle)
    result = run("build", papers, "-o", folder, "--no-model", "--workers", 1, "-q", *chosen)
    assert (0, "") == (result.exit_code, result.output)
    return open_graph(folder)


def rows(graph: Graph, query: str) -> list[tuple[object, ...]]:
    return graph.database.execute(query).fetchall()


def test_a_users_term_is_found_and_filed_with_its_broader_terms(graph: Graph) -> None:
    """Entities of both files have their names, listed, with mentions and broader entities."""
    found = rows(
        graph,
        "SELECT iri, name, listed, papers FROM entities WHERE name IN ('gentle frobber', 'frobbing')"
        " ORDER BY iri",
    )
    assert [
        ("urn:litkg:method:gentlefrobber", "gentle frobber", True, 1),
        ("urn:litkg:task:frobbing", "frobbing", True, 1),
    ] == found
    broader = rows(
        graph,
        "SELECT one.name, other.name FROM broader JOIN entities AS one ON one.iri = narrower"
        " JOIN entities AS other ON other.iri = broader.broader"
        " WHERE one.name IN ('gentle frobber', 'frobbing') AND source = 'vocabulary' ORDER BY ALL",
    )
    assert [("frobbing", "image classification"), ("gentle frobber", "deep learning")] == broader
    surfaces = rows(
        graph,
        "SELECT surface FROM mentions WHERE entity = 'urn:litkg:method:gentlefrobber' ORDER BY ALL",
    )
    assert [("Gentle frobbers",), ("soft frobber",), ("soft frobbers",)] == surfaces
    assert ("urn:litkg:task:frobbing", "弗罗布化", "zh", "vocabulary") in rows(
        graph, "SELECT entity, alias, language, source FROM aliases"
    )
    assert validate(graph, full=True).ok


def test_a_renamed_entity_keeps_its_iri_and_a_moved_alias_its_new_owner(graph: Graph) -> None:
    """The later file's name is shown; what it gave away is another entity."""
    assert [
        ("urn:litkg:method:flowmatching", "velocity matching"),
        ("urn:litkg:method:gradualundoing", "gradual undoing"),
    ] == rows(
        graph,
        "SELECT DISTINCT iri, name FROM entities JOIN mentions ON entity = iri"
        " WHERE surface IN ('path regression', 'flow matching', 'conditional flow matching')"
        " ORDER BY ALL",
    )


def test_the_graphs_own_names_go_before_the_shipped_ones(graph: Graph) -> None:
    """Looking into the graph needs no vocabulary file."""
    for name, iri in {
        "conditional flow matching": "urn:litkg:method:gradualundoing",
        "velocity-matching": "urn:litkg:method:flowmatching",
        "轻柔弗罗布": "urn:litkg:method:gentlefrobber",
    }.items():
        (found,) = lookup(name, vocabulary=shipped_vocabulary(), graph=graph)
        assert iri == found.iri
        assert "vocabulary" in found.why


def test_the_manifest_names_files_and_digests(graph: Graph, example_graph: Graph) -> None:
    """In the order of reading; without files the list is empty."""
    assert [
        {"file": name, "sha256": hashlib.sha256(text.encode()).hexdigest()}
        for name, text in (("mine.tsv", TSV), ("mine.ttl", TURTLE))
    ] == graph.manifest["vocabulary"]
    assert [] == example_graph.manifest["vocabulary"]


def test_the_folder_of_a_vocabulary_changes_no_byte(
    graph: Graph, files: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    """The same files elsewhere give the same graph."""
    copies = tuple(tmp_path / path.name for path in files[1:])
    for copy, path in zip(copies, files[1:], strict=True):
        copy.write_bytes(path.read_bytes())
    other = build(files[0], tmp_path / "map", workers=2, settings=Settings(copies))
    assert [path.name for path in sorted(graph.path.iterdir())] == [
        path.name for path in sorted(other.path.iterdir())
    ]
    for path in graph.path.glob("*.*"):
        assert path.read_bytes() == (other.path / path.name).read_bytes(), path.name


def test_an_edited_vocabulary_is_read_again_in_one_process(tmp_path: Path) -> None:
    """What a build read before does not reach into the next one."""
    papers, file = tmp_path / "papers.jsonl", tmp_path / "mine.tsv"
    papers.write_text(json.dumps(PAPERS[0]), encoding="utf-8")
    for name in ("soft frobber", "gentle frobber"):
        file.write_text(
            "\n".join(["\t".join(COLUMNS), f"method:mine\tMethod\tmy {name}\t{name}\t\t"]), "utf-8"
        )
        graph = build(papers, tmp_path / "map", workers=1, settings=Settings((file,)))
        assert [(f"my {name}",)] == rows(
            graph, "SELECT name FROM entities WHERE listed AND papers > 0 AND type = 'Method'"
        )


def test_extract_reads_with_the_vocabulary(files: tuple[Path, Path, Path]) -> None:
    """Annotation records carry the canonical names of the user's files."""
    papers, tsv, turtle = files
    result = run(
        "extract", papers, "--no-model", "--workers", 1, "-q", "--vocabulary", tsv, "--vocabulary", turtle
    )  # fmt: skip
    names = {
        (entity["type"], entity["name"])
        for line in result.stdout.splitlines()
        for entity in json.loads(line)["entities"]
    }
    assert {
        ("Method", "gentle frobber"),
        ("Task", "frobbing"),
        ("Method", "velocity matching"),
    } <= names


def test_lookup_knows_the_vocabulary(files: tuple[Path, Path, Path], tmp_path: Path) -> None:
    """One name and pairs of names resolve with it."""
    _, tsv, turtle = files
    result = run("lookup", "frob analyses", "--type", "Task", "--vocabulary", turtle)
    assert ("frobbing", "urn:litkg:task:frobbing", ["弗罗布化", "frob analysis"]) == tuple(
        json.loads(result.stdout)[key] for key in ("name", "iri", "aliases")
    )
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text(
        "type_a\ta\ttype_b\tb\nMethod\tsoft frobber\tMethod\tgentle frobbers\n", "utf-8"
    )
    line = run("lookup", "--batch", pairs, "--vocabulary", tsv).stdout.splitlines()[1]
    assert 2 == line.split("\t").count("urn:litkg:method:gentlefrobber")


@pytest.mark.parametrize("command", ["build", "extract"])
def test_a_bad_vocabulary_stops_the_run_before_reading(
    command: str, files: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    """One line with file and line; nothing is written."""
    bad = tmp_path / "bad.tsv"
    bad.write_text(TSV + "\nmethod:x\tMethod\tx\n", encoding="utf-8")
    result = run(command, files[0], "-o", tmp_path / "out", "--vocabulary", bad)
    assert (1, f"Error: {bad}:5: 3 columns; every line has 6\n") == (
        result.exit_code, result.stderr,
    )  # fmt: skip
    assert [bad] == list(tmp_path.iterdir())


def test_a_vocabulary_that_is_not_there_is_named(tmp_path: Path) -> None:
    """For library users; the command refuses it as usage."""
    with pytest.raises(VocabularyError, match=r"absent\.ttl: cannot be read; No such file"):
        build(ROOT / "examples", tmp_path / "map", settings=Settings((tmp_path / "absent.ttl",)))
    assert 2 == run("lookup", "x", "--vocabulary", tmp_path / "absent.ttl").exit_code


def test_canonical_names_may_be_chinese(tmp_path: Path) -> None:
    """A concept without English name is found in titles, and says which language its name has."""
    path = tmp_path / "words.ttl"
    path.write_text(
        '@prefix skos: <http://www.w3.org/2004/02/skos/core#> . <urn:x> a skos:Concept,'
        ' <urn:litkg:ns:Task> ; skos:prefLabel "弗罗布化"@zh .',
        encoding="utf-8",
    )  # fmt: skip
    annotated = annotate(Paper("p", "基于网络的弗罗布化", ""), load(Settings((path,))))
    assert [(EntityType.TASK, "弗罗布化")] == [
        (entity.type, entity.name) for entity in annotated.entities
    ]
    papers = tmp_path / "papers.jsonl"
    papers.write_text(json.dumps({"title": "基于网络的弗罗布化", "abstract": "A. " * 90}), "utf-8")
    graph = build(papers, tmp_path / "map", workers=1, settings=Settings((path,)))
    assert [("弗罗布化", "zh")] == rows(
        graph, "SELECT alias, language FROM aliases WHERE source = 'vocabulary'"
    )
