"""The scores of an evaluation as records, as text for people and as JSON for programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from ontology.terms import EntityType, RelationType

ALL = "all"
"""Group of the scores over all types or relations."""

_TYPES = tuple(kind.value for kind in EntityType)
MEASURES: dict[str, tuple[str, ...]] = {
    "mention": _TYPES,
    "overlap": _TYPES,
    "entity": _TYPES,
    "introduces": _TYPES,
    "role": _TYPES,
    "name": _TYPES,
    "relation": tuple(relation.value for relation in RelationType),
}
"""Measures in the order of reports, each with its groups."""


@dataclass(frozen=True, slots=True)
class Score:
    """One measure over one group: counts, and the bootstrap 95 % interval of F1.

    For ``role`` and ``name``, ``gold`` and ``predicted`` both count the matched entities, so
    precision, recall and F1 are all the accuracy. A rate without any case is 0.
    """

    measure: str
    group: str
    gold: int
    predicted: int
    matched: int
    low: float
    high: float

    @property
    def precision(self) -> float:
        """Share of what was predicted that is right."""
        return self.matched / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """Share of what gold holds that was found."""
        return self.matched / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.gold + self.predicted
        return 2 * self.matched / total if total else 0.0


class ErrorKind(Enum):
    """How a mention is wrong."""

    MISSED = "missed"
    SPURIOUS = "spurious"
    WRONG_TYPE = "wrong type"
    WRONG_SPAN = "wrong span"


@dataclass(frozen=True, slots=True)
class MentionError:
    """One wrong mention; the side that does not exist has empty strings."""

    kind: ErrorKind
    paper: str
    gold_type: str
    gold_form: str
    predicted_type: str
    predicted_form: str


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of all measures and groups over the gold papers.

    ``missing`` are gold papers without prediction, ``differing`` gold papers whose predicted title
    or abstract reads otherwise so that offsets cannot agree: both count as all missed. ``unknown``
    are predicted papers that gold does not hold; they count nothing. Ids are sorted.
    """

    papers: int
    scores: tuple[Score, ...]
    errors: tuple[MentionError, ...]
    missing: tuple[str, ...]
    differing: tuple[str, ...]
    unknown: tuple[str, ...]

    def score(self, measure: str, group: str = ALL) -> Score:
        """Look up one score; raises KeyError for a measure or group that does not exist."""
        for score in self.scores:
            if (score.measure, score.group) == (measure, group):
                return score
        raise KeyError((measure, group))


def render(scores: Scores, errors: int = 0) -> str:
    """Lay out scores as plain text for people, with up to ``errors`` examples of each error kind.

    Rates are in percent; equal errors of several mentions are one line with their number.
    """
    lines = [f"{scores.papers} gold papers"]
    for label, identifiers in (
        ("without prediction, all missed", scores.missing),
        ("whose predicted text differs from gold, all missed", scores.differing),
        ("predicted but not in gold, not counted", scores.unknown),
    ):
        if identifiers:
            shown = ", ".join(map(_printable, identifiers[:5]))
            more = ", ..." if len(identifiers) > 5 else ""
            lines.append(f"warning: {len(identifiers)} papers {label}: {shown}{more}")
    lines += [
        "",
        (
            f"{'measure':<11}{'group':<15}{'P':>6}{'R':>7}{'F1':>7}  {'95 %':<13}"
            f"{'gold':>7}{'found':>7}{'right':>7}"
        ),
    ]
    for score in scores.scores:
        if score.gold or score.predicted:
            interval = f"{100 * score.low:.1f}-{100 * score.high:.1f}"
            lines.append(
                f"{score.measure:<11}{score.group:<15}{100 * score.precision:>6.1f}"
                f"{100 * score.recall:>7.1f}{100 * score.f1:>7.1f}  {interval:<13}"
                f"{score.gold:>7}{score.predicted:>7}{score.matched:>7}"
            )
    totals = Counter(error.kind for error in scores.errors)
    lines += [
        "",
        "mention errors: " + ", ".join(f"{totals[kind]} {kind.value}" for kind in ErrorKind),
    ]
    if errors:
        for kind, number, example in _examples(scores, errors):
            sides = (
                f"{kind_name} {_printable(form)}" if form else "nothing"
                for kind_name, form in (
                    (example.gold_type, example.gold_form),
                    (example.predicted_type, example.predicted_form),
                )
            )
            lines.append(
                f"  {kind.value:<11}{number:>4} x  {' -> '.join(sides)}  "
                f"({_printable(example.paper)})"
            )
    return "\n".join(lines) + "\n"


def to_json(scores: Scores, errors: int = 0) -> str:
    """Write scores as one JSON object, with up to ``errors`` examples of each error kind."""
    totals = Counter(error.kind for error in scores.errors)
    return json.dumps(
        {
            "papers": scores.papers,
            "missing": scores.missing,
            "differing": scores.differing,
            "unknown": scores.unknown,
            "scores": {
                measure: {
                    score.group: {
                        "precision": round(score.precision, 4),
                        "recall": round(score.recall, 4),
                        "f1": round(score.f1, 4),
                        "f1_low": round(score.low, 4),
                        "f1_high": round(score.high, 4),
                        "gold": score.gold,
                        "predicted": score.predicted,
                        "matched": score.matched,
                    }
                    for score in scores.scores
                    if score.measure == measure
                }
                for measure in MEASURES
            },
            "errors": {kind.value: totals[kind] for kind in ErrorKind},
            "examples": [
                {
                    "kind": kind.value,
                    "mentions": number,
                    "gold": [example.gold_type, example.gold_form],
                    "predicted": [example.predicted_type, example.predicted_form],
                    "paper": example.paper,
                }
                for kind, number, example in _examples(scores, errors)
            ],
        },
        indent=2,
    )


def _examples(scores: Scores, limit: int) -> Iterator[tuple[ErrorKind, int, MentionError]]:
    """Up to ``limit`` different errors of each kind, the most frequent first, with numbers."""
    for kind in ErrorKind:
        first: dict[tuple[str, str, str, str], MentionError] = {}
        numbers: Counter[tuple[str, str, str, str]] = Counter()
        for error in scores.errors:
            if error.kind is kind:
                sides = (
                    error.gold_type, error.gold_form, error.predicted_type, error.predicted_form
                )  # fmt: skip
                first.setdefault(sides, error)
                numbers[sides] += 1
        for sides in sorted(numbers, key=lambda sides: (-numbers[sides], sides))[:limit]:
            yield kind, numbers[sides], first[sides]


def _printable(text: str) -> str:
    """Keep control characters of a paper away from the terminal."""
    return "".join(
        character if character.isprintable() else f"\\u{ord(character):04x}" for character in text
    )
