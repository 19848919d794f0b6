"""What is narrower than what: steps from a term to a broader one, put together without a cycle.

Three sources propose steps. The vocabulary lists them. Papers state them, in relations of the kind
``is-a``; such a step must be likely, and be borne out by the use of its two terms. And the head of a
name tells them: medical image segmentation is a kind of segmentation. A step is left out where it
would close a cycle, or where steps before it already lead from the one term to the other; steps of
the vocabulary come first, then stated ones, those of more papers before others, then heads. What
papers state stays in the table ``relations``, whether its step stands here or not.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import chain

from ontology.names import joined_key, key_tokens, match_key, plain_text
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
    """An entity of a graph; ``placed`` where the vocabulary gives it a broader term."""

    iri: str
    type: EntityType
    name: str
    papers: int
    listed: bool
    placed: bool


HEAD_CONFIDENCE: dict[EntityType, float] = {
    EntityType.MODALITY: 0.95,
    EntityType.METHOD: 0.89,
    EntityType.TASK: 0.84,
}
"""How often the head of a name is a broader term of it, as ``benchmarks/head_rule.py`` measures on
the entries of the vocabulary. The names of datasets have no heads: Fashion-MNIST is no MNIST."""

HEAD_PAPERS = 5
"""Papers that an unlisted term must have before it is taken for the head of other names."""
HEAD_SHARE = 0.1
"""Papers that it must have for each name that ends in it: "learning" ends thousands of names and is
the whole name of hardly any."""

STATED_CONFIDENCE = 0.5
"""A stated step must be more likely right than wrong."""
STATED_SHARE = 0.05
"""Share of the papers of the narrower term that must state the step: most papers know what it is."""
STATED_PLACED = 2
"""Papers that must state a step for a term that the vocabulary has placed already."""

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


def stated_steps(
    stated: Iterable[tuple[str, str, float, int]], entities: Iterable[Named]
) -> Iterator[Step]:
    """Choose among stated steps, given as (narrower, broader, confidence, papers).

    Left out are those below ``STATED_CONFIDENCE`` or stated by too few papers; those to a term in
    fewer papers than the narrower one; and those to an end of the name that is not its head, such
    as Fashion-MNIST under MNIST.
    """
    by_iri = {one.iri: one for one in entities}
    for narrower, broader, confidence, papers in stated:
        low, high = by_iri[narrower], by_iri[broader]
        wanted = max(STATED_PLACED if low.placed else 1, STATED_SHARE * low.papers)
        if (
            confidence >= STATED_CONFIDENCE
            and papers >= wanted
            and high.papers >= low.papers
            and not _ends_without_head(low.name, high.name)
        ):
            yield Step(narrower, broader, StepSource.STATED, confidence, papers)


def head_steps(entities: Iterable[Named], aliases: Iterable[tuple[str, str]]) -> Iterator[Step]:
    """Propose for each entity that is not placed the longest other name that its name ends with.

    That name is listed or in use (``HEAD_PAPERS``, ``HEAD_SHARE``); ``aliases`` are further names
    (IRI, alias) of listed entities. See :func:`heads_of` for what counts as an end.
    """
    heads = [(one, tuple(heads_of(one.name))) for one in entities if one.type in HEAD_CONFIDENCE]
    known = _known_names(heads, aliases)
    for one, keys in heads:
        if one.placed:
            continue
        found = (known.get((one.type, key)) for key in keys)
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
    if name.isascii() and len(name.split()) < 2:
        return
    plain = plain_text(name)
    if _LINK_WORD.search(plain):
        return
    words = [key_tokens(word) for word in plain.split()]
    text = "".join(chain.from_iterable(words))
    if text.isalpha():  # no key has digits to part: each is an end of the whole
        start = 0
        for word in words[:-1]:
            start += sum(map(len, word))
            if start < len(text):
                yield text[start:]
        return
    for first in range(1, len(words)):
        if key := joined_key(chain.from_iterable(words[first:])):
            yield key


def _known_names(
    heads: Sequence[tuple[Named, tuple[str, ...]]], aliases: Iterable[tuple[str, str]]
) -> dict[tuple[EntityType, str], Named]:
    """The entities that may stand above others, by type and key of each of their names."""
    listed = {one.iri: one for one, _ in heads if one.listed}
    named = [
        (one, match_key(one.name)) for one, _ in heads if one.listed or one.papers >= HEAD_PAPERS
    ]
    named += [(listed[iri], match_key(alias)) for iri, alias in aliases if iri in listed]
    named.sort(key=lambda pair: (not pair[0].listed, -pair[0].papers, pair[0].iri))
    wanted = {kind: {key for one, key in named if one.type is kind} for kind in HEAD_CONFIDENCE}
    ends = Counter(
        (one.type, key) for one, keys in heads for key in wanted[one.type].intersection(keys)
    )
    known: dict[tuple[EntityType, str], Named] = {}
    for one, key in named:
        if one.listed or one.papers >= HEAD_SHARE * ends[one.type, key]:
            known.setdefault((one.type, key), one)
    return known


def _ends_without_head(name: str, end: str) -> bool:
    key = match_key(end)
    return match_key(name).endswith(key) and key not in heads_of(name)


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
