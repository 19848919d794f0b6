"""Which names were merged and which were kept apart, why, and how doubtful each of these is.

``doubt`` orders decisions for review, from 0 to 1; it is no probability.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kg.one_type import TwoTypes
from kg.resolve import (
    Definition,
    MergeReason,
    NameCount,
    Resolution,
    Resolutions,
    long_form_votes,
    resolve_name,
)
from ontology.names import joined_key, key_tokens, match_key
from ontology.terms import EntityType
from ontology.vocabulary.reader import Vocabulary, never_merged

MERGED, KEPT_APART = "merged", "kept-apart"

_DOUBT = {
    MergeReason.VOCABULARY: 0.05,
    MergeReason.SPELLING: 0.1,
    MergeReason.WORD_ORDER: 0.15,
    MergeReason.GENERIC_HEAD: 0.2,
    MergeReason.WRITTEN_OUT: 0.2,
    MergeReason.ACRONYM: 0.4,
    MergeReason.MISSPELLING: 0.5,
    MergeReason.OTHER_TYPE: 0.5,
    MergeReason.DECISION: 0.0,
}
_DOUBT_OF_BARE_ACRONYM = 0.6
"""Of an acronym that its paper does not define and the vocabulary spells out."""
_ACRONYM = re.compile(r"[A-Z]{2,5}s?")
_MODIFIERS = frozenset(
    """
    unsupervised supervised self semi weakly few zero one single multi cross non un 2d 3d 4d tiny
    mini dr double dueling deep shallow dual fast faster large small hierarchical conditional
    """.split()
)


@dataclass(frozen=True, slots=True)
class LoggedMerge:
    """One row of the table ``merges``, as ``ontology.tables`` describes it."""

    type: EntityType
    form: str
    entity: str
    name: str
    reason: str
    outcome: str
    other: str
    doubt: float
    papers: int


def log_merges(
    names: Iterable[NameCount],
    definitions: Iterable[Definition],
    resolutions: Resolutions,
    two_types: Iterable[TwoTypes],
    vocabulary: Vocabulary,
) -> list[LoggedMerge]:
    """Log every name that goes under another one, and every near miss, in no order."""
    counts = [one for one in names if (one.type, one.name) in resolutions]
    found = list(_merged(counts, resolutions))
    entities = _entities(counts, resolutions)
    found += _two_types(two_types, entities)
    found += _listed_pairs(entities)
    found += _ambiguous(definitions, entities, vocabulary)
    found += _alike_but_for(entities, "other-number", _without_numbers, 0.15)
    found += _alike_but_for(entities, "other-sign", _without_signs, 0.1)
    found += _with_modifier(entities)
    return found


def _merged(counts: Iterable[NameCount], resolutions: Resolutions) -> Iterator[LoggedMerge]:
    for one in counts:
        entity = resolutions[one.type, one.name]
        if (one.type, one.name) == (entity.type, entity.name):
            continue
        bare = (
            entity.reason is MergeReason.VOCABULARY
            and _ACRONYM.fullmatch(one.name)
            and " " in entity.name
        )
        yield LoggedMerge(
            type=one.type,
            form=one.name,
            entity=entity.iri,
            name=entity.name,
            reason=entity.reason.value,
            outcome=MERGED,
            other="",
            doubt=_DOUBT_OF_BARE_ACRONYM if bare else _DOUBT[entity.reason],
            papers=one.papers,
        )


@dataclass(frozen=True, slots=True)
class _Entity:
    iri: str
    type: EntityType
    name: str
    papers: int
    tokens: tuple[str, ...]
    key: str


def _entities(counts: Iterable[NameCount], resolutions: Resolutions) -> dict[str, _Entity]:
    """Entities by IRI, with the papers of all their names."""
    papers: Counter[str] = Counter()
    found: dict[str, Resolution] = {}
    for one in counts:
        entity = resolutions[one.type, one.name]
        papers[entity.iri] += one.papers
        found[entity.iri] = entity
    return {
        iri: _Entity(
            iri, one.type, one.name, papers[iri], key_tokens(one.name), match_key(one.name)
        )
        for iri, one in found.items()
    }


def _two_types(pairs: Iterable[TwoTypes], entities: Mapping[str, _Entity]) -> Iterator[LoggedMerge]:
    for pair in pairs:
        one, other = entities.get(pair.entity.iri), entities.get(pair.other.iri)
        if pair.real and one is not None and other is not None:
            yield _apart(one, other.iri, "other-type", 0.4)


def _listed_pairs(entities: Mapping[str, _Entity]) -> Iterator[LoggedMerge]:
    """Pairs that the vocabulary says never to merge."""
    by_key = {(one.type, one.key): one for one in entities.values()}
    for kind, keys in never_merged():
        pair = [by_key[kind, key] for key in sorted(keys) if (kind, key) in by_key]
        if len(pair) == 2:
            rarer, other = sorted(pair, key=lambda one: (one.papers, one.iri))
            yield _apart(rarer, other.iri, "listed-pair", 0.0)


def _ambiguous(
    definitions: Iterable[Definition], entities: Mapping[str, _Entity], vocabulary: Vocabulary
) -> Iterator[LoggedMerge]:
    """Acronyms that papers spell out in several ways, and that therefore follow none."""
    by_key = {(one.type, one.key): one for one in entities.values() if " " not in one.name}
    for (kind, acronym), votes in long_form_votes(definitions).items():
        own = by_key.get((kind, acronym))
        if own is None or len(votes) < 2:
            continue
        best = min(votes, key=lambda form: (-votes[form], form))
        other = resolve_name(kind, best, vocabulary).iri
        if other != own.iri and other in entities:
            yield _apart(own, other, "ambiguous-acronym", 0.7)


def _alike_but_for(
    entities: Mapping[str, _Entity],
    reason: str,
    rest: Callable[[Sequence[str]], str],
    doubt: float,
) -> Iterator[LoggedMerge]:
    """Entities of one type that differ in what ``rest`` leaves out, each beside the commonest."""
    # Of letters alone nothing is left out; most names are, and meet no other.
    odd = [(one, rest(one.tokens)) for one in entities.values() if not one.key.isalpha()]
    groups: defaultdict[tuple[EntityType, str], list[_Entity]] = defaultdict(list)
    for one, key in odd:
        if key:
            groups[one.type, key].append(one)
    for one in entities.values():
        if one.key.isalpha() and (members := groups.get((one.type, one.key))) is not None:
            members.append(one)
    for members in groups.values():
        if len(members) > 1:
            first, *others = sorted(members, key=lambda one: (-one.papers, one.iri))
            for one in others:
                yield _apart(one, first.iri, reason, doubt)


def _without_numbers(tokens: Sequence[str]) -> str:
    return "".join(token for token in tokens if not token[0].isdigit())


def _without_signs(tokens: Sequence[str]) -> str:
    """The key without signs, for names that keep their numbers.

    >>> _without_signs(key_tokens("U-Net++")), _without_signs(key_tokens("U-Net"))
    ('unet', 'unet')
    """
    return joined_key(token for token in tokens if token[0].isalnum())


def _with_modifier(entities: Mapping[str, _Entity]) -> Iterator[LoggedMerge]:
    """Entities whose name is another's with a distinguishing word in front."""
    by_key = {(one.type, one.key): one for one in entities.values()}
    for one in entities.values():
        tokens = one.tokens
        for length in (1, 2):
            if tokens[:1] and (tokens[0] in _MODIFIERS or "".join(tokens[:length]) in _MODIFIERS):
                rest = joined_key(tokens[length:])
                if rest and (other := by_key.get((one.type, rest))) is not None:
                    yield _apart(one, other.iri, "modifier", 0.1)
                    break


def _apart(one: _Entity, other: str, reason: str, doubt: float) -> LoggedMerge:
    return LoggedMerge(
        one.type, one.name, one.iri, one.name, reason, KEPT_APART, other, doubt, one.papers
    )
