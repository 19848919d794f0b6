"""The table of formats: every entry writes a graph."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from graphs import (
    SMALL_ENTITIES,
    SMALL_PAPERS,
    graph_of,
    hostile_graph,
    rows_of,
    small_graph,
)

from exports.formats import FORMATS
from exports.selection import Selection, select
from exports.tables import frames
from ontology.errors import MissingDependencyError
from ontology.tables import MemoryTables


def first_name(graph: MemoryTables) -> object:
    """The name of an entity that papers link to: what ``around`` asks for."""
    return next(row["name"] for row in rows_of(graph, "entities") if row["papers"])


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_writes_a_file_or_a_folder(name: str, tmp_path: Path) -> None:
    """A suffix means a file, no suffix a folder; nothing else is left behind."""
    for make in (small_graph, hostile_graph):
        path = tmp_path / f"out{FORMATS[name].suffix}"
        options = {key: first_name(make()) for key in FORMATS[name].needs}
        FORMATS[name].write(make(), path, **options)
        assert (FORMATS[name].suffix == "") == path.is_dir()
        assert [path] == list(tmp_path.iterdir())


@pytest.mark.parametrize("name", [name for name in FORMATS if "evidence" in FORMATS[name].takes])
def test_evidence_makes_the_difference(name: str, tmp_path: Path) -> None:
    """More evidence, more bytes; pages know only the step to the sentences."""
    sizes = []
    options = {key: first_name(small_graph()) for key in FORMATS[name].needs}
    for evidence in ("none", "summary", "full"):
        path = tmp_path / evidence
        FORMATS[name].write(small_graph(), path, evidence=evidence, **options)
        files = path.iterdir() if path.is_dir() else [path]
        sizes.append(sum(file.stat().st_size for file in files))
    assert sorted(sizes) == sizes
    assert len(set(sizes)) == (2 if "max_nodes" in FORMATS[name].takes else 3)


@pytest.mark.parametrize("name", FORMATS)
def test_equal_graphs_give_equal_bytes(name: str, tmp_path: Path) -> None:
    """Neither the order in which rows came nor a second run shows in any file."""
    turned = graph_of("Cells, small", SMALL_ENTITIES[::-1], SMALL_PAPERS)
    options = {key: first_name(turned) for key in FORMATS[name].needs}
    contents = []
    for number, graph in enumerate((small_graph(), small_graph(), turned)):
        path = tmp_path / str(number)
        FORMATS[name].write(graph, path, **options)
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        contents.append([file.read_bytes() for file in files])
    assert contents[0] == contents[1] == contents[2]


@pytest.mark.parametrize(
    "name",
    sorted({name for name in FORMATS if "evidence" in FORMATS[name].takes} - {"html", "parquet"}),
)
def test_no_text_reaches_no_file(name: str, tmp_path: Path) -> None:
    """A sentence of an abstract stands in the file of a graph, and not in that of one without text.

    Pages and Parquet are compressed: test_html.py and the test of the view look inside.
    """
    options = {key: first_name(small_graph()) for key in FORMATS[name].needs}
    quoted = {}
    for text in (True, False):
        path = tmp_path / str(text)
        FORMATS[name].write(select(small_graph(), Selection(text=text)), path, **options)
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        quoted[text] = any(b"is trained on CellPix" in file.read_bytes() for file in files)
    assert quoted == {True: True, False: False}


def test_data_frames_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without pandas the error gives the command."""
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingDependencyError, match=r'pip install "litkg\[pandas\]"'):
        frames(small_graph())
