"""Annotated papers as tensors' raw material: windows of word pieces, tags, entities, relations."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tokenizers import Tokenizer

from extractors.pieces import Window, cut, windows
from extractors.tag_decoding import TAGS
from ontology.errors import InputError
from ontology.records import AnnotatedPaper, Mention, PaperEntity
from ontology.terms import EntityType, RelationType, Role

_TYPES, _ROLES, _RELATIONS = tuple(EntityType), tuple(Role), tuple(RelationType)


class EntityTarget(NamedTuple):
    """Mentions as pieces, both ends inclusive, first mention first; indices of type and role."""

    mentions: tuple[tuple[int, int], ...]
    type: int
    role: int


@dataclass(frozen=True, slots=True)
class TrainingPaper:
    """What the network sees of a paper and what it should say.

    ``relations`` are (head, tail, column), positions among ``entities``.
    """

    windows: tuple[Window, ...]
    title: int
    tags: tuple[int, ...]
    entities: tuple[EntityTarget, ...]
    relations: tuple[tuple[int, int, int], ...]


def encode(annotated: AnnotatedPaper, tokenizer: Tokenizer) -> TrainingPaper:
    """Align a paper's annotations with its word pieces.

    Mentions that begin or end within a piece are left out, so are entities without any other, and
    their relations. Where mentions overlap the longer one is tagged.
    """
    paper = annotated.paper
    pieces = cut(paper, tokenizer)
    starts = {start: index for index, start in enumerate(pieces.starts)}
    ends = {end: index for index, end in enumerate(pieces.ends)}

    def span(mention: Mention) -> tuple[int, int] | None:
        shift = 0 if mention.field == "title" else len(paper.title) + 1
        first, last = starts.get(mention.start + shift), ends.get(mention.end + shift)
        return (first, last) if first is not None and last is not None and first <= last else None

    def target(entity: PaperEntity) -> EntityTarget:
        found = (span(mention) for mention in entity.mentions)
        mentions = tuple(one for one in found if one is not None)
        return EntityTarget(mentions, _TYPES.index(entity.type), _ROLES.index(entity.role))

    targets = [target(entity) for entity in annotated.entities]
    kept = [position for position, one in enumerate(targets) if one.mentions]
    place = {position: index for index, position in enumerate(kept)}
    begin, between = (tokenizer.token_to_id(mark) for mark in ("[CLS]", "[SEP]"))
    if begin is None or between is None:
        raise InputError("the encoder's tokenizer knows no [CLS] or [SEP]; choose a BERT")
    return TrainingPaper(
        windows=tuple(windows(pieces, begin, between)),
        title=pieces.title,
        tags=_tags(len(pieces.ids), [targets[position] for position in kept]),
        entities=tuple(targets[position] for position in kept),
        relations=tuple(
            (place[item.head], place[item.tail], 1 + _RELATIONS.index(item.relation))
            for item in annotated.relations
            if item.head in place and item.tail in place
        ),
    )


def held_out(paper: str) -> bool:
    """Tell by its id whether a paper belongs to the tenth that is not trained on."""
    return int(hashlib.sha256(paper.encode()).hexdigest(), 16) % 10 == 0


def _tags(length: int, entities: Sequence[EntityTarget]) -> tuple[int, ...]:
    tags = [0] * length
    spans = {(first, last, one.type) for one in entities for first, last in one.mentions}
    for first, last, kind in sorted(spans, key=lambda span: (span[0] - span[1], span)):
        if not any(tags[first : last + 1]):
            begin = TAGS.index(f"B-{_TYPES[kind].value}")
            tags[first : last + 1] = [begin] + [begin + 1] * (last - first)
    return tuple(tags)
