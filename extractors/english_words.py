"""English words by their roots, and where an abstract says a set of them together.

A Chinese term is read as a row of parts, each with alternative English readings; a phrase takes the
term up where every part has one of its readings in the phrase, and the phrase holds nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from extractors.overlaps import Settled
from extractors.reading import Word
from ontology.names import key_tokens, match_key

Reading = frozenset[str]
"""Roots that together translate one part of a term."""

_ENDINGS = (
    (re.compile(r"(?<=.{3})(?:ification|ifying|ifier|ified|ify)$"), "if"),
    (re.compile(r"(?<=.{4})(?:ational|ative|ation|ator|ating|ated|ate)$"), ""),
    (re.compile(r"(?<=.{5})e?ment$"), ""),
    (re.compile(r"(?<=.{4})(?:ional|ion|ive|ing|ed|or|er)$"), ""),
    (re.compile(r"(?<=.{5})(?:ance|ence|ant|ent)$"), ""),
    (re.compile(r"(?<=.{4})(?:ly|able|ible|ity|e|y)$"), ""),
)
_DOUBLED = re.compile(r"([bdgmnprt])\1$")
_LINKS = frozenset("a an the of s".split())
"""Words that may stand within a phrase."""
_FILLERS = frozenset("a an the of for in on to with from by and s".split())
_LONGEST = 12
"""Words of a phrase that is no mention."""


class Phrase(NamedTuple):
    """English words that name one thing; offsets in the text, entry id or empty string."""

    start: int
    end: int
    type: str
    entry: str
    roots: Reading


class _Place(NamedTuple):
    start: int
    end: int
    roots: tuple[str, ...]


@lru_cache(maxsize=50_000)
def root(token: str) -> str:
    """Strip a folded word of the endings in which its verb, nouns and adjective differ.

    >>> len({root(word) for word in ("segmentation", "segmenting", "segment")})
    1
    >>> root("generative") == root("generation"), root("generation") == root("generalization")
    (True, False)
    """
    for pattern, replacement in _ENDINGS:
        if pattern.search(token):
            token = pattern.sub(replacement, token)
            break
    return _DOUBLED.sub(r"\1", token)


_EXTRAS = frozenset(
    map(root, "image data model based task signal method framework system problem".split())
)
"""Roots that a phrase may hold beyond a term."""


def roots(text: str) -> Reading:
    """Roots of the content words of a text."""
    return frozenset(root(token) for token in key_tokens(text) if token not in _FILLERS)


class EnglishText:
    """The mentions and the words of an abstract.

    ``definitions`` are pairs of a long and a short form as mentioned; ``long_forms`` are spans of
    long forms as the letters of their short forms tell, which may be only the end of a mention.
    """

    def __init__(
        self,
        text: str,
        sentences: Sequence[Sequence[Word]],
        mentions: Sequence[Settled],
        definitions: Sequence[tuple[tuple[int, int], tuple[int, int]]],
        long_forms: Iterable[tuple[int, int]],
    ) -> None:
        self._text = text
        self.long_forms = {
            match_key(text[short[0] : short[1]]): text[long_form[0] : long_form[1]]
            for long_form, short in definitions
        }
        self.phrases = tuple(self._phrases(mentions, long_forms))
        self._taken = [(mention.start, mention.end) for mention in mentions]
        self._rows = [row for words in sentences for row in _rows(words)]
        self.roots = frozenset(
            name for row in self._rows for place in row for name in place.roots
        ).union(*(phrase.roots for phrase in self.phrases))

    def _phrases(
        self, mentions: Sequence[Settled], long_forms: Iterable[tuple[int, int]]
    ) -> Iterator[Phrase]:
        starts = {end: start for start, end in long_forms}
        for mention in mentions:
            span = mention.start, mention.end, mention.type, mention.entry
            yield Phrase(*span, self._expanded(mention.start, mention.end))
            if mention.start < starts.get(mention.end, 0):
                yield Phrase(*span, roots(self._text[starts[mention.end] : mention.end]))

    def _expanded(self, start: int, end: int) -> Reading:
        words = self._text[start:end].split()
        return roots(" ".join(self.long_forms.get(match_key(word), word) for word in words))

    def says(self, name: str) -> bool:
        """Whether the abstract holds all words of a name, in some form."""
        return bool(found := roots(name)) and found <= self.roots

    def name_at(self, span: tuple[int, int]) -> str:
        """The words at a span."""
        return self._text[span[0] : span[1]]

    def mention_of(self, parts: Sequence[Collection[Reading]]) -> Phrase | None:
        """The mention that takes a term up, the one with the fewest further words, then the first."""
        best: tuple[int, Phrase] | None = None
        for phrase in self.phrases:
            rest = left_over(parts, phrase.roots)
            if rest is None or len(rest) > 1 or not rest <= _EXTRAS:
                continue
            if best is None or len(rest) < best[0]:
                best = len(rest), phrase
        return best[1] if best else None

    def words_of(self, parts: Sequence[Collection[Reading]]) -> tuple[int, int] | None:
        """The shortest row of words outside mentions that takes a term up, head last; the first."""
        if left_over(parts, self.roots) is None:
            return None
        wanted = frozenset(name for readings in parts for one in readings for name in one)
        heads = frozenset(name for one in parts[-1] for name in one)
        best: tuple[int, int] | None = None
        for row in self._rows:
            for first, place in enumerate(row):
                if not wanted & set(place.roots):
                    continue
                end = _end_of(row[first : first + _LONGEST], parts, wanted, heads)
                if end is None or any(a <= place.start and end <= b for a, b in self._taken):
                    continue
                if best is None or end - place.start < best[1] - best[0]:
                    best = place.start, end
        return best


def left_over(parts: Sequence[Collection[Reading]], found: Reading) -> Reading | None:
    """Roots that no part accounts for; ``None`` where a part has none of its readings.

    >>> left_over([[frozenset({"lung"})], [frozenset({"x"})]], frozenset({"lung", "x", "ray"}))
    frozenset({'ray'})
    """
    covered: set[str] = set()
    for readings in parts:
        fitting = [one for one in readings if one <= found]
        if not fitting:
            return None
        covered |= max(fitting, key=lambda one: (len(one), sorted(one)))
    return found - covered


def _rows(words: Sequence[Word]) -> Iterator[tuple[_Place, ...]]:
    """Words between signs and prepositions."""
    row: list[_Place] = []
    for word in words:
        tokens = key_tokens(word.text)
        if tokens and not (tokens[0] in _FILLERS and tokens[0] not in _LINKS and len(tokens) == 1):
            kept = tuple(root(token) for token in tokens if token not in _FILLERS)
            row.append(_Place(word.start, word.end, kept))
        elif word.text not in "'’-–":
            if row:
                yield tuple(row)
            row = []
    if row:
        yield tuple(row)


def _end_of(
    row: Sequence[_Place],
    parts: Sequence[Collection[Reading]],
    wanted: Reading,
    heads: Reading,
) -> int | None:
    """Where the words from the beginning of a row on have taken up all parts of a term."""
    found: set[str] = set()
    for place in row:
        found.update(place.roots)
        foreign = found - wanted
        if len(foreign) > 1 or not foreign <= _EXTRAS:
            return None
        rest = left_over(parts, frozenset(found))
        if rest is not None and len(rest) <= 1 and heads & set(place.roots[-1:]):
            return place.end
    return None
