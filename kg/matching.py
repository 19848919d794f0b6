"""Which predicted entities and spans stand for which of gold: one to one, as many as possible."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ontology.records import AnnotatedPaper, Field
from ontology.terms import RelationType

Span = tuple[str, Field, int, int]
"""Type, field, start and end of a mention."""

Triple = tuple[int, RelationType, int]
"""A relation between the positions of two entities of one paper."""

_FIELDS: tuple[Field, Field] = ("title", "abstract")


@dataclass(frozen=True, slots=True)
class Counts:
    """How many gold holds, how many were predicted, and how many of these are right.

    A rate without any case is 0.
    """

    gold: int
    predicted: int
    matched: int

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


@dataclass(frozen=True, slots=True)
class Pairs:
    """Gold papers with what was predicted for each, by id, and the ids that do not pair.

    A gold paper in ``missing`` has no prediction, one in ``differing`` a prediction for another
    text, whose offsets cannot agree: both stand beside a paper without entities. ``unknown`` are
    predicted papers that gold does not hold. Ids are sorted.
    """

    papers: tuple[tuple[AnnotatedPaper, AnnotatedPaper], ...]
    missing: tuple[str, ...]
    differing: tuple[str, ...]
    unknown: tuple[str, ...]


def paired(gold: Iterable[AnnotatedPaper], predicted: Iterable[AnnotatedPaper]) -> Pairs:
    """Put predicted papers beside gold papers of the same ids; order does not matter."""
    truth = {annotated.paper.id: annotated for annotated in gold}
    guesses = {annotated.paper.id: annotated for annotated in predicted}
    papers: list[tuple[AnnotatedPaper, AnnotatedPaper]] = []
    missing: list[str] = []
    differing: list[str] = []
    for identifier in sorted(truth):
        annotated = truth[identifier]
        guess = guesses.get(identifier)
        if guess is None:
            missing.append(identifier)
        elif any(annotated.paper.text(field) != guess.paper.text(field) for field in _FIELDS):
            differing.append(identifier)
            guess = None
        papers.append((annotated, guess or AnnotatedPaper(annotated.paper)))
    unknown = sorted(guesses.keys() - truth.keys())
    return Pairs(tuple(papers), tuple(missing), tuple(differing), tuple(unknown))


def matched_entities(gold: AnnotatedPaper, predicted: AnnotatedPaper) -> dict[int, int]:
    """Match positions of gold entities to predicted ones that share the type and a mention."""
    return maximal_matching(_shared_mentions(gold, predicted))


def matched_relations(
    gold: AnnotatedPaper, predicted: AnnotatedPaper, entities: dict[int, int]
) -> dict[Triple, Triple]:
    """Match distinct gold relations to predicted ones of the same kind between matched ends."""
    found = distinct_relations(predicted)
    matched: dict[Triple, Triple] = {}
    for head, relation, tail in distinct_relations(gold):
        if head in entities and tail in entities:
            triple = entities[head], relation, entities[tail]
            if triple in found:
                matched[head, relation, tail] = triple
    return matched


def distinct_relations(annotated: AnnotatedPaper) -> dict[tuple[int, RelationType, int], None]:
    """Distinct relations of a paper, however many sentences state them."""
    return {(item.head, item.relation, item.tail): None for item in annotated.relations}


def typed_spans(annotated: AnnotatedPaper) -> list[Span]:
    """Distinct mentions of a paper, each with the type of its entity, sorted."""
    return sorted(
        {
            (entity.type.value, mention.field, mention.start, mention.end)
            for entity in annotated.entities
            for mention in entity.mentions
        }
    )


def overlapping(gold: list[Span], predicted: list[Span]) -> list[list[int]]:
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


def _shared_mentions(gold: AnnotatedPaper, predicted: AnnotatedPaper) -> list[list[int]]:
    """For each gold entity the predicted ones of its type, most shared mentions first."""
    owners: dict[Span, list[int]] = {}
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
