"""All names of a corpus to entities: the cascade, one type a name, and the user's decisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from kg.curation import Decision, Verb
from kg.one_type import TwoTypes, TypedEntity, settle_types
from kg.resolve import (
    Definition,
    MergeReason,
    Name,
    NameCount,
    Resolution,
    Resolutions,
    resolve_name,
    resolve_names,
)
from ontology.identifiers import entity_iri
from ontology.names import match_key
from ontology.terms import EntityType
from ontology.vocabulary.reader import Vocabulary


@dataclass(frozen=True, slots=True)
class CorpusNames:
    """The entity of every name, the names that are none, and decisions that met nothing.

    ``two_types`` are the names that papers use as several types, with what became of them.
    """

    resolutions: Resolutions
    blocked: frozenset[Name]
    two_types: tuple[TwoTypes, ...]
    unmatched: tuple[Decision, ...]


def resolve_corpus(
    names: Iterable[NameCount],
    definitions: Iterable[Definition],
    vocabulary: Vocabulary,
    decisions: Iterable[Decision] = (),
) -> CorpusNames:
    """Resolve every name of a corpus; the result does not depend on the order of the input."""
    names, decisions = list(names), list(decisions)
    apart = {one.key for one in decisions if one.verb is Verb.SPLIT}
    resolutions = resolve_names(names, definitions, vocabulary, apart)
    settled = _settled(names, resolutions, decisions)
    resolutions = _moved(resolutions, _into_one_type(settled, resolutions))
    resolutions, blocked, unmatched = _decided(resolutions, decisions, vocabulary)
    return CorpusNames(resolutions, blocked, tuple(settled), unmatched)


def _settled(
    names: Iterable[NameCount], resolutions: Resolutions, decisions: Iterable[Decision]
) -> list[TwoTypes]:
    """Names of several types, without those whose type the user decides."""
    by_hand = {one.key[1] for one in decisions if one.verb in (Verb.RETYPE, Verb.SPLIT)}
    papers: Counter[str] = Counter()
    for one in names:
        papers[resolutions[one.type, one.name].iri] += one.papers
    entities = {one.iri: one for one in resolutions.values()}
    keys = {iri: match_key(one.name) for iri, one in entities.items()}
    owners = Counter(keys.values())
    return settle_types(
        TypedEntity(iri, entities[iri].type, key, papers[iri], entities[iri].entry is not None)
        for iri, key in keys.items()
        if key and owners[key] > 1 and key not in by_hand
    )


def _into_one_type(settled: Iterable[TwoTypes], resolutions: Resolutions) -> dict[str, Resolution]:
    entities = {one.iri: one for one in resolutions.values()}
    moves = {}
    for pair in settled:
        if not pair.real:
            alike = pair.entity.type is pair.other.type
            reason = MergeReason.SPELLING if alike else MergeReason.OTHER_TYPE
            moves[pair.entity.iri] = replace(entities[pair.other.iri], reason=reason)
    return moves


def _moved(resolutions: Resolutions, moves: dict[str, Resolution]) -> Resolutions:
    """Give the names of each entity that moves to the entity it moves to."""
    return (
        {name: moves.get(one.iri, one) for name, one in resolutions.items()}
        if moves
        else resolutions
    )


def _decided(
    resolutions: Resolutions, decisions: Sequence[Decision], vocabulary: Vocabulary
) -> tuple[Resolutions, frozenset[Name], tuple[Decision, ...]]:
    """Apply decisions about entities; splits have been applied before."""
    if not decisions:
        return resolutions, frozenset(), ()
    by_key = {
        (kind, match_key(name)): (kind, name) for kind, name in sorted(resolutions, key=_plain)
    }
    present = {one.iri for one in resolutions.values()}
    blocked: set[str] = set()
    unmatched: list[Decision] = []
    verbs = (Verb.SPLIT, Verb.RETYPE, Verb.BLOCK, Verb.MERGE, Verb.RENAME)
    for one in sorted(
        decisions, key=lambda one: (verbs.index(one.verb), one.type.value, one.key[1])
    ):
        entity = _meant(one.type, one.name, resolutions, by_key, vocabulary)
        if entity is None or entity.iri not in present:
            unmatched.append(one)
            continue
        match one.verb:
            case Verb.SPLIT:
                continue
            case Verb.BLOCK:
                blocked.add(entity.iri)
                continue
            case Verb.RETYPE:
                target = resolve_name(EntityType(one.target), entity.name, vocabulary)
            case Verb.MERGE:
                target = _meant(
                    one.type, one.target, resolutions, by_key, vocabulary
                ) or resolve_name(one.type, one.target, vocabulary)
            case Verb.RENAME:
                if entity_iri(one.type, one.target) in present - {entity.iri}:
                    unmatched.append(one)  # another entity has that name: a merge, not a name
                    continue
                target = replace(entity, name=one.target)
        moved = replace(target, reason=MergeReason.DECISION)
        resolutions = _moved(resolutions, {entity.iri: moved})
        present = (present - {entity.iri}) | {moved.iri}
    gone = frozenset(name for name, one in resolutions.items() if one.iri in blocked)
    left = {name: one for name, one in resolutions.items() if name not in gone}
    return left, gone, tuple(unmatched)


def _plain(name: Name) -> tuple[str, str]:
    return name[0].value, name[1]


def _meant(
    kind: EntityType,
    name: str,
    resolutions: Resolutions,
    by_key: dict[Name, Name],
    vocabulary: Vocabulary,
) -> Resolution | None:
    """The entity that a decision names: by a name of a paper, else by the vocabulary or its own."""
    if (form := by_key.get((kind, match_key(name)))) is not None:
        return resolutions[form]
    iri = resolve_name(kind, name, vocabulary).iri
    return next((one for one in resolutions.values() if one.iri == iri), None)
