"""The search of the served explorer: entities by any of their names, papers by their title."""

from __future__ import annotations

from collections.abc import Callable
from heapq import merge
from itertools import islice
from typing import Any

from exports.html import LONGEST_ABSTRACT, LONGEST_NAME, clipped
from kg.server.explorer_store import fold
from kg.server.spellings import Spellings

Row = dict[str, Any]


class NameSearch:
    """Names and titles in memory; ``rows`` asks the tables of ``open_tables``."""

    def __init__(self, rows: Callable[..., list[Row]]) -> None:
        self._ask = rows
        self._spellings: list[Spellings] = []
        self._entities: list[list[int]] = []
        self._aliases: list[list[str]] = []
        for other in (False, True):
            found = rows(
                "SELECT entity, folded, spelling FROM name WHERE other = $other", other=other
            )
            self._spellings.append(Spellings([row["folded"] for row in found]))
            self._entities.append([row["entity"] for row in found])
            self._aliases.append([row["spelling"] for row in found] if other else [])
        titles = rows("SELECT paper, folded FROM title")
        self._titles = Spellings([row["folded"] for row in titles])
        self._papers = [row["paper"] for row in titles]

    def find(self, text: str, *, limit: int) -> Row:
        """Give ``entities`` and ``papers``, at most ``limit`` each, those that match best first.

        What is exactly so called comes before what begins so, then where a word begins so, then the
        rest; names before aliases, then entities of more papers and newer papers.
        """
        words = fold(text)
        aliases = self._named(words, limit) if words else {}
        rows = self._ask(
            "SELECT number, iri, type, name, papers FROM entity"
            " WHERE number IN (SELECT unnest($numbers))",
            numbers=list(aliases),
        )
        entities = {row.pop("number"): row for row in rows}
        long_enough = len(words) > 2 or not words.isascii()
        matches = islice(self._titles.matches(words), limit) if long_enough else ()
        numbers = [self._papers[row] for _, row in matches]
        rows = self._ask(
            "SELECT number, id, title, year FROM paper WHERE number IN (SELECT unnest($numbers))",
            numbers=numbers,
        )
        papers = {row.pop("number"): row for row in rows}
        return {
            "entities": [
                {
                    **entities[one],
                    "name": clipped(entities[one]["name"], LONGEST_NAME),
                    "alias": alias,
                }
                for one, alias in aliases.items()
            ],
            "papers": [
                {**papers[one], "title": clipped(papers[one]["title"], LONGEST_ABSTRACT)}
                for one in numbers
            ],
        }

    def _named(self, words: str, limit: int) -> dict[int, str | None]:
        """Entities by number with the alias that was found."""
        found: dict[int, str | None] = {}
        names, others = (spellings.matches(words) for spellings in self._spellings)
        for _, other, row in merge(
            ((rank, 0, row) for rank, row in names), ((rank, 1, row) for rank, row in others)
        ):
            entity = self._entities[other][row]
            found.setdefault(entity, self._aliases[1][row] if other else None)
            if len(found) == limit:
                break
        return found
