"""Chinese text as words: the longest known words, with what they are and their English readings.

Words come from the vocabulary's Chinese names and from the lists ``words/chinese_*``. Latin words
between Chinese ones are words of the same row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import NamedTuple

from extractors.english_words import Reading, roots
from extractors.reading import Word, has_cjk
from extractors.word_lists import word_set, word_table
from ontology.terms import EntityType
from ontology.vocabulary.reader import Entry

_LONGEST = 12
"""Characters (Latin words count as one) of the longest word that is looked for."""
_MOST_READINGS = 64
_KNOWN, _FUNCTION, _SINGLE, _UNKNOWN = 10, 11, 15, 25
"""What a known word, a function word, a known single character and an unknown one cost."""


class Piece(NamedTuple):
    """A word with offsets in the text; ``known`` is false for a character of no known word."""

    start: int
    end: int
    text: str
    known: bool = True

    @property
    def word(self) -> str:
        """The key under which it is looked up."""
        return self.text.replace(" ", "").casefold()

    @property
    def latin(self) -> bool:
        """Whether it holds no Chinese character."""
        return not has_cjk(self.text)


def rows(words: Sequence[Word]) -> Iterator[tuple[Word, ...]]:
    """Part words into rows: at signs, and at spaces between two Chinese characters."""
    row: list[Word] = []
    for word in words:
        gap = word.start - row[-1].end if row else 0
        both = bool(row) and has_cjk(row[-1].text) and has_cjk(word.text)
        if row and (gap > 1 or (gap and both)):
            yield tuple(row)
            row = []
        if word.text[0].isalnum():
            row.append(word)
        elif row:
            yield tuple(row)
            row = []
    if row:
        yield tuple(row)


class ChineseWords:
    """All Chinese words that are known: general ones, names of the vocabulary, function words."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._english = {
            word.casefold(): tuple(english.split("|"))
            for word, (english,) in word_table("chinese_words").items()
        }
        self._heads = {
            word: (kind, mark == "generic")
            for word, (kind, mark) in word_table("chinese_heads").items()
        }
        self._boundaries = word_set("chinese_boundaries")
        self._entries: dict[str, list[Entry]] = {}
        for entry in entries:
            for alias in entry.aliases:
                name = alias.name.replace(" ", "").casefold()
                if has_cjk(name) and not self._is_task_with_generic_head(name):
                    self._entries.setdefault(name, []).append(entry)
        self._known = frozenset((*self._english, *self._boundaries, *self._entries))

    def _is_task_with_generic_head(self, name: str) -> bool:
        return any(
            self._heads.get(name[:cut], ("", False))[0] == EntityType.TASK.value
            and self._heads.get(name[cut:], ("", False))[1]
            for cut in range(1, len(name))
        )

    def split(self, row: Sequence[Word], without: str = "") -> tuple[Piece, ...]:
        """Split a row at the least cost: few and long words, few unknown characters.

        ``without`` is a word that is not to be used.
        """
        costs = [0] + [0] * len(row)
        starts = [0] * (len(row) + 1)
        for end in range(1, len(row) + 1):
            best = costs[end - 1] + (_KNOWN if not has_cjk(row[end - 1].text) else _UNKNOWN)
            begin = end - 1
            key = ""
            for start in range(end - 1, max(-1, end - 1 - _LONGEST), -1):
                key = row[start].text.casefold() + key
                if key in self._known and key != without and has_cjk(key):
                    cost = costs[start] + self._cost(key)
                    if cost < best:
                        best, begin = cost, start
            costs[end], starts[end] = best, begin
        pieces = []
        end = len(row)
        while end:
            start = starts[end]
            word = "".join(one.text.casefold() for one in row[start:end])
            known = not has_cjk(word) or (word in self._known and word != without)
            shown = "".join(one.text for one in row[start:end])
            pieces.append(Piece(row[start].start, row[end - 1].end, shown, known))
            end = start
        return tuple(reversed(pieces))

    def _cost(self, word: str) -> int:
        if len(word) == 1 and word not in self._boundaries:
            return _SINGLE
        return _FUNCTION if word in self._boundaries else _KNOWN

    def parts_terms(self, piece: Piece) -> bool:
        """Whether no term reaches over a word."""
        return not piece.known or piece.word in self._boundaries

    def entry(self, word: str, kind: str = "") -> Entry | None:
        """The vocabulary entry that a word names, of the given type or of any."""
        found = self._entries.get(word, [])
        return next((entry for entry in found if kind in ("", entry.type.value)), None)

    def type(self, word: str) -> str:
        """Type of a term that ends with a word, or the empty string."""
        if word in self._heads:
            return self._heads[word][0]
        if (found := self.entry(word)) is not None:
            return found.type.value
        ends = (word[cut:] for cut in range(1, len(word)))
        return next((self._heads[end][0] for end in ends if end in self._heads), "")

    def is_head(self, word: str, kind: str = "") -> bool:
        """Whether a word is a listed head, of the given type or of any."""
        return word in self._heads and kind in ("", self._heads[word][0])

    def is_generic(self, word: str) -> bool:
        """Whether a head adds nothing to a name."""
        return self._heads.get(word, ("", False))[1]

    def english(self, word: str) -> tuple[str, ...]:
        """English names and words for a word, the usual one first."""
        names = [
            name
            for entry in self._entries.get(word, [])
            for name in (entry.name, *(a.name for a in entry.aliases if a.language == "en"))
        ]
        return tuple(dict.fromkeys((*names, *self._english.get(word, ()))))

    def readings(self, word: str) -> tuple[Reading, ...]:
        """English readings of a word, those of its parts together included."""
        found = dict.fromkeys(roots(name) for name in self.english(word))
        signs = tuple(Word(sign, index, index + 1) for index, sign in enumerate(word))
        parts = self.split(signs, without=word) if has_cjk(word) else ()
        if len(parts) > 1 and not any(self.parts_terms(part) for part in parts):
            choices = [[roots(name) for name in self.english(part.word)] for part in parts]
            for number, chosen in enumerate(product(*choices)):
                if number == _MOST_READINGS:
                    break
                found[frozenset().union(*chosen)] = None
        return tuple(one for one in found if one)
