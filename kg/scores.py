"""The scores of an evaluation as records, as text for people and as JSON for programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from kg.calibration import Calibration, Cut
from kg.matching import Counts
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
class Score(Counts):
    """One measure over one group: counts, and the bootstrap 95 % interval of F1.

    For ``role`` and ``name``, ``gold`` and ``predicted`` both count the matched entities, so
    precision, recall and F1 are all the accuracy.
    """

    measure: str
    group: str
    low: float
    high: float


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
    ``calibrations`` and ``trade_off`` judge the confidences of what was predicted.
    """

    papers: int
    scores: tuple[Score, ...]
    errors: tuple[MentionError, ...]
    missing: tuple[str, ...]
    differing: tuple[str, ...]
    unknown: tuple[str, ...]
    calibrations: tuple[Calibration, ...] = ()
    trade_off: tuple[Cut, ...] = ()

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
            shown = ", ".join(map(printable, identifiers[:5]))
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
    lines += ["", *_calibration_lines(scores)]
    totals = Counter(error.kind for error in scores.errors)
    lines += [
        "",
        "mention errors: " + ", ".join(f"{totals[kind]} {kind.value}" for kind in ErrorKind),
    ]
    if errors:
        for kind, number, example in _examples(scores, errors):
            sides = (
                f"{kind_name} {printable(form)}" if form else "nothing"
                for kind_name, form in (
                    (example.gold_type, example.gold_form),
                    (example.predicted_type, example.predicted_form),
                )
            )
            lines.append(
                f"  {kind.value:<11}{number:>4} x  {' -> '.join(sides)}  "
                f"({printable(example.paper)})"
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
                        **_rates(score),
                        "f1_low": round(score.low, 4),
                        "f1_high": round(score.high, 4),
                    }
                    for score in scores.scores
                    if score.measure == measure
                }
                for measure in MEASURES
            },
            "calibration": {one.measure: _calibration(one) for one in scores.calibrations},
            "trade_off": [
                {
                    "confidence_from": cut.least,
                    "entity": _rates(cut.entities),
                    "relation": _rates(cut.relations),
                    "relation_by_own_confidence": _rates(cut.surer_relations),
                }
                for cut in scores.trade_off
            ],
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


def _calibration_lines(scores: Scores) -> Iterator[str]:
    """The calibration errors in one line, then a line for each least confidence."""
    errors = ", ".join(f"{one.measure} {100 * one.error:.1f}" for one in scores.calibrations)
    yield f"expected calibration error: {errors}"
    yield ""
    yield f"{'':<13}{'entities':<21}{'their relations':<21}relations by their own"
    yield ("confidence" + 3 * f"{'P':>6}{'R':>7}{'F1':>7} ").rstrip()
    for cut in scores.trade_off:
        yield f"from {cut.least:<4.1f}" + "".join(
            f"{100 * rate:>7.1f}"
            for counts in (cut.entities, cut.relations, cut.surer_relations)
            for rate in (counts.precision, counts.recall, counts.f1)
        )


def _calibration(calibration: Calibration) -> dict[str, Any]:
    return {
        "error": round(calibration.error, 4),
        "bins": [
            {
                "confidence_from": one.least,
                "predicted": one.predicted,
                "matched": one.matched,
                "accuracy": round(one.accuracy, 4),
                "confidence": round(one.confidence, 4),
            }
            for one in calibration.bins
            if one.predicted
        ],
    }


def _rates(counts: Counts) -> dict[str, float]:
    return {
        "precision": round(counts.precision, 4),
        "recall": round(counts.recall, 4),
        "f1": round(counts.f1, 4),
        "gold": counts.gold,
        "predicted": counts.predicted,
        "matched": counts.matched,
    }


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


def printable(text: str) -> str:
    """Keep control characters of a paper away from the terminal."""
    return "".join(
        character if character.isprintable() else f"\\u{ord(character):04x}" for character in text
    )
