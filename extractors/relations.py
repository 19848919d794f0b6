"""Relations between the entities of one paper, from the sentences that name them.

A pair of entities is considered when a sentence names both, or when one of them is a main entity
of the paper. Each piece of evidence adds its points from ``relation_points.tsv`` for a relation;
the points are log-odds, so their sum also gives the confidence. It is the share that is right among
relations between rightly found entities: on annotations left out of the fit, 43 % of those with a
confidence of 0.4 to 0.5 hold, 56 % of 0.5 to 0.6, 62, 71 and 80 % further up, 92 % from 0.9
(``benchmarks/fit_cue_points.py``).
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from extractors.cues import read_cues, sentence_cues
from ontology.names import key_tokens
from ontology.records import Mention, Paper, PaperEntity, PaperRelation
from ontology.terms import ROLE_ORDER, EntityType, RelationType, Role

_LEAST_POINTS = -6
"""Relations with fewer points, so of a confidence below 0.35, are left out: the best F1."""
_NEIGHBOURS = 12
"""A mention is paired with that many before it in its sentence, so pairs grow linearly."""
_MAIN = 3
"""So many entities of each type relate across sentences ..."""
_PARTNERS = 60
"""... with so many others, the first of the paper."""
_FAR = 15
"""Over more words than that, the cues between two mentions say nothing about them."""
_GAPS = (1, 3, 8, 17)
_SENTENCE_CUES = frozenset(
    {
        "we", "contribute", "evaluate", "evaluate on", "compare", "outperform", "trained on",
        "has parts", "contrast", "background", "%",
    }
)  # fmt: skip

_Pair = tuple[int, int]
_Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Meeting:
    """The closest mentions of two entities in one sentence, in text order; ``left`` is of ``first``.

    ``gap`` counts the words between them, ``between`` holds the entities between them.
    """

    first: int
    left: Mention
    right: Mention
    gap: int
    between: tuple[int, ...]


def find_relations(paper: Paper, entities: tuple[PaperEntity, ...]) -> tuple[PaperRelation, ...]:
    """Find the relations that a paper states between its entities, sorted, each at most once.

    The sentence of a relation is the one in which its ends stand closest; where no sentence names
    both, the first one of the abstract that names the end mentioned less often.
    """
    return tuple(
        sorted(
            (
                as_relation(weighed, 1 / (1 + math.exp(-weighed.points / 10)))
                for weighed in weigh(paper, entities)
                if weighed.points >= _LEAST_POINTS
            ),
            key=lambda item: (item.head, item.relation.value, item.tail),
        )
    )


@dataclass(frozen=True, slots=True)
class Weighed:
    """A relation that may hold, its log-odds times ten, and a mention in the sentence to show."""

    head: int
    relation: RelationType
    tail: int
    points: int
    place: Mention


def weigh(paper: Paper, entities: Sequence[PaperEntity]) -> Iterator[Weighed]:
    """Weigh every relation that the types of the pairs considered allow."""
    meetings = _meetings(paper, entities)
    for shown in _pair_evidence(paper, entities, meetings):
        head, tail = shown.head, shown.tail
        meeting = meetings.get(_sorted(head, tail))
        place = meeting.left if meeting else _rarer_mention(entities[head], entities[tail])
        for relation, label, points in _tables(
            entities[head].type.value, entities[tail].type.value
        ):
            total = sum([points.get(name, 0) for name in shown.meeting])
            for group in shown.recurring:
                total += _total(label, group)
            yield Weighed(head, relation, tail, total, place)


def as_relation(weighed: Weighed, confidence: float) -> PaperRelation:
    """The relation as a record, with the sentence of its place."""
    return PaperRelation(
        weighed.head,
        weighed.relation,
        weighed.tail,
        round(confidence, 2),
        weighed.place.field,
        weighed.place.sentence_start,
        weighed.place.sentence_end,
    )


def evidence(
    paper: Paper, entities: Sequence[PaperEntity]
) -> Iterator[tuple[_Pair, tuple[str, ...]]]:
    """Name what speaks for or against relations, for each (head, tail) that may be related."""
    for shown in _pair_evidence(paper, entities, _meetings(paper, entities)):
        recurring = (name for group in shown.recurring for name in group)
        yield (shown.head, shown.tail), (*recurring, *shown.meeting)


@dataclass(frozen=True, slots=True)
class _Evidence:
    """Names of evidence; those in ``recurring`` recur from pair to pair, so their sums are kept."""

    head: int
    tail: int
    recurring: tuple[_Names, ...]
    meeting: tuple[str, ...]


def _pair_evidence(
    paper: Paper, entities: Sequence[PaperEntity], meetings: dict[_Pair, _Meeting]
) -> Iterator[_Evidence]:
    main = _main_entities(entities)
    kinds = [entity.type.value for entity in entities]
    roles = [entity.role.value for entity in entities]
    words = [key_tokens(entity.name) for entity in entities]
    head_traits = [tuple(f"head {trait}" for trait in _traits(entity)) for entity in entities]
    tail_traits = [tuple(f"tail {trait}" for trait in _traits(entity)) for entity in entities]
    numbers = Counter(kinds)
    introduced = Counter(
        kind for kind, role in zip(kinds, roles, strict=True) if role == Role.INTRODUCES.value
    )
    for pair in _candidates(len(entities), meetings, main):
        meeting = meetings.get(pair)
        nearby = _meeting_evidence(paper, meeting) if meeting else []
        for head, tail in (pair, pair[::-1]):
            if not _tables(kinds[head], kinds[tail]):
                continue
            ranks = main.get(head, _MAIN), main.get(tail, _MAIN)
            counts = numbers[kinds[head]], numbers[kinds[tail]], introduced[kinds[head]]
            recurring = (
                _standing(roles[head], roles[tail], ranks, counts, meeting is not None),
                head_traits[head],
                tail_traits[tail],
                _name_evidence(words[head], words[tail]),
            )
            ordered: list[str] = []
            if meeting:
                order = "head first, " if meeting.first == head else "tail first, "
                between = {kinds[position] for position in meeting.between}
                if kinds[head] in between:
                    ordered.append(order + "another head between")
                if kinds[tail] in between:
                    ordered.append(order + "another tail between")
                ordered += [order + name for name in nearby]
            yield _Evidence(head, tail, recurring, tuple(ordered))


@lru_cache(maxsize=50_000)
def _standing(
    head_role: str, tail_role: str, ranks: _Pair, counts: tuple[int, int, int], together: bool
) -> _Names:
    where = "together" if together else "apart"
    heads, tails, introduced = counts
    return (
        "any",
        f"{head_role} {tail_role}",
        f"heads: {min(heads, 5)}",
        f"tails: {min(tails, 5)}",
        f"introduced: {min(introduced, 3)}",
        f"rank of head: {ranks[0]}",
        f"rank of tail: {ranks[1]}",
        where,
        f"{where}, {head_role} {tail_role}",
        f"{where}, {ranks[0]} {ranks[1]}",
    )


def _traits(entity: PaperEntity) -> Iterator[str]:
    yield "in title" if entity.mentions[0].field == "title" else "not in title"
    number = len(entity.mentions)
    yield (
        "mentioned once" if number == 1 else "mentioned often" if number > 3 else "mentioned twice"
    )
    if any(character.isupper() for character in entity.mentions[0].surface[1:]):
        yield "proper"


def _name_evidence(head: _Names, tail: _Names) -> _Names:
    found: list[str] = []
    if len(tail) < len(head):
        if head[-len(tail) :] == tail:
            found.append("head ends in tail")
        elif set(tail) <= set(head):
            found.append("head holds tail")
    elif set(head) < set(tail):
        found.append("tail holds head")
    if head[-1:] == tail[-1:]:
        found.append("same last word")
    return tuple(found)


def _meeting_evidence(paper: Paper, meeting: _Meeting) -> list[str]:
    left, right = meeting.left, meeting.right
    text = paper.text(left.field)
    cued = read_cues(text)
    first, last = cued.span(left.sentence_start, left.sentence_end)
    begin, left_end = cued.span(left.start, left.end)
    right_begin, right_end = cued.span(right.start, right.end)
    names = [
        f"gap: {bisect_left(_GAPS, meeting.gap)}",
        f"others between: {min(len(meeting.between), 3)}",
    ]
    if left.field == "title":
        names.append("title")
    if meeting.gap <= _FAR:
        names += [f"between: {cue}" for cue in cued.within(left_end, right_begin)]
    names += [f"before: {cue}" for cue in cued.before(first, begin).adjacent]
    names += [f"behind: {cue}" for cue in cued.after(right_end, last).adjacent]
    sentence = sentence_cues(text, left.sentence_start, left.sentence_end)
    names += [f"sentence: {cue}" for cue in sentence & _SENTENCE_CUES]
    return names


def _main_entities(entities: Sequence[PaperEntity]) -> dict[int, int]:
    """The first entities of each type by role, title and number of mentions, with their rank."""
    ranks: dict[int, int] = {}
    for kind in EntityType:
        ordered = sorted(
            (position for position, entity in enumerate(entities) if entity.type is kind),
            key=lambda position: (
                ROLE_ORDER[entities[position].role],
                entities[position].mentions[0].field != "title",
                -len(entities[position].mentions),
                position,
            ),
        )
        ranks.update({position: rank for rank, position in enumerate(ordered[:_MAIN])})
    return ranks


def _candidates(number: int, meetings: dict[_Pair, _Meeting], main: dict[int, int]) -> list[_Pair]:
    pairs = set(meetings)
    for position in main:
        for partner in range(min(number, _PARTNERS)):
            if partner != position:
                pairs.add(_sorted(position, partner))
    return sorted(pairs)


def _meetings(paper: Paper, entities: Sequence[PaperEntity]) -> dict[_Pair, _Meeting]:
    """Where entities stand closest together in one sentence."""
    placed = sorted(
        (
            (mention.field != "title", mention.start, mention, position)
            for position, entity in enumerate(entities)
            for mention in entity.mentions
        ),
        key=lambda item: item[:2],
    )
    spans = [
        read_cues(paper.text(mention.field)).span(mention.start, mention.end)
        for _, _, mention, _ in placed
    ]
    closest: dict[_Pair, _Meeting] = {}
    for later, (_, _, right, second) in enumerate(placed):
        for earlier in range(later - 1, max(later - _NEIGHBOURS, 0) - 1, -1):
            _, _, left, first = placed[earlier]
            if (left.field, left.sentence_start) != (right.field, right.sentence_start):
                break
            gap = spans[later][0] - spans[earlier][1]
            pair = _sorted(first, second)
            if first != second and (pair not in closest or gap < closest[pair].gap):
                closest[pair] = _Meeting(
                    first,
                    left,
                    right,
                    gap,
                    tuple(placed[at][3] for at in range(earlier + 1, later)),
                )
    return closest


def _rarer_mention(head: PaperEntity, tail: PaperEntity) -> Mention:
    rarer = tail if len(tail.mentions) <= len(head.mentions) else head
    return next(
        (mention for mention in rarer.mentions if mention.field == "abstract"), rarer.mentions[0]
    )


def _sorted(one: int, other: int) -> _Pair:
    return (one, other) if one < other else (other, one)


@cache
def _tables(head: str, tail: str) -> tuple[tuple[RelationType, str, dict[str, int]], ...]:
    """The relations that may hold between two entity types, with label and points."""
    return tuple(
        (relation, relation.value, read_points()[relation.value])
        for relation in RelationType
        if relation.allows(EntityType(head), EntityType(tail))
    )


@lru_cache(maxsize=50_000)
def _total(relation: str, names: _Names) -> int:
    table = read_points()[relation]
    return sum(table.get(name, 0) for name in names)


@cache
def read_points() -> dict[str, dict[str, int]]:
    """Points of each named evidence, by relation, from ``relation_points.tsv``."""
    text = (files("extractors.words") / "relation_points.tsv").read_text(encoding="utf-8")
    points: dict[str, dict[str, int]] = {relation.value: {} for relation in RelationType}
    for line in text.splitlines():
        if not line.startswith("#"):
            relation, name, number = line.split("\t")
            points[relation][name] = int(number)
    return points
