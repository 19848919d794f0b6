"""N-Triples: every reader gets back exactly what the graph says, whatever its texts hold."""

from __future__ import annotations

import errno
import gzip
import io
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pyoxigraph
import pytest
import rdflib
from graphs import NASTY, SMALL_ENTITIES, SMALL_PAPERS, E, P, graph_of, hostile_graph, small_graph
from hypothesis import given, settings
from hypothesis import strategies as st

from exports import ntriples, turtle
from exports.files import text_file, whole_folder
from exports.triples import EVIDENCE_LEVELS, IRI, STRING, Evidence, resources
from ontology.errors import InputError
from ontology.tables import MemoryTables
from ontology.terms import EntityType, Role

SNAPSHOTS = Path(__file__).parent / "snapshots"
WRITERS = [ntriples, turtle]
GRAPHS = [small_graph, hostile_graph]
FORMATS = {
    ntriples: (pyoxigraph.RdfFormat.N_TRIPLES, "nt"),
    turtle: (pyoxigraph.RdfFormat.TURTLE, "turtle"),
}

Statements = set[tuple[str, str, str, str]]
texts = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(NASTY)


def meant(graph: MemoryTables, evidence: Evidence) -> Statements:
    """What the graph says: subject, predicate, kind and value."""
    return {
        (resource.iri, predicate, kind, value)
        for resource in resources(graph, evidence)
        for predicate, kind, value in resource.properties
    }


def read_by_pyoxigraph(writer: ModuleType, text: str) -> Statements:
    found: Statements = set()
    for quad in pyoxigraph.parse(text, format=FORMATS[writer][0]):
        subject, term = quad.subject, quad.object
        assert isinstance(subject, pyoxigraph.NamedNode)
        kind = IRI
        if isinstance(term, pyoxigraph.Literal):
            kind = f"@{term.language}" if term.language else term.datatype.value
        found.add((subject.value, quad.predicate.value, kind, term.value))
    return found


def read_by_rdflib(writer: ModuleType, text: str) -> Statements:
    found: Statements = set()
    graph = rdflib.Graph().parse(io.BytesIO(text.encode()), format=FORMATS[writer][1])
    for subject, predicate, term in graph:
        kind = IRI
        if isinstance(term, rdflib.Literal):
            kind = f"@{term.language}" if term.language else str(term.datatype or STRING)
        found.add((str(subject), str(predicate), kind, str(term)))
    return found


@pytest.mark.parametrize("evidence", EVIDENCE_LEVELS)
@pytest.mark.parametrize("make", GRAPHS)
@pytest.mark.parametrize("writer", WRITERS)
def test_both_libraries_read_what_was_meant(
    writer: ModuleType, make: Callable[[], MemoryTables], evidence: Evidence
) -> None:
    """Round trip of a rich and of a hostile graph through rdflib and pyoxigraph: equal sets."""
    graph = make()
    text = "".join(writer.generate(graph, evidence=evidence))
    expected = meant(graph, evidence)
    assert expected == read_by_pyoxigraph(writer, text)
    assert expected == read_by_rdflib(writer, text)


@pytest.mark.parametrize("writer", WRITERS)
@settings(max_examples=15)
@given(title=texts, name=texts, key=texts, alias=texts, language=texts, iri=texts, url=texts)
def test_any_text_survives(
    writer: ModuleType,
    title: str,
    name: str,
    key: str,
    alias: str,
    language: str,
    iri: str,
    url: str,
) -> None:
    """No text in any column breaks a file or comes back changed."""
    entity = E(EntityType.TASK, name, ((alias, language),), iri=iri)
    paper = P(key, f"{title}x", title, (name,), title, 1, (alias,), url=url,
              links=((name, Role.USES, ("x",)),))  # fmt: skip
    graph = graph_of("any", [entity], [paper])
    text = "".join(writer.generate(graph))
    expected = meant(graph, "full")
    assert expected == read_by_pyoxigraph(writer, text)
    assert expected == read_by_rdflib(writer, text)


@pytest.mark.parametrize(("writer", "suffix"), [(ntriples, "nt"), (turtle, "ttl")])
def test_the_whole_file(writer: ModuleType, suffix: str) -> None:
    """The file of the small graph is known to the byte."""
    expected = (SNAPSHOTS / f"small.{suffix}").read_bytes().decode()
    assert expected == "".join(writer.generate(small_graph()))


def test_lines_hold_no_control_character() -> None:
    """One statement a line for every tool that splits lines, however it does."""
    text = "".join(ntriples.generate(hostile_graph()))
    lines = text.splitlines()
    assert text.count("\n") == len(lines)
    assert len(lines) == len(set(lines)) == len(meant(hostile_graph(), "full"))
    assert set() == {c for line in lines for c in line if ord(c) < 32 or 127 <= ord(c) < 160}


@given(texts)
def test_escaping_is_undone_by_readers(text: str) -> None:
    """A literal comes back as the same code points."""
    line = f'<urn:s:s> <urn:p:p> "{ntriples.escaped(text)}" .'
    (quad,) = pyoxigraph.parse(line, format=pyoxigraph.RdfFormat.N_TRIPLES)
    (triple,) = rdflib.Graph().parse(data=line, format="nt")
    assert text == quad.object.value == str(triple[2])


@pytest.mark.parametrize("writer", WRITERS)
def test_equal_graphs_give_equal_bytes(writer: ModuleType, tmp_path: Path) -> None:
    """No order of rows, no time and no file name shows in the bytes, compressed ones included."""
    turned = graph_of("Cells, small", SMALL_ENTITIES[::-1], SMALL_PAPERS)
    for name in ("a.gz", "b.gz"):
        writer.write(small_graph() if name == "a.gz" else turned, tmp_path / name)
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()
    plain = "".join(writer.generate(small_graph()))
    assert plain == gzip.decompress((tmp_path / "a.gz").read_bytes()).decode()


@pytest.mark.parametrize("writer", WRITERS)
def test_written_files_are_what_is_generated(writer: ModuleType, tmp_path: Path) -> None:
    """``write`` adds and changes nothing, line ends included."""
    writer.write(hostile_graph(), tmp_path / "out", evidence="summary")
    expected = "".join(writer.generate(hostile_graph(), evidence="summary"))
    assert expected.encode() == (tmp_path / "out").read_bytes()


def test_a_dash_is_standard_output(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """``-`` streams to stdout in UTF-8 and leaves stdout open."""
    ntriples.write(small_graph(), Path("-"))
    assert "".join(ntriples.generate(small_graph())).encode() == capfdbinary.readouterr().out
    print("still open")
    assert b"still open\n" == capfdbinary.readouterr().out


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_behind_standard_output_is_an_error_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the shell sends to a file may find no room there."""
    with Path("/dev/full").open("wb", buffering=0) as full:
        monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=full))
        with pytest.raises(InputError, match=r"^standard output: cannot be written; No space left"):
            ntriples.write(small_graph(), Path("-"))


def test_a_failure_leaves_the_old_file(tmp_path: Path) -> None:
    """What stood there stays, and no partial file remains."""
    path = tmp_path / "out.nt"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt), text_file(path) as file:  # noqa: PT012  two steps
        file.write("new")
        raise KeyboardInterrupt
    assert ["out.nt"] == [found.name for found in tmp_path.iterdir()]
    assert "old" == path.read_text()


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """The error says which folder to make."""
    with pytest.raises(InputError, match=r"there is no folder .*absent; create it first"):
        ntriples.write(small_graph(), tmp_path / "absent" / "out.nt")


@pytest.mark.parametrize("target", ["", "sub", "sub/.."])
def test_a_folder_is_no_place_for_a_file(
    target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is named, and stays as it was."""
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="is a folder; name a file"):
        ntriples.write(small_graph(), Path(target))
    assert ["sub"] == [found.name for found in tmp_path.iterdir()]


def test_what_the_system_refuses_is_an_error_of_ours(tmp_path: Path) -> None:
    """No file system takes such a name; nothing is left of the try."""
    target = tmp_path / f"{'x' * 300}.nt"
    with pytest.raises(InputError, match=r"xxx\.nt: cannot be written; .* choose another place"):
        ntriples.write(small_graph(), target)
    with pytest.raises(InputError, match="cannot be written"), whole_folder(target, marker="mark"):
        raise AssertionError
    assert [] == list(tmp_path.iterdir())


def test_an_empty_folder_stays_where_writing_fails(tmp_path: Path) -> None:
    """What stood there stays, an empty folder too."""
    target = tmp_path / "out"
    target.mkdir()
    with pytest.raises(InputError, match="No space"), whole_folder(target, marker="mark"):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert ["out"] == [found.name for found in tmp_path.iterdir()]
    with whole_folder(target, marker="mark") as folder:
        (folder / "mark").touch()
    assert ["mark"] == [found.name for found in target.iterdir()]


@pytest.mark.parametrize("target", ["", ".."])
def test_a_folder_is_replaced_by_its_name(
    target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder that one works in cannot be moved away."""
    monkeypatch.chdir(tmp_path)
    with (
        pytest.raises(InputError, match="write the folder by its name"),
        whole_folder(Path(target), marker="mark"),
    ):
        raise AssertionError


def test_only_our_own_folder_is_replaced(tmp_path: Path) -> None:
    """A folder of other files is refused, a folder of ours is replaced as a whole."""
    target = tmp_path / "out"
    for content in ("one", "two"):
        with whole_folder(target, marker="mark") as folder:
            (folder / "mark").write_text(content)
            (folder / content).touch()
    assert ["mark", "two"] == sorted(found.name for found in target.iterdir())
    (target / "mark").unlink()
    with (
        pytest.raises(InputError, match="was not written by litkg"),
        whole_folder(target, marker="mark"),
    ):
        raise AssertionError
    assert ["out"] == [found.name for found in tmp_path.iterdir()]
