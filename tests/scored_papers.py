"""Annotated papers of one sentence, small enough to count by hand."""

from __future__ import annotations

from ontology.records import AnnotatedPaper, Mention, Origin, Paper, PaperEntity, PaperRelation
from ontology.terms import EntityType, Role

METHOD, TASK = EntityType.METHOD, EntityType.TASK
TEXT = "Foldnet predicts protein folding better than Creasenet."
ORIGIN = Origin("folds.jsonl", 3)


def entity(surface, kind=METHOD, role=Role.USES, name="", starts=None, sure=1.0):
    """An entity of ``TEXT`` with one mention a start, by default its first occurrence."""
    mentions = tuple(
        Mention("abstract", start, start + len(surface), surface, 0, len(TEXT))
        for start in starts or (TEXT.index(surface),)
    )
    return PaperEntity(kind, name or surface, (surface,), role, sure, mentions, ())


def paper(*entities, relations=(), identifier="p", text=TEXT):
    """A paper of this abstract; relations are head, kind, tail and confidence, 1 by default."""
    return AnnotatedPaper(
        Paper(identifier, "", text, origins=(("abstract", ORIGIN),)),
        entities,
        tuple(
            PaperRelation(head, relation, tail, *(sure or [1.0]), "abstract", 0, len(text))
            for head, relation, tail, *sure in relations
        ),
    )


FOLDNET = entity("Foldnet", role=Role.INTRODUCES)
FOLDING = entity("protein folding", TASK)
CREASENET = entity("Creasenet", role=Role.COMPARES)
