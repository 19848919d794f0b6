"""Score predicted annotations against gold, with bootstrap intervals and an error list.

The scores follow the annotation guidelines' own: every count is per type and over all types, and
every rate is micro-averaged over papers.

- ``mention``: same field, start, end and type.
- ``overlap``: at least one character shared and the same type, matched one to one.
- ``entity``: at least one mention and the type shared, matched one to one.
- ``introduces``: an entity match where both sides have the role ``introduces``.
- ``role``, ``name``: share of matched entities whose role, or folded name, agrees.
- ``relation``: both ends matched, same relation; per relation instead of per type.

Who is matched with whom is decided in :mod:`kg.matching`, confidences are judged in
:mod:`kg.calibration`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from kg.annotation_records import read_annotations
from kg.calibration import calibrations, trade_off
from kg.matching import (
    Span,
    distinct_relations,
    matched_entities,
    matched_relations,
    maximal_matching,
    overlapping,
    paired,
    typed_spans,
)
from kg.scores import ALL, MEASURES, ErrorKind, MentionError, Score, Scores
from ontology.errors import InputError
from ontology.records import AnnotatedPaper
from ontology.terms import Role

_RESAMPLES = 1000
_SEED = 20240229


def evaluate_files(gold: Path, predicted: Path) -> Scores:
    """Score one annotation file against another.

    Raises :class:`InputError` on a malformed line and on a paper id that a file holds twice.
    """
    return evaluate(_papers(gold), _papers(predicted))


def evaluate(gold: Iterable[AnnotatedPaper], predicted: Iterable[AnnotatedPaper]) -> Scores:
    """Score predicted papers against gold papers of the same ids; order does not matter."""
    pairs = paired(gold, predicted)
    errors: list[MentionError] = []
    counts: list[np.ndarray[Any, np.dtype[np.int64]]] = []
    for annotated, guess in pairs.papers:
        counts.append(_count_table(_paper_counts(annotated, guess)))
        errors += _mention_errors(annotated, guess)
    table = np.array(counts, dtype=np.int64).reshape(len(counts), len(_ROWS), 3)
    totals = table.sum(axis=0)
    low, high = _intervals(table)
    return Scores(
        papers=len(pairs.papers),
        scores=tuple(
            Score(
                measure=measure,
                group=group,
                gold=int(totals[row, _GOLD]),
                predicted=int(totals[row, _PREDICTED]),
                matched=int(totals[row, _MATCHED]),
                low=float(low[row]),
                high=float(high[row]),
            )
            for row, (measure, group) in enumerate(_ROWS)
        ),
        errors=tuple(errors),
        missing=pairs.missing,
        differing=pairs.differing,
        unknown=pairs.unknown,
        calibrations=calibrations(pairs.papers),
        trade_off=trade_off(pairs.papers),
    )


def folded_name(name: str) -> str:
    """Fold case, punctuation, spaces and plural s of a canonical name.

    >>> folded_name("Vision-Language Models") == folded_name("vision language model")
    True
    """
    words = re.findall(r"[^\W_]+", name.casefold())
    return "".join(
        word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
        for word in words
    )


_ROWS = tuple((measure, group) for measure, groups in MEASURES.items() for group in (*groups, ALL))
_ROW_OF = {row: position for position, row in enumerate(_ROWS)}
_GOLD, _PREDICTED, _MATCHED = range(3)

_Count = tuple[str, str, int, int]


def _papers(path: Path) -> Iterator[AnnotatedPaper]:
    seen: set[str] = set()
    for annotated in read_annotations(path):
        if annotated.paper.id in seen:
            raise InputError(
                f"{path}: the paper {annotated.paper.id!r} occurs twice; ids are unique"
            )
        seen.add(annotated.paper.id)
        yield annotated


def _paper_counts(gold: AnnotatedPaper, predicted: AnnotatedPaper) -> Iterator[_Count]:
    """Counts of one paper as (measure, group, column, number)."""
    gold_spans, predicted_spans = typed_spans(gold), typed_spans(predicted)
    sharing = maximal_matching(overlapping(gold_spans, predicted_spans))
    for kind, *_ in gold_spans:
        yield "mention", kind, _GOLD, 1
        yield "overlap", kind, _GOLD, 1
    for kind, *_ in predicted_spans:
        yield "mention", kind, _PREDICTED, 1
        yield "overlap", kind, _PREDICTED, 1
    for kind, *_ in set(gold_spans) & set(predicted_spans):
        yield "mention", kind, _MATCHED, 1
    for left in sharing:
        yield "overlap", gold_spans[left][0], _MATCHED, 1

    same = matched_entities(gold, predicted)
    for column, annotated in ((_GOLD, gold), (_PREDICTED, predicted)):
        for entity in annotated.entities:
            yield "entity", entity.type.value, column, 1
            if entity.role is Role.INTRODUCES:
                yield "introduces", entity.type.value, column, 1
        for _, relation, _ in distinct_relations(annotated):
            yield "relation", relation.value, column, 1
    for left, right in same.items():
        truth, guess = gold.entities[left], predicted.entities[right]
        kind = truth.type.value
        yield "entity", kind, _MATCHED, 1
        if truth.role is guess.role is Role.INTRODUCES:
            yield "introduces", kind, _MATCHED, 1
        for measure, right_answer in (
            ("role", truth.role is guess.role),
            ("name", folded_name(truth.name) == folded_name(guess.name)),
        ):
            yield measure, kind, _GOLD, 1
            yield measure, kind, _PREDICTED, 1
            yield measure, kind, _MATCHED, int(right_answer)
    for _, relation, _ in matched_relations(gold, predicted, same):
        yield "relation", relation.value, _MATCHED, 1


def _count_table(counts: Iterable[_Count]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Sum counts into one row a measure and group, the group of all included."""
    table = np.zeros((len(_ROWS), 3), dtype=np.int64)
    for measure, group, column, number in counts:
        table[_ROW_OF[measure, group], column] += number
        table[_ROW_OF[measure, ALL], column] += number
    return table


def _intervals(table: np.ndarray[Any, np.dtype[np.int64]]) -> tuple[Any, Any]:
    """Percentiles 2.5 and 97.5 of each row's F1 over resampled papers (Efron 1979)."""
    papers = len(table)
    if not papers:
        return np.zeros(len(_ROWS)), np.zeros(len(_ROWS))
    draw = np.random.default_rng(_SEED).multinomial(
        papers, np.full(papers, 1 / papers), size=_RESAMPLES
    )
    sums = np.tensordot(draw, table, axes=1)
    total = sums[:, :, _GOLD] + sums[:, :, _PREDICTED]
    f1 = 2 * sums[:, :, _MATCHED] / np.maximum(total, 1)
    low, high = np.percentile(f1, [2.5, 97.5], axis=0)
    return low, high


def _mention_errors(gold: AnnotatedPaper, predicted: AnnotatedPaper) -> Iterator[MentionError]:
    """Explain each mention that is not exactly right, once: by its type, its span, or alone."""
    paper = gold.paper
    truth, guesses = typed_spans(gold), typed_spans(predicted)
    missed = sorted(set(truth) - set(guesses))
    spurious = sorted(set(guesses) - set(truth))

    def error(kind: ErrorKind, truth: Span | None, guess: Span | None) -> MentionError:
        sides = [
            (span[0], paper.text(span[1])[span[2] : span[3]]) if span else ("", "")
            for span in (truth, guess)
        ]
        return MentionError(kind, paper.id, *sides[0], *sides[1])

    guessed_at = {span[1:]: span for span in spurious}
    for span in list(missed):
        if guess := guessed_at.pop(span[1:], None):
            yield error(ErrorKind.WRONG_TYPE, span, guess)
            missed.remove(span)
            spurious.remove(guess)
    pairs = maximal_matching(overlapping(missed, spurious))
    for left, right in pairs.items():
        yield error(ErrorKind.WRONG_SPAN, missed[left], spurious[right])
    for left, span in enumerate(missed):
        if left not in pairs:
            yield error(ErrorKind.MISSED, span, None)
    for right, span in enumerate(spurious):
        if right not in pairs.values():
            yield error(ErrorKind.SPURIOUS, None, span)
