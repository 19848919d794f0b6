"""Choose the mentions of a paper among all candidates, by the points that evidence gives to each.

Points stand in ``words/mention_points.tsv`` (``benchmarks/fit_mention_points.py``) and are log-odds.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence

from spacy.tokens import Doc

from extractors.candidates import Candidate, candidates
from extractors.overlaps import CHINESE, SOURCES, TAGGER, VOCABULARY, Settled, finds_of, settle
from extractors.reading import has_cjk, text_of
from extractors.word_lists import word_set, word_table
from ontology.names import key_tokens, match_key

LEAST = 0.31
"""Candidates less probable are left out: the best F1 of mentions on papers not trained on."""
_READ = 0.5
"""Share of a span's pieces that the model gives to the type, from which it is one of the sources."""
_NEVER = -20.0

_PERCENT = (0, 0.25, 1.8, 5, 10, 20, 33, 50, 65, 80, 90, 95, 98)
_STEPS = tuple(math.log(percent / 100) for percent in _PERCENT[1:])

_Span = tuple[int, int]


def settled_finds(doc: Doc) -> list[Settled]:
    """Mentions of a paper in text order: what the model and rules find together, or rules alone.

    What rules find in Chinese, and as the English of a Chinese term, stands: the model cannot read it.
    """
    text, finds = text_of(doc), finds_of(doc, SOURCES)
    if "reading" not in doc.user_data:
        return settle(finds)
    unread = [
        find for find in finds if find.source == CHINESE or has_cjk(text[find.start : find.end])
    ]
    standing = settle(unread)
    taken = bytearray(len(text))
    for span in standing:
        taken[span.start : span.end] = b"\x01" * (span.end - span.start)
    found = [one for one in candidates_of(doc) if taken.find(1, one.start, one.end) < 0]
    odds = weighed(evidence(found, text))
    chosen = [settled(found[place], odds[place]) for place in best_set(found, odds, LEAST)]
    return sorted([*standing, *chosen])


def candidates_of(doc: Doc) -> list[Candidate]:
    """All candidates of a paper that the model has read."""
    return candidates(
        doc.user_data["reading"],
        text_of(doc),
        [(token.idx, token.idx + len(token)) for token in doc],
        [token.idx for token in doc if token.is_sent_start],
        finds_of(doc, SOURCES),
    )


def evidence(found: Sequence[Candidate], text: str) -> list[list[str]]:
    """Name what speaks for and against each candidate of one paper.

    Numbers in names are the model's probabilities in percent, the least of their step.
    """
    paper = _Paper(found, text)
    return [
        [
            *_by_model(one),
            *_by_rules(one),
            *paper.elsewhere(one),
            *paper.around(one),
            *_wording(one, text),
        ]
        for one in found
    ]


def _percent(product: float) -> float:
    return _PERCENT[bisect_right(_STEPS, product)]


def _roughly(product: float) -> float:
    """The same in half as many steps."""
    return _PERCENT[bisect_right(_STEPS, product) // 2 * 2]


def _by_model(one: Candidate) -> Iterator[str]:
    yield from ("any", one.type)
    yield f"model {_percent(one.product)}"
    yield f"{one.type}: model {_roughly(one.product)}"
    yield f"weakest piece {_percent(one.least)}"


def _by_rules(one: Candidate) -> Iterator[str]:
    agreeing = sorted({find.source for find in one.finds if find.type == one.type})
    for source in agreeing or ["no rule"]:
        yield f"by {source}"
        yield f"{one.type}: by {source}"
    for source in sorted({find.source for find in one.finds if find.type != one.type}):
        yield f"another type by {source}"


class _Paper:
    """What the candidates of one paper say about one another."""

    def __init__(self, found: Sequence[Candidate], text: str) -> None:
        self._text = text
        self._same: dict[tuple[str, str], list[float]] = {}
        self._best: dict[_Span, float] = {}
        for one in found:
            key = match_key(text[one.start : one.end]), one.type
            self._same.setdefault(key, []).append(one.product)
            self._best[one[:2]] = max(self._best.get(one[:2], _NEVER), one.product)
        self._spans = sorted(self._best)
        self._longest = max((end - start for start, end in self._spans), default=0)
        self._ruled = {one[:2] for one in found if one.finds}
        self._listed = {
            one[:2] for one in found if any(find.source == VOCABULARY for find in one.finds)
        }

    def elsewhere(self, one: Candidate) -> Iterator[str]:
        """What the model thinks of the same spelling and type in all places together."""
        products = self._same[match_key(self._text[one.start : one.end]), one.type]
        yield f"surest mention {_percent(max(products))}"
        yield f"mean of mentions {_roughly(sum(products) / len(products))}"

    def around(self, one: Candidate) -> Iterator[str]:
        """Candidates that share a character with this one."""
        rivals: dict[str, list[_Span]] = {}
        first = bisect_left(self._spans, (one.start - self._longest,))
        beyond = bisect_left(self._spans, (one.end,))
        for span in self._spans[first:beyond]:
            if span[1] > one.start and span != one[:2]:
                rivals.setdefault(_relation(one[:2], span), []).append(span)
        for name, spans in rivals.items():
            yield f"{name} {_roughly(max(self._best[span] for span in spans))}"
            if name != "crosses":
                if not self._listed.isdisjoint(spans):
                    yield f"{name} a listed name"
                if not self._ruled.isdisjoint(spans):
                    yield f"{name} a find of a rule"


def _relation(span: _Span, other: _Span) -> str:
    if span[0] <= other[0] and other[1] <= span[1]:
        return "holds"
    return "within" if other[0] <= span[0] and span[1] <= other[1] else "crosses"


def _wording(one: Candidate, text: str) -> Iterator[str]:
    surface = text[one.start : one.end]
    words = surface.lower().split()
    yield f"{one.type} of {min(len(key_tokens(surface)), 5)} words"
    if words[0] in word_set("boundaries"):
        yield "begins with a boundary"
    if words[-1] in word_set("boundaries"):
        yield "ends with a boundary"
    if words[0] in word_set("leading_words"):
        yield "begins with praise"
    if any(character.isupper() for character in surface[1:]):
        yield from ("capitals", f"{one.type}: capitals")
    if surface.isupper():
        yield "all capitals"
    if surface.islower():
        yield f"{one.type}: no capitals"


def weighed(names: Iterable[Iterable[str]]) -> list[float]:
    """Log-odds that candidates are mentions, by the points of their evidence."""
    points = word_table("mention_points")
    return [
        sum(int(points[name][0]) for name in evident if name in points) / 10 for evident in names
    ]


def best_set(found: Sequence[Candidate], odds: Sequence[float], least: float) -> list[int]:
    """Places of the candidates that together have the most log-odds above the least, without overlap."""
    bound = math.log(least / (1 - least))
    order = sorted(
        (place for place, value in enumerate(odds) if value > bound),
        key=lambda place: (found[place].end, found[place].start, found[place].type),
    )
    ends = [found[place].end for place in order]
    totals = [0.0]
    taken: list[tuple[int, int | None]] = [(0, None)]
    for number, place in enumerate(order):
        before = bisect_right(ends, found[place].start, 0, number)
        total = totals[before] + odds[place] - bound
        if total > totals[number]:
            totals.append(total)
            taken.append((before, place))
        else:
            totals.append(totals[number])
            taken.append((number, None))
    kept: list[int] = []
    at = len(order)
    while at:
        at, place_kept = taken[at]
        if place_kept is not None:
            kept.append(place_kept)
    return kept[::-1]


def settled(one: Candidate, odds: float) -> Settled:
    """A candidate that was chosen, with its sources, entry and probability."""
    agreeing = [find for find in one.finds if find.type == one.type]
    sources = {find.source for find in agreeing}
    if one.inside >= _READ or not sources:
        sources.add(TAGGER)
    entry = next((find.entry for find in agreeing if find.entry), "")
    probability = 1 / (1 + math.exp(-odds))
    return Settled(one.start, one.end, one.type, tuple(sorted(sources)), entry, probability)
