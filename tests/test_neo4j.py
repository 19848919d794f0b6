"""The Neo4j import folder: files, command and values, read back by the csv module."""

from __future__ import annotations

import csv
import os
import re
import shlex
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from graphs import DOUBTFUL, NASTY, E, P, graph_of, hostile_graph, replaced, rows_of, small_graph
from hypothesis import given, settings
from hypothesis import strategies as st

from exports import neo4j
from exports.iris import valid_iri
from exports.neo4j_model import TABLES
from exports.selection import WithoutText
from exports.triples import EVIDENCE_LEVELS, Evidence
from ontology.errors import GraphError, InputError
from ontology.identifiers import paper_iri, person_iri, venue_iri
from ontology.tables import MemoryTables
from ontology.terms import EntityType, RelationType, Role

SNAPSHOTS = Path(__file__).parent / "snapshots"
CONVERTERS: dict[str, Callable[[str], Any]] = {
    "int": int, "long": int, "double": float, "boolean": {"true": True, "false": False}.__getitem__,
    "string": str, "string[]": lambda text: text.split("\x1f"),
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    neo4j.write(small_graph(), tmp_path / "neo4j")
    return tmp_path / "neo4j"


def plain(text: str) -> str:
    """What CSV can carry of a text."""
    return re.sub("\r\n?|\n", " ", text).replace("\x00", "").replace("\x1f", "")


def read(folder: Path, name: str) -> list[dict[str, Any]]:
    """Read a table as the importer does: typed by its header, empty values absent."""
    with (folder / f"{name}-header.csv").open(encoding="utf-8", newline="") as file:
        (header,) = csv.reader(file)
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [_typed(header, row) for row in csv.reader(file, strict=True)]


def _typed(header: list[str], row: list[str]) -> dict[str, Any]:
    found = {}
    for column, value in zip(header, row, strict=True):
        name, kind = column.split(":", 1)
        if kind.startswith(("ID", "START_ID", "END_ID", "LABEL", "TYPE")):
            found[name or kind] = value
        elif value:
            found[name] = CONVERTERS[kind](value)
    return found


def test_nodes_carry_their_properties(folder: Path) -> None:
    """Values come back with the types of the header; absent ones are absent."""
    assert {
        "iri": "urn:litkg:method:unet", "LABEL": "Method", "name": "U-Net", "listed": True,
        "paperCount": 2, "mentionCount": 5, "firstYear": 2015, "lastYear": 2021,
        "aliases": ["UNet", "Unet"], "madeBy": "litkg",
    } == next(row for row in read(folder, "entities") if row["name"] == "U-Net")  # fmt: skip
    assert {
        "iri": "urn:litkg:paper:p5", "id": "p5", "title": "A note about nothing in particular",
        "abstract": "It names no method at all.", "year": 2022, "origins": ["small.jsonl:5"], "madeBy": "litkg",
    } == read(folder, "papers")[-1]  # fmt: skip


def test_entities_carry_their_most_doubtful_merge(tmp_path: Path) -> None:
    """The highest doubt and the names merged at it; other entities have neither."""
    neo4j.write(replaced(small_graph(), "merges", DOUBTFUL), tmp_path / "neo4j")
    found = {row["name"]: row for row in read(tmp_path / "neo4j", "entities")}
    assert (0.5, ["U-Nets", "Unet"]) == (found["U-Net"]["doubt"], found["U-Net"]["doubtfulNames"])
    assert not {"doubt", "doubtfulNames"} & set(found["TinySeg"])


def test_relationships_carry_their_evidence(folder: Path) -> None:
    """A link lists its mentions with their places, a relation its papers, both the sentences."""
    link = next(
        row for row in read(folder, "links")
        if row["START_ID(Paper)"] == "urn:litkg:paper:p1" and row["TYPE"] == "INTRODUCES"
    )  # fmt: skip
    assert {
        "START_ID(Paper)": "urn:litkg:paper:p1",
        "END_ID(Entity)": "urn:litkg:method:unet",
        "TYPE": "INTRODUCES",
        "confidence": 0.875,
        "mentionCount": 3,
        "extractors": ["coined", "vocabulary"],
        "surfaces": ["U-Net", "U-Net", "U-Net"],
        "places": ["title:0-5", "abstract:13-18", "abstract:74-79"],
        "evidence": [
            "U-Net for image segmentation",
            "We introduce U-Net, a convolutional neural network with skip connections.",
            "U-Net is trained on CellPix and solves segmentation of micrographs.",
        ],
    } == link
    assert {
        "START_ID(Entity)": "urn:litkg:method:unet",
        "END_ID(Entity)": "urn:litkg:task:imagesegmentation",
        "TYPE": "USED_FOR",
        "confidence": 0.52,
        "support": 2,
        "extractors": ["cues"],
        "papers": ["p1", "p2"],
        "evidence": [
            "U-Net is trained on CellPix and solves segmentation of micrographs.",
            "TinySeg does segmentation as well as U-Net.",
        ],
    } in read(folder, "relations")


def test_sentences_stand_beside_the_papers_that_state_them() -> None:
    """Also where only some are left, as in a graph without abstracts, which keeps its titles."""
    stated = [
        {**row, "field": "title", "sentence_start": 0, "sentence_end": 7}
        if row["paper"] == "p2"
        else row
        for row in rows_of(small_graph(), "relations")
    ]
    graph = WithoutText(replaced(small_graph(), "relations", stated))
    (table,) = (table for table in TABLES if table.name == "relations")
    found = {tuple(row[:3]): row[6:] for row in table.rows(graph)}
    solves = ("urn:litkg:method:unet", "urn:litkg:task:imagesegmentation", "USED_FOR")
    assert (["p1", "p2"], ["", "TinySeg"]) == found[solves]
    trained = ("urn:litkg:method:unet", "urn:litkg:dataset:cellpix", "TRAINED_ON")
    assert (["p1"], None) == found[trained]


@pytest.mark.parametrize("make", [small_graph, hostile_graph])
def test_nothing_is_lost(make: Callable[[], MemoryTables], tmp_path: Path) -> None:
    """Nodes and relationships are exactly those of the graph, whatever its texts hold."""
    graph = make()
    neo4j.write(graph, tmp_path / "out")
    papers = rows_of(graph, "papers")
    iris = {row["id"]: paper_iri(str(row["id"])) for row in papers}
    assert [
        (valid_iri(str(row["iri"])), plain(str(row["title"])), row["year"]) for row in papers
    ] == [(row["iri"], row["title"], row.get("year")) for row in read(tmp_path / "out", "papers")]
    assert [
        (valid_iri(row["iri"]), row["type"], plain(row["name"]))
        for row in rows_of(graph, "entities")
    ] == [(row["iri"], row["LABEL"], row["name"]) for row in read(tmp_path / "out", "entities")]
    assert {
        (iris[row["paper"]], valid_iri(row["entity"]), row["role"].upper())
        for row in rows_of(graph, "links")
    } == _edges(tmp_path / "out", "links")
    assert {
        (valid_iri(row["head"]), valid_iri(row["tail"]), row["relation"].upper().replace("-", "_"))
        for row in rows_of(graph, "relations")
    } == _edges(tmp_path / "out", "relations")
    for name, table, ends in (
        ("broader", "broader", ("narrower", "broader")),
        ("co-occurrences", "cooccurrence", ("a", "b")),
    ):
        assert {
            (valid_iri(row[ends[0]]), valid_iri(row[ends[1]]), "") for row in rows_of(graph, table)
        } == _edges(tmp_path / "out", name)
    assert {
        (iris[row["id"]], person_iri(name), "") for row in papers for name in row["authors"] if name
    } == _edges(tmp_path / "out", "authored-by")
    assert {
        (iris[row["id"]], venue_iri(row["venue"]), "") for row in papers if row["venue"]
    } == _edges(tmp_path / "out", "published-in")


def _edges(folder: Path, name: str) -> set[tuple[str, str, str]]:
    return {
        (*(value for key, value in row.items() if "ID(" in key), row.get("TYPE", ""))
        for row in read(folder, name)
    }


@settings(max_examples=20)
@given(st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(NASTY))
def test_any_text_stays_in_its_field(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """One row a line in every file, each value back as ``plain`` gives it."""
    folder = tmp_path_factory.mktemp("any") / "neo4j"
    paper = P(f"id{text}", f"{text}x", text, (text,), text, 1, (text, "k"),
              links=(("e", Role.USES, ("x",)),))  # fmt: skip
    neo4j.write(graph_of("any", [E(EntityType.TASK, "e", ((f"a{text}", ""),))], [paper]), folder)
    (found,) = read(folder, "papers")
    kept = plain(text)
    assert (f"{kept}x", [*([kept] if text else []), "k"]) == (found["title"], found["keywords"])
    assert [f"a{kept}"] == read(folder, "entities")[0]["aliases"]
    lines = (folder / "papers.csv").read_bytes()
    assert (1, 0) == (lines.count(b"\n"), lines.count(b"\r"))


def test_ids_are_unique_in_their_space(tmp_path: Path) -> None:
    """Names that differ only in what ``plain`` removes stay two nodes."""
    papers = [
        P(f"a{mark}b", "T", "", (f"n{mark}n",), f"v{mark}v") for mark in ("\n", " ", "\x1f", "")
    ]
    neo4j.write(graph_of("twins", [], papers), tmp_path / "out")
    assert [4, 4, 4] == [
        len({row["iri"] for row in read(tmp_path / "out", name)})
        for name in ("papers", "persons", "venues")
    ]


def test_relationships_end_in_nodes(folder: Path) -> None:
    """Each start and end stands in the node file of its ID space."""
    spaces = {"Paper": "papers", "Entity": "entities", "Venue": "venues", "Person": "persons"}
    nodes = {space: {row["iri"] for row in read(folder, name)} for space, name in spaces.items()}
    for table in TABLES:
        for row in read(folder, table.name):
            for key, value in row.items():
                if found := re.fullmatch(r"(?:START|END)_ID\((\w+)\)", key):
                    assert value in nodes[found[1]]


def sources(folder: Path) -> list[str]:
    """What import.sh says to read."""
    words = shlex.split((folder / "import.sh").read_text().replace("\\\n", " "))
    return [word for word in words if word.startswith(("--nodes=", "--relationships="))]


@pytest.mark.parametrize(
    ("write", "suffix"), [(neo4j.write, "csv"), (neo4j.write_parquet, "parquet")]
)
def test_the_command_names_exactly_the_files(
    tmp_path: Path, write: Callable[..., None], suffix: str
) -> None:
    """What import.sh reads and the data files of the folder are the same."""
    write(small_graph(), tmp_path / "out")
    named = [
        name for option in sources(tmp_path / "out") for name in option.rsplit("=", 1)[1].split(",")
    ]
    assert len(named) == len(set(named))
    assert set(named) == {path.name for path in (tmp_path / "out").glob(f"*.{suffix}")}


def test_every_text_is_quoted(tmp_path: Path) -> None:
    """The importer trims what is not quoted, and an empty field is no empty text."""
    neo4j.write(graph_of("spaces", [], [P("p", "  T ", "", (" A",))]), tmp_path / "out")
    line = (tmp_path / "out" / "papers.csv").read_text()
    assert '"urn:litkg:paper:p","p","  T ",,,,,,,,"small.jsonl:1","litkg"\n' == line
    assert '" A",' in (tmp_path / "out" / "persons.csv").read_text()


@pytest.mark.parametrize("make", [small_graph, hostile_graph])
@pytest.mark.parametrize("evidence", EVIDENCE_LEVELS)
def test_parquet_loses_nothing(
    make: Callable[[], MemoryTables], evidence: Evidence, tmp_path: Path
) -> None:
    """Rows of the model come back unchanged; label and type stand in the command."""
    neo4j.write_parquet(make(), tmp_path / "out", evidence=evidence)
    found: dict[str, list[tuple[Any, ...]]] = {table.name: [] for table in TABLES}
    for option in sources(tmp_path / "out"):
        _, kind, name = option.split("=")
        rows = pq.read_table(tmp_path / "out" / name).to_pylist()
        table = next(one for one in TABLES if re.fullmatch(rf"{one.name}(-\w+)?\.parquet", name))
        said = [kind.removeprefix(f"{table.kind}:")] if table.kinds else []
        assert table.kinds or table.kind == kind
        at = next(
            (n for n, column in enumerate(table.columns) if column.type in ("LABEL", "TYPE")), 0
        )
        found[table.name] += [
            (*values[:at], *said, *values[at:]) for values in (tuple(row.values()) for row in rows)
        ]
    for table in TABLES:
        width = table.width(evidence)
        expected = [row[:width] for row in table.rows(make())]
        assert sorted(map(repr, expected)) == sorted(map(repr, found[table.name]))


def test_parquet_columns_are_the_header(tmp_path: Path) -> None:
    """IDs are named with their space, properties by their name, with a type of their own."""
    neo4j.write_parquet(small_graph(), tmp_path / "out")
    schema = pq.read_schema(tmp_path / "out" / "links-USES.parquet")
    assert [
        ":START_ID(Paper)", ":END_ID(Entity)", "confidence", "mentionCount", "extractors",
        "surfaces", "places", "evidence",
    ] == schema.names  # fmt: skip
    assert pa.list_(pa.string()) == schema.field("evidence").type
    assert pa.float64() == schema.field("confidence").type


def test_the_script_calls_neo4j_admin(folder: Path, tmp_path: Path) -> None:
    """Run by sh from anywhere: database first, then options, then those of the caller."""
    fake = tmp_path / "neo4j-admin"
    fake.write_text('#!/bin/sh\npwd\nprintf "%s\\n" "$@"\n')
    fake.chmod(0o755)
    run = subprocess.run(
        ["/bin/sh", folder / "import.sh", "my graph", "--overwrite-destination"],
        env={**os.environ, "NEO4J_ADMIN": str(fake)},
        cwd="/", capture_output=True, text=True, check=True,
    )  # fmt: skip
    lines = run.stdout.splitlines()
    assert [str(folder.resolve()), "database", "import", "full", "my graph"] == lines[:5]
    assert ["--id-type=string", "--bad-tolerance=0", "--array-delimiter=U+001F"] == lines[5:8]
    assert "--overwrite-destination" == lines[-1]
    assert stat.S_IXUSR & (folder / "import.sh").stat().st_mode


def test_relationship_types_are_those_of_the_ontology(folder: Path) -> None:
    """The types in the files and in the README are roles and relations in upper snake case."""
    types = {role.name for role in Role} | {relation.name for relation in RelationType}
    used = {row["TYPE"] for name in ("links", "relations") for row in read(folder, name)}
    assert types == used
    readme = (folder / "README.md").read_text()
    assert [] == [name for name in types if name not in readme]


def test_the_readme_and_the_constraints_name_every_label(folder: Path) -> None:
    """No label without a constraint or index, none unexplained."""
    labels = {"Paper", "Venue", "Person", "Entity"} | {kind.value for kind in EntityType}
    constraints = (folder / "constraints.cypher").read_text()
    assert labels == set(re.findall(r"\(n:(\w+)\)", constraints))
    assert [] == [
        label for label in labels if f":{label})" not in (folder / "README.md").read_text()
    ]


def test_the_whole_folder(folder: Path) -> None:
    """Every file of the small graph's folder is known to the byte."""
    found = {path.name: path.read_bytes().decode() for path in folder.iterdir()}
    text = "".join(f"==> {name} <==\n{content}" for name, content in sorted(found.items()))
    assert (SNAPSHOTS / "small-neo4j.txt").read_bytes().decode() == text


@pytest.mark.parametrize(("evidence", "columns"), [*zip(EVIDENCE_LEVELS, (3, 6, 9), strict=True)])
def test_levels_of_evidence(tmp_path: Path, evidence: Evidence, columns: int) -> None:
    """none: the bare link; summary: numbers; full: mentions and sentences."""
    neo4j.write(small_graph(), tmp_path / "out", evidence=evidence)
    with (tmp_path / "out" / "links.csv").open(newline="") as file:
        assert {columns} == {len(row) for row in csv.reader(file)}
    assert read(tmp_path / "out", "links")


def test_only_an_import_folder_is_replaced(tmp_path: Path) -> None:
    """A second export replaces the first; a folder of something else is refused."""
    for _ in range(2):
        neo4j.write(small_graph(), tmp_path / "out")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").touch()
    with pytest.raises(InputError, match="was not written by litkg"):
        neo4j.write(small_graph(), tmp_path / "mine")
    assert ["thesis.tex"] == [path.name for path in (tmp_path / "mine").iterdir()]


@pytest.mark.parametrize(
    ("table", "column"), [("links", "role"), ("relations", "relation"), ("entities", "type")]
)
def test_unknown_terms_are_refused(tmp_path: Path, table: str, column: str) -> None:
    """No text of a graph becomes a label or a relationship type."""
    graph = small_graph()
    first, *rest = rows_of(graph, table)
    hostile = replaced(graph, table, [first | {column: "X]->() DETACH DELETE n //"}, *rest])
    with pytest.raises(GraphError, match="is no term of the ontology"):
        neo4j.write(hostile, tmp_path / "out")


def test_a_broken_graph_leaves_no_folder(tmp_path: Path) -> None:
    """An export that fails half-way leaves nothing."""
    graph = replaced(small_graph(), "links", [])
    broken = replaced(graph, "mentions", [{**rows_of(graph, "mentions")[0], "paper": "gone"}])
    with pytest.raises(GraphError, match='table mentions: "gone" is not'):
        neo4j.write(broken, tmp_path / "out")
    assert [] == list(tmp_path.iterdir())
