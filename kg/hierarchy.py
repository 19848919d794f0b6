"""What is narrower than what: steps from a term to a broader one, put together without a cycle.

Three sources propose steps. The vocabulary lists them. Papers state them, in relations of the kind
``is-a``. And the head of a name tells them: medical image segmentation is a kind of segmentation.
A step is left out where it would close a cycle, or where steps before it already lead from the one
term to the other; steps of the vocabulary come first, then stated ones, those of more papers before
others, then heads. What papers state stays in the table ``relations``, whether its step stands here
or not.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from ontology.names import match_key, plain_text
from ontology.terms import EntityType


class StepSource(Enum):
    """Who says that a term is narrower than another, the most trusted first."""

    VOCABULARY = "vocabulary"
    STATED = "stated"
    HEAD = "head"


@dataclass(frozen=True, slots=True)
class Step:
    """A term and a broader one, as IRIs.

    ``papers`` is the number of papers that state it, 0 where the source is no paper.
    """

    narrower: str
    broader: str
    source: StepSource
    confidence: float
    papers: int = 0


@dataclass(frozen=True, slots=True)
class Named:
    """An entity as the head rule sees it; ``narrows`` where it lacks a listed broader term."""

    iri: str
    type: EntityType
    name: str
    papers: int
    listed: bool
    narrows: bool


HEAD_CONFIDENCE: dict[EntityType, float] = {
    EntityType.MODALITY: 0.95,
    EntityType.METHOD: 0.89,
    EntityType.TASK: 0.84,
}
"""How often the head of a name is a broader term of it, as ``benchmarks/head_rule.py`` measures on
the entries of the vocabulary. The names of datasets have no heads: Fashion-MNIST is no MNIST."""

HEAD_PAPERS = 5
"""Papers that an unlisted term must have before it is taken for the head of other names."""

_RANK = {source: rank for rank, source in enumerate(StepSource)}
_LINK_WORD = re.compile(
    r"(?:^| )(?:and|as|at|by|for|from|in|into|of|on|or|over|per|than|through|to|towards?|under|using"
    r"|via|with|within|without)(?= |$)",
    re.IGNORECASE,
)


def hierarchy(steps: Iterable[Step]) -> list[Step]:
    """Choose the steps that stand; the result has no cycle and does not depend on order.

    >>> up = Step("b", "c", StepSource.VOCABULARY, 1.0)
    >>> closing = Step("c", "b", StepSource.STATED, 0.9, papers=7)
    >>> hierarchy([closing, up, up]) == [up]
    True
    """
    parents: dict[str, list[str]] = defaultdict(list)
    chosen: list[Step] = []
    for step in sorted(steps, key=_precedence):
        closes = step.narrower in _upwards(step.broader, parents)
        if not closes and step.broader not in _upwards(step.narrower, parents):
            parents[step.narrower].append(step.broader)
            chosen.append(step)
    return chosen


def head_steps(
    entities: Iterable[Named], aliases: Iterable[tuple[str, str]], *, papers: int = HEAD_PAPERS
) -> Iterator[Step]:
    """Propose for each name that narrows the longest other name that it ends with.

    Such a name is listed, or stands in so many ``papers``; ``aliases`` are further names (IRI,
    alias) of listed entities. See :func:`heads_of` for what counts as an end.
    """
    entities = list(entities)
    known: dict[tuple[EntityType, str], Named] = {}
    by_iri = {one.iri: one for one in entities if one.listed}
    names = [(one, one.name) for one in entities if one.listed or one.papers >= papers]
    names += [(by_iri[iri], alias) for iri, alias in aliases if iri in by_iri]
    names.sort(key=lambda pair: (not pair[0].listed, -pair[0].papers, pair[0].iri))
    for one, name in names:
        known.setdefault((one.type, match_key(name)), one)
    for one in entities:
        if not one.narrows or one.type not in HEAD_CONFIDENCE:
            continue
        found = (known.get((one.type, key)) for key in heads_of(one.name))
        head = next((each for each in found if each is not None and each.iri != one.iri), None)
        if head is not None:
            yield Step(one.iri, head.iri, StepSource.HEAD, HEAD_CONFIDENCE[one.type])


def heads_of(name: str) -> Iterator[str]:
    """Keys of the ends of a name, the longest first.

    A name is cut at spaces only, for semi-supervised learning is no supervised learning. A name
    with a preposition or a conjunction has no head at its end.

    >>> list(heads_of("3D Medical Image Segmentation"))
    ['medicalimagesegmentation', 'imagesegmentation', 'segmentation']
    >>> list(heads_of("attention in vision"))
    []
    """
    plain = plain_text(name)
    if _LINK_WORD.search(plain):
        return
    words = plain.split()
    for first in range(1, len(words)):
        if key := match_key(" ".join(words[first:])):
            yield key


def _precedence(step: Step) -> tuple[int, int, float, str, str]:
    return (_RANK[step.source], -step.papers, -step.confidence, step.narrower, step.broader)


def _upwards(start: str, parents: dict[str, list[str]]) -> set[str]:
    """The term itself and all that steps lead to from it."""
    seen = {start}
    queue = [start]
    while queue:
        for parent in parents.get(queue.pop(), ()):
            if parent not in seen:
                seen.add(parent)
                queue.append(parent)
    return seen
