"""Read the word lists of ``extractors/words``: one word a line, or a word with columns."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def word_set(name: str) -> frozenset[str]:
    """Words of a ``.txt`` list, parted by any white space; ``#`` begins a comment line."""
    return frozenset(word for line in _lines(f"{name}.txt") for word in line.split())


@cache
def word_table(name: str) -> dict[str, tuple[str, ...]]:
    """Rows of a ``.tsv`` list by their first column; ``#`` begins a comment line."""
    return {
        first: tuple(rest) for first, *rest in (line.split("\t") for line in _lines(f"{name}.tsv"))
    }


def ends_term(word: str) -> bool:
    """Tell whether a lower-case word cannot go on a term: it is a function word, verb or adverb.

    >>> [ends_term(word) for word in ("with", "early", "fly")]
    [True, True, False]
    """
    adverb = word.endswith("ly") and len(word) > 4
    return adverb or word in word_set("boundaries") or word in word_set("verbs")


def _lines(name: str) -> list[str]:
    text = (files("extractors.words") / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
