"""Searching many spellings at once, compared with looking at each."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kg.server.explorer_store import fold
from kg.server.spellings import Spellings

TEXTS = st.lists(st.text("ab é图🧠-_\n\x00", max_size=6).map(fold), max_size=30)
WORDS = st.text("ab é图🧠", min_size=1, max_size=3).map(fold).filter(bool)


def rank(words: str, spelling: str) -> int | None:
    if words not in spelling:
        return None
    if words == spelling:
        return 0
    return 1 if spelling.startswith(words) else 2 if f" {words}" in spelling else 3


@given(TEXTS, WORDS, st.sampled_from([1, 30]))
def test_matches_are_those_of_a_plain_search(texts: list[str], words: str, times: int) -> None:
    """Every spelling that holds the words comes once, by rank and then in order, be they few or many."""
    texts = texts * times
    expected = sorted(
        (found, row) for row, text in enumerate(texts) if (found := rank(words, text)) is not None
    )
    assert expected == list(Spellings(texts).matches(words))
