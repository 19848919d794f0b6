"""The normal form that all offsets refer to."""

from __future__ import annotations

import json
import unicodedata

import pytest
from helpers import SHARED, needs_shared
from hypothesis import given
from hypothesis import strategies as st

from ontology.text import normalise


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("H&amp;E slides", "H&E slides"),
        ("H<sub>2</sub>O and <i>in vivo</i>", "H2O and in vivo"),
        ("<jats:p>We walk.</jats:p>", "We walk."),
        ("p < 0.05 and x > 3", "p < 0.05 and x > 3"),
        ("the <think> token", "the <think> token"),
        ("a\tb\r\nc\u00a0d\u3000e", "a b c d e"),
        ("a\x00b\x1fc\x85d", "a b c d"),
        ("zero\u200bwidth\ufeff and soft\u00adhyphen", "zerowidth and softhyphen"),
        ("e\u0301tude", "étude"),
        (r"$\sigma_{1}$ and \textbf{M} and **bold**", r"$\sigma_{1}$ and \textbf{M} and **bold**"),
        ("  ends  ", "ends"),
        ("half \ud800 pair", "half \ufffd pair"),
        ("<script>alert(1)</script>", "alert(1)"),
        ('<a href="https://example.org">link</a>', "link"),
        ("", ""),
    ],
)
def test_each_rule_of_the_normal_form(raw: str, expected: str) -> None:
    """Entities, tags, spaces, invisible characters and composition; LaTeX and Markdown stay."""
    assert expected == normalise(raw)


@given(st.text())
def test_the_normal_form_is_clean(raw: str) -> None:
    """The result is composed, holds no control character and no white space but single spaces."""
    text = normalise(raw)
    assert unicodedata.normalize("NFC", text) == text
    assert " ".join(text.split()) == text
    assert [] == [c for c in text if unicodedata.category(c) in {"Cc", "Cs"}]


@given(st.text(st.characters(exclude_characters="&<>")))
def test_text_without_markup_is_normal_after_one_pass(raw: str) -> None:
    """Normalising twice changes nothing that is no doubly escaped markup."""
    assert normalise(raw) == normalise(normalise(raw))


@needs_shared
def test_the_gold_is_already_normal() -> None:
    """Offsets of the gold refer to the same text as ours."""
    for line in (SHARED / "gold" / "dev.jsonl").read_text(encoding="utf-8").splitlines():
        paper = json.loads(line)
        assert (paper["title"], paper["abstract"]) == (
            normalise(paper["title"]),
            normalise(paper["abstract"]),
        )
