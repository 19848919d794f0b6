"""Many spellings as one text: finding those that hold some words takes a few milliseconds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np

_FEW = 500


class Spellings:
    """Folded spellings without line feeds, the most important first."""

    def __init__(self, folded: Sequence[str]) -> None:
        lines = [one.encode("utf-8", "replace") for one in folded]
        self._text = b"\n".join([b"", *lines, b""])
        self._starts = np.cumsum([1, *(len(line) + 1 for line in lines)])

    def matches(self, words: str) -> Iterator[tuple[int, int]]:
        """Give rank and row of the spellings that hold the words, by rank, then in their order.

        The rank is 0 where they are all of it, 1 at its beginning, 2 at the beginning of a word, else 3.
        """
        needle = words.encode("utf-8", "replace")
        patterns = (b"\n" + needle + b"\n", b"\n" + needle, b" " + needle, needle)
        few = list(islice(self._rows(needle), _FEW))
        if len(few) < _FEW:
            ranked = ((self._rank(row, patterns), row) for row in few)
            yield from sorted(ranked)
            return
        seen: set[int] = set()
        for rank, pattern in enumerate(patterns):
            for row in self._rows(pattern):
                if row not in seen:
                    seen.add(row)
                    yield rank, row

    def _rank(self, row: int, patterns: Sequence[bytes]) -> int:
        line = self._text[self._starts[row] - 1 : self._starts[row + 1]]
        return next(rank for rank, pattern in enumerate(patterns) if pattern in line)

    def _rows(self, pattern: bytes) -> Iterator[int]:
        at = 0
        while (at := self._text.find(pattern, at)) >= 0:
            row = int(np.searchsorted(self._starts, at + 1, side="right")) - 1
            if row == len(self._starts) - 1:
                return
            yield row
            at = int(self._starts[row + 1]) - 1
