"""The quality card: one Markdown page that says how good annotations are, and how to read that."""

from __future__ import annotations

import hashlib
import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from exports.files import write_text
from kg.calibration import Bin, Cut
from kg.matching import Counts
from kg.scores import ALL, ErrorKind, Score, Scores, printable
from ontology.errors import InputError


@dataclass(frozen=True, slots=True)
class Measured:
    """A file that was measured: its base name, and the SHA-256 of its bytes in hexadecimal."""

    name: str
    digest: str


def write_card(scores: Scores, gold: Path, annotations: Path, target: Path) -> None:
    """Write the card of two annotation files that were scored; the file appears when complete.

    Raises :class:`InputError` where it cannot be written.
    """
    write_text(target, generate(scores, measured(gold), measured(annotations)))


def measured(path: Path) -> Measured:
    """Name a file and digest it.

    Raises :class:`InputError` where it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return Measured(path.name, hashlib.file_digest(file, "sha256").hexdigest())
    except OSError as error:
        raise InputError(f"{path}: cannot be read; {error.strerror}") from error


def generate(scores: Scores, gold: Measured, annotations: Measured) -> Iterator[str]:
    """Yield the card section by section: counts and rates only, no text of a paper."""
    sections = (
        _what(scores, gold, annotations),
        _rates(scores),
        _relations(scores),
        _errors(scores),
        _calibration(scores),
        _trade_off(scores),
        [_READING],
    )
    yield "# How good the annotations are\n"
    for lines in sections:
        yield "\n" + "\n".join(lines) + "\n"


MEANINGS = {
    "mention": "A span counts where field, start, end and type are those of gold.",
    "overlap": "A span counts where its type is right and it shares a character with gold's.",
    "entity": "An entity counts where its type is right and one of its mentions is exact.",
    "introduces": "The same, of the entities that the paper introduces.",
    "role": "Share of the entities that were found whose role is right.",
    "name": "Share of the entities that were found whose name is right, spelling aside.",
    "relation": "A relation counts where both entities and its kind are right.",
}
"""What each measure counts, in one sentence."""

ERROR_MEANINGS = {
    ErrorKind.MISSED: "a mention of gold that nothing found stands for",
    ErrorKind.SPURIOUS: "a mention found that stands for none of gold",
    ErrorKind.WRONG_TYPE: "the span is right, its type is another",
    ErrorKind.WRONG_SPAN: "the type is right and characters are shared, but an end is off",
}
"""What each kind of error is; one wrong mention is one error."""

_READING = """\
## How to read it

- **Precision** is the share of what was found that is right, **recall** the share of what gold holds
  that was found, **F1** their harmonic mean. All are in percent, over all papers together.
- The **95 %** interval says how far F1 would move with other papers of the same kind (bootstrap over
  papers). Where the intervals of two cards overlap widely, their difference may be chance.
- Rows of few cases say little: look at the counts first.
- Gold is what one guideline asks for. People who annotate by it do not agree fully either, so that
  100 is out of reach.
- A relation is right only where both its entities are, so that errors multiply.
- **Confidence** is meant as the share of such finds that is right. The calibration error is how far
  it is off, on average; where the mean lies above the share that is right, it promises too much.
- **Trade-off:** `--min-confidence` trades recall for precision. For a map that shall show little
  that is wrong take a high line, to miss as little as possible take the first one."""

_ACCURACIES = ("role", "name")
_SPANS_AND_ENTITIES = ("mention", "overlap", "entity", "introduces")
_CURVE = 50
"""Columns from 0 to 100 percent."""


def _what(scores: Scores, gold: Measured, annotations: Measured) -> Iterator[str]:
    yield "## What was measured"
    yield ""
    yield f"Annotations of {scores.papers:,} papers against the same papers annotated by hand:"
    yield ""
    width = max(len(printable(one.name)) for one in (gold, annotations))
    for label, one in (("gold", gold), ("annotations", annotations)):
        yield f"    {label:<12} {printable(one.name):<{width}}  SHA-256 {one.digest}"
    notes = [
        f"- {meaning}: **{count:,}**"
        for count, meaning in (
            (len(scores.missing), "Papers without annotations, all in them missed"),
            (len(scores.differing), "Papers annotated with another text, all in them missed"),
            (len(scores.unknown), "Annotated papers that gold does not hold, not counted"),
        )
        if count
    ]
    if notes:
        yield ""
        yield from notes
    yield ""
    yield "To reproduce it (`kg extract` with the options that are measured):"
    yield ""

    first, second = (shlex.quote(printable(one.name)) for one in (gold, annotations))
    yield f"    kg extract {first} -o {second}"
    yield f"    kg evaluate {first} {second} --card quality.md"


def _rates(scores: Scores) -> Iterator[str]:
    yield "## Mentions and entities"
    yield ""
    yield "Every mention, and every entity, matches one of the other side at most."
    yield ""
    yield from _meanings((*_SPANS_AND_ENTITIES, *_ACCURACIES))
    yield ""
    yield from _score_table(scores, _SPANS_AND_ENTITIES, "type")
    yield ""
    yield from _table(
        ("measure", "type", "accuracy", "95 %", "entities", "right"),
        (
            (one.measure, _group(one), _percent(one.f1), _interval(one), one.gold, one.matched)
            for measure in _ACCURACIES
            for one in _cases(scores, measure)
        ),
        texts=2,
    )


def _relations(scores: Scores) -> Iterator[str]:
    yield "## Relations"
    yield ""
    yield from _meanings(("relation",))
    yield ""
    yield from _score_table(scores, ("relation",), "kind")


def _errors(scores: Scores) -> Iterator[str]:
    totals = Counter(error.kind for error in scores.errors)
    yield "## Wrong mentions"
    yield ""
    yield from _table(
        ("error", "meaning", "mentions"),
        ((kind.value, ERROR_MEANINGS[kind], totals[kind]) for kind in ErrorKind),
        texts=2,
    )


def _calibration(scores: Scores) -> Iterator[str]:
    yield "## Does confidence keep its word?"
    yield ""
    for one in scores.calibrations:
        yield f"- Expected calibration error, {one.measure}: **{_percent(one.error)}**"
    yield ""
    yield "Ten bins of equal width (Naeini et al. 2015, Guo et al. 2017), those that hold something:"
    yield ""
    yield from _table(
        ("measure", "confidence from", "found", "mean confidence", "right in percent"),
        (
            (one.measure, f"{part.least:.1f}", part.predicted, *_kept_word(part))
            for one in scores.calibrations
            for part in one.bins
            if part.predicted
        ),
        texts=1,
    )


def _kept_word(part: Bin) -> tuple[str, str]:
    return _percent(part.confidence), _percent(part.accuracy)


def _trade_off(scores: Scores) -> Iterator[str]:
    yield "## What a least confidence costs and gains"
    yield ""
    yield "Entities at least so sure, and the relations between them, as `--min-confidence` leaves them:"
    yield ""
    rates = ("precision", "recall", "F1")
    yield from _table(
        ("confidence from", *rates, *(f"relations: {rate}" for rate in rates)),
        (
            (f"{cut.least:.1f}", *_three(cut.entities), *_three(cut.relations))
            for cut in scores.trade_off
        ),
    )
    yield ""
    yield "Entities as a curve: **P**recision, **R**ecall, **F**1, `*` where two meet."
    yield ""
    yield from _curve(scores.trade_off)
    yield ""
    yield "Relations that are themselves at least so sure, between any entities:"
    yield ""
    yield from _table(
        ("confidence from", *rates),
        ((f"{cut.least:.1f}", *_three(cut.surer_relations)) for cut in scores.trade_off),
    )


def _curve(cuts: Iterable[Cut]) -> Iterator[str]:
    """One line a least confidence, each rate a letter at its place between 0 and 100 percent."""
    yield f"    from  0{25:>12}{50:>13}{75:>12}{100:>13}"
    for cut in cuts:
        line = ["·"] * (_CURVE + 1)
        counts = cut.entities
        for letter, rate in (("P", counts.precision), ("R", counts.recall), ("F", counts.f1)):
            place = round(rate * _CURVE)
            line[place] = letter if line[place] == "·" else "*"
        yield f"    {cut.least:.1f}   {''.join(line)}"


def _meanings(measures: Sequence[str]) -> Iterator[str]:
    for measure in measures:
        yield f"- **{measure}**: {MEANINGS[measure]}"


def _score_table(scores: Scores, measures: Sequence[str], group: str) -> Iterator[str]:
    return _table(
        ("measure", group, "precision", "recall", "F1", "95 % of F1", "gold", "found", "right"),
        (
            (
                one.measure, _group(one), *_three(one), _interval(one),
                one.gold, one.predicted, one.matched,
            )
            for measure in measures
            for one in _cases(scores, measure)
        ),
        texts=2,
    )  # fmt: skip


def _cases(scores: Scores, measure: str) -> Iterator[Score]:
    """The scores of a measure that have a case."""
    for one in scores.scores:
        if one.measure == measure and (one.gold or one.predicted):
            yield one


def _table(
    head: Sequence[str], rows: Iterable[Sequence[object]], *, texts: int = 0
) -> Iterator[str]:
    """A Markdown table whose first ``texts`` columns are words, the others numbers."""
    yield f"| {' | '.join(head)} |"
    yield "|" + "".join("---|" if place < texts else "---:|" for place in range(len(head)))
    for row in rows:
        cells = (f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row)
        yield f"| {' | '.join(cells)} |"


def _group(score: Score) -> str:
    return f"**{ALL}**" if score.group == ALL else score.group


def _three(counts: Counts) -> tuple[str, str, str]:
    return _percent(counts.precision), _percent(counts.recall), _percent(counts.f1)


def _interval(score: Score) -> str:
    return f"{_percent(score.low)} to {_percent(score.high)}"


def _percent(rate: float) -> str:
    return f"{100 * rate:.1f}"
