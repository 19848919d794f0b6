"""Paths and small builders that several tests share."""

from __future__ import annotations

import io
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
