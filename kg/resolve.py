"""Names of all papers to entities: which names are one entity, what it is called, and why.

A name goes through a cascade; the first step that knows it decides:

1. the vocabulary owns one of its spellings;
2. the vocabulary owns the name with its words put in plain order ("classification of images");
3. the vocabulary owns the name without a generic head ("EEG signals", "Cityscapes dataset");
4. the vocabulary owns the name with its acronyms written out ("MCMC sampling");
5. it is an acronym that most papers which define it spell out as one long form;
6. its spelling, folded and its acronyms written out, meets other spellings of the same type;
7. with a misspelt word put right, it is a name that the steps above know or other papers use.

Steps 1 to 4 and 6 look at the name alone, so one name resolves alike in every corpus; steps 5 and 7
need other papers. Names of two types do not merge here (:mod:`kg.one_type` decides those), nor names
that differ in a digit, a sign or a word.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from enum import Enum

from kg.misspellings import corrected, corrections
from kg.written_out import written_out
from ontology.identifiers import entity_iri
from ontology.names import (
    abbreviates,
    key_tokens,
    match_key,
    plain_text,
    reordered,
    without_generic_head,
)
from ontology.terms import EntityType
from ontology.vocabulary.reader import Entry, Vocabulary, never_merged

ACRONYM = r"[A-Za-z0-9-]*[A-Z]{2}[A-Za-z0-9-]*"
"""Forms that may stand for a name of several words, as a regular expression of Python and DuckDB ..."""
ACRONYM_LENGTH = 12
"""... and their greatest length."""
ACRONYM_SUPPORT = 2
"""Papers that must define an acronym before other papers' undefined uses follow them."""
ACRONYM_SHARE = 0.8
"""Share of an acronym's definitions that must agree on one long form."""
SHORT_ACRONYM_SUPPORT = 10
"""Papers that must define an acronym of two letters: SE, NP and AI stand for too many things."""


class MergeReason(Enum):
    """The step of the cascade that decided."""

    VOCABULARY = "vocabulary"
    WORD_ORDER = "word-order"
    GENERIC_HEAD = "generic-head"
    WRITTEN_OUT = "written-out"
    ACRONYM = "acronym"
    SPELLING = "spelling"
    MISSPELLING = "misspelling"
    OTHER_TYPE = "other-type"
    DECISION = "decision"


@dataclass(frozen=True, slots=True)
class NameCount:
    """A name of one type with the number of papers that use it."""

    type: EntityType
    name: str
    papers: int


@dataclass(frozen=True, slots=True)
class Definition:
    """An acronym that ``papers`` papers define as ``long_form``."""

    type: EntityType
    acronym: str
    long_form: str
    papers: int


@dataclass(frozen=True, slots=True)
class Resolution:
    """The entity that a name belongs to, with the reason."""

    type: EntityType
    name: str
    iri: str
    reason: MergeReason
    entry: Entry | None = None


Name = tuple[EntityType, str]
"""Type and name as a paper gives them."""
NameKey = tuple[EntityType, str]
"""Type and folded key of a name."""
Resolutions = dict[Name, Resolution]


def resolve_name(kind: EntityType, name: str, vocabulary: Vocabulary) -> Resolution:
    """Resolve one name on its own, without a corpus (steps 1 to 4 and 6).

    An unlisted name files under its own plain text, and under the IRI that this has with its
    acronyms written out.
    """
    plain = plain_text(name)
    written = written_out(plain, vocabulary)
    readings = (
        (MergeReason.VOCABULARY, name),
        (MergeReason.WORD_ORDER, reordered(name) if kind is EntityType.TASK else ""),
        (MergeReason.GENERIC_HEAD, without_generic_head(kind, name)),
        (MergeReason.WRITTEN_OUT, written),
    )
    for reason, candidate in readings:
        if candidate and (entry := vocabulary.find(kind, candidate)) is not None:
            return Resolution(kind, entry.name, entry.iri, reason, entry)
    if kind is EntityType.TASK and (swapped := reordered(plain)):
        written = written_out(swapped, vocabulary) or swapped
    iri = entity_iri(kind, written or plain or name)
    return Resolution(kind, plain or name, iri, MergeReason.SPELLING)


def resolve_names(
    names: Iterable[NameCount],
    definitions: Iterable[Definition],
    vocabulary: Vocabulary,
    apart: AbstractSet[NameKey] = frozenset(),
) -> Resolutions:
    """Resolve every name of a corpus; the result does not depend on the order of the input.

    Names whose type and folded key are ``apart`` merge with nothing but their own spellings. Among
    the spellings of an unlisted entity the one that most papers use becomes its name, ties going to
    the first by code point.
    """
    names = list(names)
    long_forms = majority_long_forms(definitions)
    resolved: dict[Name, Resolution] = {}
    for one in names:
        key = (one.type, match_key(one.name))
        if key in apart:
            resolved[one.type, one.name] = _by_itself(one.type, one.name)
            continue
        resolution = resolve_name(one.type, one.name, vocabulary)
        long_form = long_forms.get(key)
        if resolution.entry is None and long_form and not _distinct(one, long_form):
            target = resolve_name(one.type, long_form, vocabulary)
            resolution = replace(target, reason=MergeReason.ACRONYM)
        resolved[one.type, one.name] = resolution
    _correct(resolved, names, vocabulary, apart)
    groups: dict[tuple[EntityType, str], list[NameCount]] = defaultdict(list)
    for one in names:
        resolution = resolved[one.type, one.name]
        if resolution.entry is None:
            groups[one.type, resolution.iri].append(one)
    for (kind, _), members in groups.items():
        if len(members) > 1:
            name = _display_name(kind, members, resolved)
            for one in members:
                resolved[kind, one.name] = replace(resolved[kind, one.name], name=name)
    return resolved


def _by_itself(kind: EntityType, name: str) -> Resolution:
    plain = plain_text(name) or name
    return Resolution(kind, plain, entity_iri(kind, plain), MergeReason.DECISION)


def _distinct(one: NameCount, other: str) -> bool:
    return (one.type, frozenset({match_key(one.name), match_key(other)})) in never_merged()


def _correct(
    resolved: dict[Name, Resolution],
    names: Iterable[NameCount],
    vocabulary: Vocabulary,
    apart: AbstractSet[NameKey],
) -> None:
    """Let misspelt names follow the names they mean."""
    known = {word for entry in vocabulary for name in entry.names for word in name.split()}
    words = corrections(((one.name, one.papers) for one in names), known)
    if not words:
        return
    used = {resolution.iri for resolution in resolved.values()}
    for one in names:
        right = corrected(one.name, words)
        own = resolved[one.type, one.name]
        if not right or own.entry is not None or (one.type, match_key(one.name)) in apart:
            continue
        if _distinct(one, right):
            continue
        meant = resolve_name(one.type, right, vocabulary)
        if meant.entry is not None or (meant.iri in used and meant.iri != own.iri):
            resolved[one.type, one.name] = replace(meant, reason=MergeReason.MISSPELLING)


def majority_long_forms(
    definitions: Iterable[Definition],
) -> Mapping[NameKey, str]:
    """Long form of each acronym that papers define nearly always alike, by type and acronym key.

    Long forms that differ only in spelling count together; the most used spelling is returned.
    """
    found: dict[NameKey, str] = {}
    for key, votes in long_form_votes(definitions).items():
        winner, papers = min(votes.items(), key=lambda item: (-item[1], item[0]))
        needed = ACRONYM_SUPPORT if len(key[1]) > 2 else SHORT_ACRONYM_SUPPORT
        if papers >= max(needed, ACRONYM_SHARE * votes.total()) and abbreviates(key[1], winner):
            found[key] = winner
    return found


def long_form_votes(definitions: Iterable[Definition]) -> dict[NameKey, Counter[str]]:
    """Papers that define each acronym as each long form, in its most used spelling."""
    votes: dict[NameKey, Counter[str]] = defaultdict(Counter)
    spellings: dict[NameKey, Counter[str]] = defaultdict(Counter)
    for one in definitions:
        long_key = match_key(one.long_form)
        votes[one.type, match_key(one.acronym)][long_key] += one.papers
        spellings[one.type, long_key][one.long_form] += one.papers
    best = {
        key: min(forms, key=lambda form: (-forms[form], form)) for key, forms in spellings.items()
    }
    return {
        (kind, acronym): Counter({best[kind, long]: papers for long, papers in counts.items()})
        for (kind, acronym), counts in votes.items()
    }


def _display_name(
    kind: EntityType,
    members: Iterable[NameCount],
    resolved: Mapping[tuple[EntityType, str], Resolution],
) -> str:
    votes: Counter[str] = Counter()
    for one in members:
        votes[resolved[kind, one.name].name] += one.papers
    return min(votes, key=lambda name: (-votes[name], len(key_tokens(name)), name))
