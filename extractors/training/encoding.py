"""Annotated papers as tensors' raw material: windows of word pieces, and what to say of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from tokenizers import Tokenizer

from extractors.pieces import Pieces, Window, cut, marks, windows
from extractors.tag_decoding import TAGS, Floats
from ontology.records import AnnotatedPaper, Mention, Paper, PaperEntity
from ontology.terms import EntityType, RelationType, Role

_TYPES, _ROLES, _RELATIONS = tuple(EntityType), tuple(Role), tuple(RelationType)

Spans = tuple[tuple[int, int], ...]
"""Mentions of one entity as pieces, both ends inclusive, in text order."""


@dataclass(frozen=True, slots=True)
class TrainingPaper:
    """What the network sees of a paper and what it should say.

    ``mentions`` and ``types`` (indices) describe the entities. Probabilities to learn are ``tags``
    (pieces, tags), ``roles`` (entities, roles) and ``relations`` (pairs of :func:`pairs_of`, no
    relation and the nine); annotated papers have only 0 and 1 there.
    """

    windows: tuple[Window, ...]
    title: int
    mentions: tuple[Spans, ...]
    types: tuple[int, ...]
    tags: Floats
    roles: Floats
    relations: Floats


def encode(annotated: AnnotatedPaper, tokenizer: Tokenizer) -> TrainingPaper:
    """Align a paper's annotations with its word pieces.

    Mentions that begin or end within a piece are left out, so are entities without any other, and
    their relations. Where mentions overlap the longer one is tagged.
    """
    pieces = cut(annotated.paper, tokenizer)
    entities, place = aligned(annotated.paper, annotated.entities, pieces)
    types = tuple(_TYPES.index(annotated.entities[position].type) for position in place)
    roles = [_ROLES.index(annotated.entities[position].role) for position in place]
    pairs = {pair: row for row, pair in enumerate(pairs_of(len(entities)))}
    columns = np.zeros(len(pairs), dtype=np.int64)
    for item in annotated.relations:
        if item.head in place and item.tail in place and item.head != item.tail:
            row = pairs[place[item.head], place[item.tail]]
            columns[row] = 1 + _RELATIONS.index(item.relation)
    return TrainingPaper(
        windows=tuple(windows(pieces, *marks(tokenizer))),
        title=pieces.title,
        mentions=entities,
        types=types,
        tags=_certain(_tags(len(pieces.ids), entities, types), len(TAGS)),
        roles=_certain(roles, len(_ROLES)),
        relations=_certain(columns, 1 + len(_RELATIONS)),
    )


def aligned(
    paper: Paper, entities: Sequence[PaperEntity], pieces: Pieces
) -> tuple[tuple[Spans, ...], dict[int, int]]:
    """Mentions as pieces, of the entities that have any; and where each of those stands there."""
    starts = {start: index for index, start in enumerate(pieces.starts)}
    ends = {end: index for index, end in enumerate(pieces.ends)}

    def span(mention: Mention) -> tuple[int, int] | None:
        shift = 0 if mention.field == "title" else len(paper.title) + 1
        first, last = starts.get(mention.start + shift), ends.get(mention.end + shift)
        return (first, last) if first is not None and last is not None and first <= last else None

    found = [
        tuple(one for mention in entity.mentions if (one := span(mention)) is not None)
        for entity in entities
    ]
    kept = [position for position, spans in enumerate(found) if spans]
    place = {position: index for index, position in enumerate(kept)}
    return tuple(found[position] for position in kept), place


def pairs_of(count: int) -> list[tuple[int, int]]:
    """All (head, tail) among so many entities, in order.

    >>> pairs_of(2)
    [(0, 1), (1, 0)]
    """
    return [(head, tail) for head in range(count) for tail in range(count) if head != tail]


def held_out(paper: str) -> bool:
    """Tell by its id whether a paper belongs to the tenth that is not trained on."""
    return int(hashlib.sha256(paper.encode()).hexdigest(), 16) % 10 == 0


def _tags(length: int, entities: Sequence[Spans], types: Sequence[int]) -> list[int]:
    tags = [0] * length
    spans = {
        (first, last, kind)
        for mentions, kind in zip(entities, types, strict=True)
        for first, last in mentions
    }
    for first, last, kind in sorted(spans, key=lambda span: (span[0] - span[1], span)):
        if not any(tags[first : last + 1]):
            begin = TAGS.index(f"B-{_TYPES[kind].value}")
            tags[first : last + 1] = [begin] + [begin + 1] * (last - first)
    return tags


def _certain(columns: Iterable[int], width: int) -> Floats:
    certain: Floats = np.eye(width, dtype=np.float32)[np.array([*columns], dtype=np.int64)]
    return certain
