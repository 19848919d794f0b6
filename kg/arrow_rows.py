"""Records as Arrow tables, ready for the table stages and for Parquet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from itertools import accumulate
from operator import attrgetter

import pyarrow as pa

from kg.hierarchy import Step
from kg.merge_log import LoggedMerge
from kg.resolve import MergeReason, Resolution, resolve_name
from ontology.identifiers import entity_iri, paper_iri
from ontology.names import is_bare_head, plain_text
from ontology.records import LedgerRow, Origin, Outcome, Paper, Reason
from ontology.tables import ORDER, SCHEMAS
from ontology.terms import EntityType, RelationType
from ontology.vocabulary.reader import Entry, Vocabulary

Resolutions = Mapping[tuple[EntityType, str], Resolution]


def paper_table(papers: Sequence[Paper]) -> pa.Table:
    """One row a paper, in the order given."""
    schema = SCHEMAS["papers"]
    made = {
        "iri": pa.array([paper_iri(paper.id) for paper in papers], pa.string()),
        "origins": _origins(papers),
    }
    columns = [
        made[name]
        if name in made
        else pa.array(map(attrgetter(name), papers), schema.field(name).type)
        for name in schema.names
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def papers_of(rows: pa.RecordBatch | pa.Table) -> Iterator[Paper]:
    """The papers in rows that have the columns of :func:`paper_table`."""
    names = [field.name for field in fields(Paper)]
    for row in rows.select(names).to_pylist():
        origins = tuple(
            (one["field"], Origin(one["source"], one["position"])) for one in row["origins"]
        )
        lists = {name: tuple(row[name]) for name in ("authors", "keywords")}
        yield Paper(**row | lists | {"origins": origins})


def _origins(papers: Sequence[Paper]) -> pa.ListArray:
    """The column ``origins``, without a dictionary for each of its many small rows."""
    pairs = [pair for paper in papers for pair in paper.origins]
    ends = accumulate((len(paper.origins) for paper in papers), initial=0)
    rows = pa.StructArray.from_arrays(
        [
            pa.array([field for field, _ in pairs], pa.string()),
            pa.array([origin.source for _, origin in pairs], pa.string()),
            pa.array([origin.position for _, origin in pairs], pa.int64()),
        ],
        fields=list(SCHEMAS["papers"].field("origins").type.value_type),
    )
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), rows)


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


def ledger_rows(rows: pa.RecordBatch | pa.Table) -> Iterator[LedgerRow]:
    """The ledger entries in rows that have the columns of :func:`ledger_table`."""
    for row in rows.to_pylist():
        yield LedgerRow(
            Origin(row["source"], row["position"]),
            Reason(row["reason"]),
            Outcome(row["outcome"]),
            row["detail"],
            row["paper"],
        )


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
    schema, rows = SCHEMAS["merges"], list(merges)
    columns = [
        pa.array([one.type.value for one in rows], pa.string())
        if field.name == "type"
        else pa.array(map(attrgetter(field.name), rows), field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


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


def bare_head_table(forms: Iterable[tuple[str, str, str]]) -> pa.Table:
    """The forms, given as (IRI, name, form), that are but the head of the name they refer to.

    "images" stands for a fundus image in one paper and for something else in the next: such a form
    is a mention of the entity, but none of its aliases. Columns ``entity alias``.
    """
    rows = {(iri, form) for iri, name, form in forms if is_bare_head(form, name)}
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
