"""Does a title belong to its abstract? A naive Bayes comparison of their words.

Each content word of the title is evidence: in a true pair it comes back in the abstract most of the
time, in a wrong pair only as often as abstracts use that word at all. ``word_shares.tsv`` says how
often that is. Chinese titles are read through the vocabulary's Chinese names and the general words
of ``extractors/words/chinese_words.tsv``, and count for less a word, because a translation is a
guess. A title is suspected only when the whole of its words speaks clearly against the abstract.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from itertools import islice

from extractors.word_lists import word_table
from ontology.names import plain_text
from ontology.vocabulary.reader import shipped_vocabulary

SUSPECT_BELOW = -7.0
"""Log odds (natural) of "belongs" against "does not", below which an English title is suspected."""

SUSPECT_CHINESE_BELOW = -1.75
"""The same for titles with Chinese words."""

_SAME = 0.86  # how often a title word comes back in its own abstract: 0.80 to 0.90 by rarity
_SAME_TRANSLATED = 0.6
_SAME_NAME = 0.6  # the name before a colon is missing from many shortened abstracts
_RARE_SHARE = 0.008  # of a word that the table does not list
_COMMON_SHARE = 0.3  # a word that its own field uses more often than this is missed all the more
_SHORT_ABSTRACT = 100
_STEM = 5
_WORD = re.compile(r"[^\W_]+")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_STOP_WORDS = frozenset(
    """
    a across all an and are as at based be between beyond by can do does for from how in into is it
    its method new no not novel of on or our than that the this through to toward towards under
    using via we what when why with without approach
    """.split()
)


@dataclass(frozen=True, slots=True)
class TitleWord:
    """One piece of evidence: a word as the title has it and the stems that count as its return.

    ``readings`` are alternatives, each a set of stems that must all occur; ``same`` is how often
    such a word comes back in its own abstract.
    """

    shown: str
    readings: tuple[frozenset[str], ...]
    same: float


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A title that its abstract speaks against, with the title's words that never come back."""

    log_odds: float
    missing: tuple[str, ...]

    def __str__(self) -> str:
        words = ", ".join(self.missing)
        return f"the abstract does not take up {words} (log odds {self.log_odds:.1f})"


class _Abstract:
    """The words of an abstract in the three shapes in which a title word may come back."""

    def __init__(self, text: str) -> None:
        plain = plain_text(text) if "\\" in text or "$" in text else text
        self._words = _WORD.findall(plain.casefold())
        self._stems = {word[:_STEM] for word in self._words}

    @cached_property
    def _letters(self) -> str:
        return "".join(self._words)

    @cached_property
    def _initials(self) -> str:
        return "".join(word[0] for word in self._words)

    def holds(self, part: str) -> bool:
        """Find a stem as a word, inside a compound, or an acronym as the initials of words."""
        return (
            part in self._stems
            or (len(part) == _STEM and part in self._letters)
            or (len(part) > 2 and part.isascii() and part in self._initials)
        )


def suspected_mismatch(title: str, abstract: str) -> Mismatch | None:
    """Judge one paper; ``None`` where nothing is suspected, as for texts too short to tell.

    >>> suspected_mismatch("Legged robots on stairs", "We study how legged robots climb stairs." * 4)
    """
    if not title or len(abstract) < _SHORT_ABSTRACT or _plainly_belongs(title, abstract):
        return None
    judged = _judged(title, abstract)
    odds = sum(weight for _, _, weight in judged)
    limit = SUSPECT_CHINESE_BELOW if _CHINESE.search(title) else SUSPECT_BELOW
    if odds >= limit:
        return None
    return Mismatch(odds, tuple(word.shown for word, found, _ in judged if not found))


def log_odds(title: str, abstract: str) -> float:
    """Weigh a title against an abstract, in natural log odds; higher means that they belong."""
    return sum(weight for _, _, weight in _judged(title, abstract))


def _judged(title: str, abstract: str) -> list[tuple[TitleWord, bool, float]]:
    read = _Abstract(abstract)
    return [(word, *_evidence(word, read)) for word in title_words(title)]


def _plainly_belongs(title: str, abstract: str) -> bool:
    """Settle most English papers cheaply: half of the title's words come back."""
    words = [word for word in _WORD.findall(title.casefold()) if word not in _STOP_WORDS]
    if len(words) < 2 or _CHINESE.search(title):
        return False
    folded = abstract.casefold()
    found = (word for word in words if len(word) > 2 and word[:_STEM] in folded)
    half = (len(words) + 1) // 2
    return len(list(islice(found, half))) == half


def title_words(title: str) -> tuple[TitleWord, ...]:
    """List the evidence in a title, each word once, in order.

    >>> [word.shown for word in title_words("A survey of survival analysis: 生存分析")]
    ['survey', 'survival', 'analysis', '生存分析']
    """
    plain = plain_text(title)
    name = plain.replace(":", ":").partition(":")[0] if re.search("[::]", plain) else ""
    found: dict[frozenset[frozenset[str]], TitleWord] = {}
    for word in (*_latin_words(plain, name), *_chinese_terms(plain)):
        found.setdefault(frozenset(word.readings), word)
    return tuple(found.values())


def _latin_words(title: str, name: str) -> Iterator[TitleWord]:
    chinese = bool(_CHINESE.search(title))
    for word in _WORD.findall(_CHINESE.sub(" ", title)):
        if len(word) > 1 and not word.isdigit() and word.casefold() not in _STOP_WORDS:
            own_name = chinese and word in name
            same = _SAME_NAME if own_name else _SAME
            yield TitleWord(word, (frozenset({stem(word)}),), same)


def _chinese_terms(title: str) -> Iterator[TitleWord]:
    """Read Chinese text by the longest known term at each place; unknown characters say nothing."""
    if not _CHINESE.search(title):
        return
    readings = _chinese_readings()
    longest = max(map(len, readings))
    position = 0
    while position < len(title):
        ends = range(min(len(title), position + longest), position, -1)
        end = next((end for end in ends if title[position:end] in readings), None)
        if end is None:
            position += 1
            continue
        term = title[position:end]
        yield TitleWord(term, readings[term], _SAME_TRANSLATED)
        position = end


def stem(word: str) -> str:
    """Cut a word to its first five letters, folded; enough to meet its other forms.

    >>> stem("Segmentation") == stem("segmenting")
    True
    """
    return unicodedata.normalize("NFKC", word).casefold()[:_STEM]


def _stems(text: str) -> frozenset[str]:
    words = (word for word in _WORD.findall(text) if word.casefold() not in _STOP_WORDS)
    return frozenset(stem(word) for word in words)


def _evidence(word: TitleWord, abstract: _Abstract) -> tuple[bool, float]:
    """Tell whether a title word comes back and what that weighs, in natural log odds."""
    found = any(all(map(abstract.holds, reading)) for reading in word.readings)
    chance = min(0.8, max(min(map(_share, reading)) for reading in word.readings))
    if found:
        return True, max(0.0, math.log(word.same / chance))
    return False, math.log((1 - word.same) / (1 - min(chance, _COMMON_SHARE)))


def _share(part: str) -> float:
    return _word_shares().get(part, _RARE_SHARE)


@cache
def _word_shares() -> Mapping[str, float]:
    """How many of the abstracts of a field use a stem, for the field that uses it most."""
    return {part: float(share) for share, stems in _share_lines() for part in stems.split()}


@cache
def _chinese_readings() -> Mapping[str, tuple[frozenset[str], ...]]:
    readings: dict[str, set[frozenset[str]]] = {}
    for term, (english,) in word_table("chinese_words").items():
        readings.setdefault(term, set()).update(_reading_sets(english.split("|")))
    for entry in shipped_vocabulary():
        english_names = [entry.name, *(a.name for a in entry.aliases if a.language == "en")]
        for alias in entry.aliases:
            if _CHINESE.search(alias.name) and len(alias.name) > 1:
                readings.setdefault(alias.name, set()).update(_reading_sets(english_names))
    return {term: tuple(sorted(sets, key=sorted)) for term, sets in readings.items() if sets}


def _reading_sets(names: Iterable[str]) -> set[frozenset[str]]:
    return {stems for name in names if (stems := _stems(name))}


def _share_lines() -> Iterator[tuple[str, str]]:
    text = files("kg").joinpath("word_shares.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            first, _, second = line.partition("\t")
            yield first, second
