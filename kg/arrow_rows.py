"""Records as Arrow tables, ready for the table stages and for Parquet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

import pyarrow as pa

from kg.hierarchy import Step
from kg.merge_log import LoggedMerge
from kg.resolve import MergeReason, Resolution, resolve_name
from ontology.identifiers import entity_iri, paper_iri
from ontology.names import is_bare_head, plain_text
from ontology.records import LedgerRow, Paper
from ontology.tables import ORDER, SCHEMAS
from ontology.terms import EntityType, RelationType
from ontology.vocabulary.reader import Entry, Vocabulary

Resolutions = Mapping[tuple[EntityType, str], Resolution]


def paper_table(papers: Sequence[Paper]) -> pa.Table:
    """One row a paper, in the order given."""
    rows = [
        {
            "id": paper.id,
            "iri": paper_iri(paper.id),
            "title": paper.title,
            "abstract": paper.abstract,
            "authors": list(paper.authors),
            "venue": paper.venue,
            "year": paper.year,
            "keywords": list(paper.keywords),
            "doi": paper.doi,
            "arxiv": paper.arxiv,
            "pmid": paper.pmid,
            "url": paper.url,
            "origins": [
                {"field": field, "source": origin.source, "position": origin.position}
                for field, origin in paper.origins
            ],
        }
        for paper in papers
    ]
    return pa.Table.from_pylist(rows, schema=SCHEMAS["papers"])


def ledger_table(ledger: Iterable[LedgerRow]) -> pa.Table:
    """One row a ledger entry, sorted."""
    rows = [
        {
            "source": row.origin.source,
            "position": row.origin.position,
            "reason": row.reason.value,
            "outcome": row.outcome.value,
            "paper": row.paper,
            "detail": row.detail,
        }
        for row in ledger
    ]
    rows.sort(
        key=lambda row: tuple(row[column] for column in (*ORDER["ledger"], "outcome", "paper"))
    )
    return pa.Table.from_pylist(rows, schema=SCHEMAS["ledger"])


def resolution_table(resolutions: Resolutions) -> pa.Table:
    """One row a name: ``type form entity entity_type name listed``."""
    items = list(resolutions.items())
    return pa.table(
        {
            "type": pa.array([kind.value for (kind, _), _ in items], pa.string()),
            "form": pa.array([form for (_, form), _ in items], pa.string()),
            "entity": pa.array([one.iri for _, one in items], pa.string()),
            "entity_type": pa.array([one.type.value for _, one in items], pa.string()),
            "name": pa.array([one.name for _, one in items], pa.string()),
            "listed": pa.array([one.entry is not None for _, one in items], pa.bool_()),
        }
    )


def entry_tables(resolutions: Resolutions, vocabulary: Vocabulary) -> dict[str, pa.Table]:
    """The vocabulary entries in use and all broader ones.

    Tables ``entry`` (those that no name means), ``entry_alias`` and ``entry_broader``. An entity
    into which a decision merged a listed one has that one's names as well.
    """
    entries = _entries_in_use(resolutions, vocabulary)
    used = {one.iri for one in resolutions.values()}
    named = [
        (entry.iri, entry.type.value, entry.name) for entry in entries if entry.iri not in used
    ]
    merged = sorted(_merged_entries(resolutions, vocabulary), key=lambda one: (one[0], one[1].id))
    languages = {
        (iri, name): language
        for iri, entry in (*merged, *((entry.iri, entry) for entry in entries))
        for name, language in {
            entry.name: "en",
            **{alias.name: alias.language for alias in entry.aliases},
        }.items()
    }
    aliases = [(iri, name, language) for (iri, name), language in languages.items()]
    broader = [(entry.iri, vocabulary[parent].iri) for entry in entries for parent in entry.broader]
    return {
        "entry": _table(("iri", "type", "name"), named),
        "entry_alias": _table(("entity", "alias", "language"), aliases),
        "entry_broader": _table(("narrower", "broader"), broader),
    }


def merge_table(merges: Iterable[LoggedMerge]) -> pa.Table:
    """One row a name merged or an entity kept apart."""
    rows = [{**asdict(one), "type": one.type.value} for one in merges]
    return pa.Table.from_pylist(rows, schema=SCHEMAS["merges"])


def signature_table() -> pa.Table:
    """One row a pair of types between which a relation may hold: ``relation head tail``."""
    rows = [
        (relation.value, head.value, tail.value)
        for relation in RelationType
        for head, tail in relation.signatures
    ]
    return _table(("relation", "head", "tail"), sorted(rows))


def blocked_table(blocked: Iterable[tuple[EntityType, str]]) -> pa.Table:
    """The names that the user blocks: ``type form``."""
    return _table(("type", "form"), sorted((kind.value, form) for kind, form in blocked))


def step_table(steps: Sequence[Step]) -> pa.Table:
    """One row a step of the hierarchy, as table ``broader`` has them."""
    rows = [
        {
            "narrower": step.narrower,
            "broader": step.broader,
            "source": step.source.value,
            "confidence": step.confidence,
            "papers": step.papers,
        }
        for step in steps
    ]
    return pa.Table.from_pylist(rows, schema=SCHEMAS["broader"])


def bare_head_table(forms: Iterable[tuple[str, str, str]], resolutions: Resolutions) -> pa.Table:
    """The forms, given as (type, name, form), that are but the head of the name they refer to.

    "images" stands for a fundus image in one paper and for something else in the next: such a form
    is a mention of the entity, but none of its aliases. Columns ``entity alias``.
    """
    rows: set[tuple[str, str]] = set()
    for kind, name, form in forms:
        resolution = resolutions[EntityType(kind), name]
        if is_bare_head(form, resolution.name):
            rows.add((resolution.iri, form))
    return _table(("entity", "alias"), sorted(rows))


def _merged_entries(
    resolutions: Resolutions, vocabulary: Vocabulary
) -> Iterable[tuple[str, Entry]]:
    """Listed entities that a decision merged into another, with the IRI of that one."""
    for (kind, name), one in resolutions.items():
        if one.reason is MergeReason.DECISION:
            entry = resolve_name(kind, name, vocabulary).entry
            own = entity_iri(kind, plain_text(name) or name)  # that of a name that was split off
            if entry is not None and entry != one.entry and one.iri != own:
                yield one.iri, entry


def _entries_in_use(resolutions: Resolutions, vocabulary: Vocabulary) -> list[Entry]:
    used = {one.entry.id for one in resolutions.values() if one.entry is not None}
    used.update([parent for identifier in used for parent in vocabulary.ancestors(identifier)])
    return [vocabulary[identifier] for identifier in sorted(used)]


def _table(columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> pa.Table:
    return pa.table(
        {
            name: pa.array([row[place] for row in rows], pa.string())
            for place, name in enumerate(columns)
        }
    )
