"""Roles and relations as the trained model judges them, the rules' where it has no say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from spacy.tokens import Doc

from extractors.relations import find_relations, places
from extractors.roles import assign_roles
from extractors.tag_decoding import Floats, log_probabilities
from extractors.tagger import Reading, Tagger
from ontology.records import Paper, PaperEntity, PaperRelation
from ontology.terms import EntityType, RelationType, Role

LEAST = 0.4
"""Relations less probable are left out: the best F1 on training annotations not trained on."""

_COLUMN = {relation: column for column, relation in enumerate(RelationType)}


def judge_roles(doc: Doc, tagger: Tagger) -> Doc:
    """Give every entity in ``doc.user_data["entities"]`` the role the model finds likeliest."""
    paper: Paper = doc.user_data["paper"]
    entities = assign_roles(paper, doc.user_data["entities"])
    vectors = [_vectors(paper, entity, doc.user_data["reading"]) for entity in entities]
    seen = [position for position, found in enumerate(vectors) if len(found)]
    judged = list(entities)
    if seen:
        shares = tagger.roles(
            np.stack([vectors[position].max(axis=0) for position in seen]),
            np.stack([vectors[position][0] for position in seen]),
            [entities[position].type for position in seen],
        )
        for position, row in zip(seen, shares, strict=True):
            judged[position] = replace(entities[position], role=tuple(Role)[int(row.argmax())])
    doc.user_data["entities"] = tuple(judged)
    return doc


def judge_relations(doc: Doc, tagger: Tagger) -> Doc:
    """Write the relations that the model finds to ``doc.user_data["relations"]``.

    The pairs considered and the sentences shown are those of the rules. Entities without a word
    piece keep what the rules say.
    """
    paper: Paper = doc.user_data["paper"]
    entities: tuple[PaperEntity, ...] = doc.user_data["entities"]
    vectors = [_vectors(paper, entity, doc.user_data["reading"]) for entity in entities]
    unseen = {position for position, found in enumerate(vectors) if not len(found)}
    found = [
        relation
        for relation in (find_relations(paper, entities) if unseen else ())
        if {relation.head, relation.tail} & unseen
    ]
    shown = places(paper, entities)
    pairs = [
        pair
        for one, other in shown
        if not {one, other} & unseen
        for pair in ((one, other), (other, one))
    ]
    types = [entity.type for entity in entities]
    if pairs:
        width = doc.user_data["reading"].vectors.shape[1]
        merged = np.stack(
            [rows.max(axis=0) if len(rows) else np.zeros(width, np.float32) for rows in vectors]
        )
        for (head, tail), scores in tagger.relations(merged, types, pairs):
            place = shown[min(head, tail), max(head, tail)]
            for relation, share in _likely(scores, types[head], types[tail]):
                found.append(
                    PaperRelation(
                        head,
                        relation,
                        tail,
                        round(share, 2),
                        place.field,
                        place.sentence_start,
                        place.sentence_end,
                    )
                )
    doc.user_data["relations"] = tuple(
        sorted(found, key=lambda item: (item.head, item.relation.value, item.tail))
    )
    return doc


def _likely(scores: Floats, head: EntityType, tail: EntityType) -> Iterator[tuple[RelationType, float]]:
    """Relations between two types that are probable enough, with their probabilities."""
    columns = [0]
    allowed = [relation for relation in RelationType if relation.allows(head, tail)]
    columns += [1 + _COLUMN[relation] for relation in allowed]
    shares = np.exp(log_probabilities(scores[columns]))
    for relation, share in zip(allowed, shares[1:], strict=True):
        if share >= LEAST:
            yield relation, float(share)


def _vectors(paper: Paper, entity: PaperEntity, reading: Reading) -> Floats:
    """Vectors of an entity's mentions, in their order; those without a piece are left out."""
    shift = len(paper.title) + 1
    rows = []
    for mention in entity.mentions:
        base = 0 if mention.field == "title" else shift
        row = reading.within(mention.start + base, mention.end + base)
        if row is not None:
            rows.append(row)
    return np.array(rows, dtype=np.float32)
