"""Score predicted annotations against gold, with bootstrap intervals and an error list.

The scores follow the annotation guidelines' own: every count is per type and over all types, and
every rate is micro-averaged over papers.

- ``mention``: same field, start, end and type.
- ``overlap``: at least one character shared and the same type, matched one to one.
- ``entity``: at least one mention and the type shared, matched one to one.
- ``introduces``: an entity match where both sides have the role ``introduces``.
- ``role``, ``name``: share of matched entities whose role, or folded name, agrees.
- ``relation``: both ends matched, same relation; per relation instead of per type.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kg.annotation_records import read_annotations
from kg.scores import ALL, MEASURES, ErrorKind, MentionError, Score, Scores
from ontology.errors import InputError
from ontology.records import AnnotatedPaper, Field
from ontology.terms import RelationType, Role

_RESAMPLES = 1000
_SEED = 20240229


def evaluate_files(gold: Path, predicted: Path) -> Scores:
    """Score one annotation file against another.

    Raises :class:`InputError` on a malformed line and on a paper id that a file holds twice.
    """
    return evaluate(_papers(gold), _papers(predicted))


def evaluate(gold: Iterable[AnnotatedPaper], predicted: Iterable[AnnotatedPaper]) -> Scores:
    """Score predicted papers against gold papers of the same ids; order does not matter."""
    truth = {annotated.paper.id: annotated for annotated in gold}
    guesses = {annotated.paper.id: annotated for annotated in predicted}
    missing: list[str] = []
    differing: list[str] = []
    errors: list[MentionError] = []
    counts: list[np.ndarray[Any, np.dtype[np.int64]]] = []
    for identifier in sorted(truth):
        annotated = truth[identifier]
        guess = guesses.get(identifier)
        if guess is None:
            missing.append(identifier)
        elif any(annotated.paper.text(field) != guess.paper.text(field) for field in _FIELDS):
            differing.append(identifier)
            guess = None
        guess = guess or AnnotatedPaper(annotated.paper)
        counts.append(_count_table(_paper_counts(annotated, guess)))
        errors += _mention_errors(annotated, guess)
    table = np.array(counts, dtype=np.int64).reshape(len(counts), len(_ROWS), 3)
    totals = table.sum(axis=0)
    low, high = _intervals(table)
    return Scores(
        papers=len(truth),
        scores=tuple(
            Score(
                measure,
                group,
                gold=int(totals[row, _GOLD]),
                predicted=int(totals[row, _PREDICTED]),
                matched=int(totals[row, _MATCHED]),
                low=float(low[row]),
                high=float(high[row]),
            )
            for row, (measure, group) in enumerate(_ROWS)
        ),
        errors=tuple(errors),
        missing=tuple(missing),
        differing=tuple(differing),
        unknown=tuple(sorted(guesses.keys() - truth.keys())),
    )


def maximal_matching(candidates: Sequence[Sequence[int]]) -> dict[int, int]:
    """Match left positions to right ones, each at most once, as many as possible.

    ``candidates[left]`` lists the right positions that may match, preferred first; earlier left
    positions choose first. Augmenting paths (Berge 1957) in breadth-first order.

    >>> maximal_matching([[0, 1], [0]])
    {0: 1, 1: 0}
    """
    right_of: dict[int, int] = {}
    left_of: dict[int, int] = {}
    for start in range(len(candidates)):
        reached_from: dict[int, int] = {}
        queue = deque([start])
        while queue:
            left = queue.popleft()
            for right in candidates[left]:
                if right in reached_from:
                    continue
                reached_from[right] = left
                if right in left_of:
                    queue.append(left_of[right])
                    continue
                freed: int | None = right
                while freed is not None:
                    owner = reached_from[freed]
                    left_of[freed] = owner
                    previous = right_of.get(owner)
                    right_of[owner] = freed
                    freed = previous
                queue.clear()
                break
    return dict(sorted(right_of.items()))


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
_FIELDS: tuple[Field, Field] = ("title", "abstract")

_Count = tuple[str, str, int, int]
_Span = tuple[str, Field, int, int]


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
    gold_spans, predicted_spans = _typed_spans(gold), _typed_spans(predicted)
    overlapping = maximal_matching(_overlaps(gold_spans, predicted_spans))
    for kind, *_ in gold_spans:
        yield "mention", kind, _GOLD, 1
        yield "overlap", kind, _GOLD, 1
    for kind, *_ in predicted_spans:
        yield "mention", kind, _PREDICTED, 1
        yield "overlap", kind, _PREDICTED, 1
    for kind, *_ in set(gold_spans) & set(predicted_spans):
        yield "mention", kind, _MATCHED, 1
    for left in overlapping:
        yield "overlap", gold_spans[left][0], _MATCHED, 1

    same = maximal_matching(_shared_mentions(gold, predicted))
    for column, annotated in ((_GOLD, gold), (_PREDICTED, predicted)):
        for entity in annotated.entities:
            yield "entity", entity.type.value, column, 1
            if entity.role is Role.INTRODUCES:
                yield "introduces", entity.type.value, column, 1
        for _, relation, _ in _triples(annotated):
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
    found = _triples(predicted)
    for head, relation, tail in _triples(gold):
        if (same.get(head), relation, same.get(tail)) in found:
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


def _typed_spans(annotated: AnnotatedPaper) -> list[_Span]:
    return sorted(
        {
            (entity.type.value, mention.field, mention.start, mention.end)
            for entity in annotated.entities
            for mention in entity.mentions
        }
    )


def _triples(annotated: AnnotatedPaper) -> dict[tuple[int, RelationType, int], None]:
    """Distinct relations of a paper, however many sentences state them."""
    return {(item.head, item.relation, item.tail): None for item in annotated.relations}


def _overlaps(gold: list[_Span], predicted: list[_Span]) -> list[list[int]]:
    """For each gold span the predicted spans of its type that share a character with it."""
    longest = max((end - start for *_, start, end in predicted), default=0)
    candidates: list[list[int]] = []
    for kind, field, start, end in gold:
        nearest = bisect_left(predicted, (kind, field, start - longest, 0))
        beyond = bisect_left(predicted, (kind, field, end, 0))
        shared = {
            position: min(end, predicted[position][3]) - max(start, predicted[position][2])
            for position in range(nearest, beyond)
        }
        candidates.append(
            sorted(
                (position for position, characters in shared.items() if characters > 0),
                key=lambda position: (-shared[position], position),
            )
        )
    return candidates


def _shared_mentions(gold: AnnotatedPaper, predicted: AnnotatedPaper) -> list[list[int]]:
    """For each gold entity the predicted ones of its type, most shared mentions first."""
    owners: dict[_Span, list[int]] = {}
    for position, entity in enumerate(predicted.entities):
        for mention in set(entity.mentions):
            span = (entity.type.value, mention.field, mention.start, mention.end)
            owners.setdefault(span, []).append(position)
    candidates: list[list[int]] = []
    for entity in gold.entities:
        shared = Counter(
            position
            for mention in entity.mentions
            for position in owners.get(
                (entity.type.value, mention.field, mention.start, mention.end), ()
            )
        )
        candidates.append(sorted(shared, key=lambda position: (-shared[position], position)))
    return candidates


def _mention_errors(gold: AnnotatedPaper, predicted: AnnotatedPaper) -> Iterator[MentionError]:
    """Explain each mention that is not exactly right, once: by its type, its span, or alone."""
    paper = gold.paper
    truth, guesses = _typed_spans(gold), _typed_spans(predicted)
    missed = sorted(set(truth) - set(guesses))
    spurious = sorted(set(guesses) - set(truth))

    def error(kind: ErrorKind, truth: _Span | None, guess: _Span | None) -> MentionError:
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
    pairs = maximal_matching(_overlaps(missed, spurious))
    for left, right in pairs.items():
        yield error(ErrorKind.WRONG_SPAN, missed[left], spurious[right])
    for left, span in enumerate(missed):
        if left not in pairs:
            yield error(ErrorKind.MISSED, span, None)
    for right, span in enumerate(spurious):
        if right not in pairs.values():
            yield error(ErrorKind.SPURIOUS, None, span)
