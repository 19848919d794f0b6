"""LaTeX of BibTeX fields: accents to letters, the rest untouched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.sources.latex import decode_latex


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (r"M\"uller", "Müller"),
        (r"M\"{u}ller", "Müller"),
        (r"M{\"u}ller", "Müller"),
        (r"Ser\u{s}i\'c", "Serši\u0107".replace("š", "s\u0306")),
        (r"Ser\v{s}i\'c", "Seršić"),
        (r"P\r{a}", "På"),
        (r"Mendon\c{c}a", "Mendonça"),
        (r"na\"{\i}ve \'{\i}", "naïve í"),
        (r"{\O}rsted, \L ukasz, Stra\ss{}e, {\AA}", "Ørsted, Łukasz, Straße, Å"),
        (r"\~n \^o \=a \.z \H{o} \k{a} \d{t}", "ñ ô ā ż ő ą ṭ"),
        (r"A \& B, 50\% of \#1, a\_b", "A & B, 50% of #1, a_b"),
        ("{BERT} for {{MRI}}", "BERT for MRI"),
        (r"$\sigma_{1}$ of $E(3)$, {A}", r"$\sigma_{1}$ of $E(3)$, A"),
        (r"$\textbf{T}$exture", r"$\textbf{T}$exture"),
        (r"\textbf{M}ultimodal \url{https://a.b/{c}}", r"\textbf{M}ultimodal \url{https://a.b/c}"),
        (r"costs \$5 and {5} more", r"costs \$5 and 5 more"),
        ("50% stay, x_i too", "50% stay, x_i too"),
        (r"\orn \unknown", r"\orn \unknown"),
    ],
)
def test_each_kind_of_markup(raw: str, expected: str) -> None:
    """Accents, letters, escapes and braces outside maths."""
    assert expected == decode_latex(raw)


@given(st.text(st.characters(exclude_characters="\\{}")))
def test_text_without_markup_is_untouched(text: str) -> None:
    """No other character means anything."""
    assert text == decode_latex(text)


@given(st.text(st.sampled_from("\\{}$\"'`^~=.uvHco aeißø%&_")))
def test_any_markup_ends(text: str) -> None:
    """Unbalanced braces and lonely accents are no trouble, and nothing grows."""
    assert len(decode_latex(text)) <= len(text)
