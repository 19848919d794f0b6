"""One name, one entity: a name that papers use as two types is one thing, unless both are real.

Which type holds follows from the vocabulary and from how many papers use the name as each. A name
whose second type has papers enough (PCA, a method; PCA, a disease) stays two entities. Entities of one
type and one name (MOT 2017, MOT2017: only the first has an acronym to write out) are always one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ontology.terms import EntityType

REAL_PAPERS = 3
"""Papers that must use a name as its second type ..."""
REAL_SHARE = 0.25
"""... and share of all papers with the name, for the second type to be real, too."""
CONTRARY_SHARE = 0.5
"""The same share where the vocabulary lists the name as the other type only."""

_ORDER = {kind: place for place, kind in enumerate(EntityType)}


@dataclass(frozen=True, slots=True)
class TypedEntity:
    """An entity as papers use it: ``key`` is its name's, without the type."""

    iri: str
    type: EntityType
    key: str
    papers: int
    listed: bool


@dataclass(frozen=True, slots=True)
class TwoTypes:
    """Two entities of one name: the first goes up in the second, or both are ``real``.

    They are of two types, save where one type has several entities of the name.
    """

    entity: TypedEntity
    other: TypedEntity
    real: bool


def settle_types(entities: Iterable[TypedEntity]) -> list[TwoTypes]:
    """Decide each name of several entities; by the entity's IRI, whatever the order of the input.

    Listed types lead, by papers; then the others, by papers, ties by the order of the types.
    """
    by_key: defaultdict[str, list[TypedEntity]] = defaultdict(list)
    for one in entities:
        by_key[one.key].append(one)
    decided = []
    for rivals in by_key.values():
        if len(rivals) < 2:
            continue
        types: dict[EntityType, list[TypedEntity]] = {}
        for one in sorted(rivals, key=lambda one: (not one.listed, -one.papers, one.iri)):
            types.setdefault(one.type, []).append(one)
        whole = [
            replace(members[0], papers=sum(one.papers for one in members))
            for members in types.values()
        ]
        first, *others = sorted(
            whole, key=lambda one: (not one.listed, -one.papers, _ORDER[one.type])
        )
        papers = sum(one.papers for one in whole)
        pairs = [TwoTypes(one, first, _is_real(one, first, papers)) for one in others]
        moved = {pair.entity.type for pair in pairs if not pair.real}
        decided += pairs
        decided += [
            TwoTypes(one, first if one.type in moved else leader, real=False)
            for leader, *same in types.values()
            for one in same
        ]
    return sorted(decided, key=lambda pair: pair.entity.iri)


def _is_real(one: TypedEntity, first: TypedEntity, papers: int) -> bool:
    if one.listed:
        return True
    needed = CONTRARY_SHARE if first.listed else REAL_SHARE
    return one.papers >= REAL_PAPERS and one.papers >= needed * papers
