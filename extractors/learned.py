"""Roles and relations by the trained model and the rules together."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from spacy.tokens import Doc

from extractors.relations import Weighed, as_relation, weigh
from extractors.roles import assign_roles, role_points
from extractors.tag_decoding import Floats, log_probabilities
from extractors.tagger import Reading, Tagger
from ontology.records import Paper, PaperEntity
from ontology.terms import EntityType, RelationType, Role

OF_MODEL, OF_RULES, BIAS = 0.56, 0.32, -0.7
"""Weights of the log-odds of a relation by model and rules (``benchmarks/fit_confidence.py``)."""
LEAST = 0.25
"""Relations less probable are left out: the best F1 on papers not trained on."""
_SURE = 12.0
"""Bound of the model's log-odds: no probability is exactly 0 or 1."""
_COLUMN = {relation: 1 + column for column, relation in enumerate(RelationType)}


def judge_roles(doc: Doc, tagger: Tagger) -> Doc:
    """Give every entity in ``doc.user_data["entities"]`` its role.

    The model and the rules say how likely each role is; their log-odds add up. An entity without a
    word piece has the rules' role.
    """
    paper: Paper = doc.user_data["paper"]
    entities: tuple[PaperEntity, ...] = assign_roles(paper, doc.user_data["entities"])
    vectors = [entity_vectors(paper, entity, doc.user_data["reading"]) for entity in entities]
    seen = [position for position, found in enumerate(vectors) if len(found)]
    judged = list(entities)
    if seen:
        shares = tagger.roles(
            [vectors[position] for position in seen],
            [entities[position].type for position in seen],
        )
        points = role_points(paper, entities)
        for position, row in zip(seen, shares, strict=True):
            total = row + np.array(points[position], dtype=np.float32) / 10
            judged[position] = replace(entities[position], role=tuple(Role)[int(total.argmax())])
    doc.user_data["entities"] = tuple(judged)
    return doc


def judge_relations(doc: Doc, tagger: Tagger) -> Doc:
    """Write the relations of the paper to ``doc.user_data["relations"]``.

    The pairs considered and the sentences shown are those of the rules. The confidence is a weighted
    sum of the log-odds of model and rules as a probability: the share that is right of relations
    with it, found between entities that are found, too. Where an entity has no word piece it is the
    rules' alone.
    """
    found = []
    for item, learned in relation_odds(doc, tagger):
        total = item.points / 10
        if learned is not None:
            total = OF_MODEL * learned + OF_RULES * total + BIAS
        confidence = 1 / (1 + math.exp(-total))
        if confidence >= LEAST:
            found.append(as_relation(item, confidence))
    doc.user_data["relations"] = tuple(
        sorted(found, key=lambda item: (item.head, item.relation.value, item.tail))
    )
    return doc


def relation_odds(doc: Doc, tagger: Tagger) -> Iterator[tuple[Weighed, float | None]]:
    """Yield the relations that the rules consider, with their log-odds by the model.

    They are ``None`` where an entity has no word piece.
    """
    paper: Paper = doc.user_data["paper"]
    entities: tuple[PaperEntity, ...] = doc.user_data["entities"]
    vectors = [entity_vectors(paper, entity, doc.user_data["reading"]) for entity in entities]
    types = [entity.type for entity in entities]
    possible = list(weigh(paper, entities))
    pairs = list(
        dict.fromkeys(
            (item.head, item.tail)
            for item in possible
            if len(vectors[item.head]) and len(vectors[item.tail])
        )
    )
    odds = {
        (head, tail): _odds(scores, types[head], types[tail])
        for (head, tail), scores in tagger.relations(vectors, types, pairs)
    }
    for item in possible:
        judged = odds.get((item.head, item.tail))
        yield item, None if judged is None else judged[item.relation]


def _odds(scores: Floats, head: EntityType, tail: EntityType) -> dict[RelationType, float]:
    """Log-odds of each relation that two types allow."""
    allowed = [relation for relation in RelationType if relation.allows(head, tail)]
    shares = log_probabilities(scores[[0, *(_COLUMN[relation] for relation in allowed)]])
    return {
        relation: max(-_SURE, min(_SURE, share - math.log(-math.expm1(min(share, -1e-9)))))
        for relation, share in zip(allowed, shares[1:].tolist(), strict=True)
    }


def entity_vectors(paper: Paper, entity: PaperEntity, reading: Reading) -> Floats:
    """Vectors of an entity's mentions, in their order; those without a piece are left out."""
    shift = len(paper.title) + 1
    rows = []
    for mention in entity.mentions:
        base = 0 if mention.field == "title" else shift
        row = reading.within(mention.start + base, mention.end + base)
        if row is not None:
            rows.append(row)
    return np.array(rows, dtype=np.float32)
