"""Paths and small builders that several tests share."""

from __future__ import annotations

import io
import json
import warnings
from pathlib import Path

import pytest
import rdflib

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
"""Material beside the checkout that is no part of the product: real feeds and annotated papers."""

needs_shared = pytest.mark.skipif(
    not (SHARED / "gold").is_dir(), reason="needs ../shared, which is not part of the product"
)


def read_by_rdflib(data: bytes, form: str) -> list[tuple[rdflib.term.Node, ...]]:
    """The triples of an RDF file, whatever graph they stand in."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # rdflib 7.6 warns of its own calls
        found = rdflib.Dataset(default_union=True)
        found.parse(io.BytesIO(data), format=form)
        return list(found.triples((None, None, None)))


def graph_bytes(folder: Path) -> dict[str, bytes]:
    """The bytes of every file of a graph but the cache of annotations."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "annotations" not in path.parts
    }


def write_papers(path: Path, count: int, word: str) -> Path:
    """Write so many made-up papers about a word as JSON Lines."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            abstract = f"We propose {word} matching number {number} for image segmentation. " * 4
            row = {"id": f"p{number}", "title": f"{word} {number}", "abstract": abstract}
            file.write(json.dumps(row) + "\n")
    return path
