"""Mentions that are given (by annotators, or by another extractor) to named entities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from spacy.tokens import Doc

from extractors.entities import entities_of
from extractors.overlaps import Settled, finds_of
from ontology.records import AnnotatedPaper, Paper, PaperEntity, PaperRelation
from ontology.terms import ROLE_ORDER

_Given = Mapping[tuple[int, int, str], int]
"""Position of the entity that each mention was given with."""


def group_given(doc: Doc, annotated: AnnotatedPaper) -> AnnotatedPaper:
    """Group and name the mentions of a paper anew, whatever entities they were given as.

    ``doc`` has been read as far as its abbreviations and vocabulary. An entity has the strongest
    role and the best confidence of those it takes mentions from, and their relations; what a mention
    states about itself then is left out.
    """
    paper = annotated.paper
    given: _Given = {
        key: position
        for position, entity in reversed(list(enumerate(annotated.entities)))
        for key in _keys(entity, paper)
    }
    listed = {find[:3]: find.entry for find in reversed(finds_of(doc, ["vocabulary"]))}
    grouped = entities_of(doc, [Settled(*key, (), listed.get(key, "")) for key in sorted(given)])
    place = {
        given[key]: number
        for number, entity in reversed(list(enumerate(grouped)))
        for key in _keys(entity, paper)
    }
    return AnnotatedPaper(
        annotated.paper,
        tuple(_as_given(entity, annotated, given) for entity in grouped),
        tuple(_moved(annotated.relations, place)),
    )


def _keys(entity: PaperEntity, paper: Paper) -> Iterator[tuple[int, int, str]]:
    """Offsets in the Doc's text, and type, of each mention."""
    for mention in entity.mentions:
        shift = 0 if mention.field == "title" else len(paper.title) + 1
        yield mention.start + shift, mention.end + shift, entity.type.value


def _as_given(entity: PaperEntity, annotated: AnnotatedPaper, given: _Given) -> PaperEntity:
    origins = {given[key] for key in _keys(entity, annotated.paper)}
    found = [annotated.entities[position] for position in sorted(origins)]
    return replace(
        entity,
        role=min((one.role for one in found), key=ROLE_ORDER.__getitem__),
        confidence=max(one.confidence for one in found),
        sources=tuple(sorted({source for one in found for source in one.sources})),
    )


def _moved(relations: Sequence[PaperRelation], place: Mapping[int, int]) -> list[PaperRelation]:
    moved: dict[tuple[int, str, int], PaperRelation] = {}
    for relation in relations:
        head, tail = place.get(relation.head), place.get(relation.tail)
        if head is None or tail is None or head == tail:
            continue
        key = (head, relation.relation.value, tail)
        found = replace(relation, head=head, tail=tail)
        if key not in moved or found.confidence > moved[key].confidence:
            moved[key] = found
    return [moved[key] for key in sorted(moved)]
