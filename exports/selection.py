"""The part of a graph that a user asks for, as a graph of its own: what every format's filters are.

``select`` wraps a graph in views that leave rows out while they stream by, so that no exporter knows
of filters. What is left is consistent: no row refers to anything left out, and counts are those of
the papers left. In a view of some years, the pairs of ``cooccurrence`` are those that the whole graph
counts, and ``merges`` tells how often names are met in the whole graph; a narrowed ``ledger`` holds
the rows about the papers left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from exports.columns import RELATIONS, Ints, read_columns
from exports.neighbours import find, neighbours
from exports.periods import Period, in_period
from exports.subset import subset
from ontology.errors import InputError
from ontology.tables import SCHEMAS, GraphTables
from ontology.terms import EntityType


@dataclass(frozen=True, slots=True)
class Selection:
    """Which part of a graph to write; the default is all of it.

    ``types``
        entities of these types, all where empty.
    ``min_support``
        entities, relations and co-occurrences that so many papers back.
    ``years``
        papers from the first to the last year, either end open where None; papers without a year,
        and entities that no paper of these years names, are left out.
    ``around``
        the entity of this name or IRI, whatever the other filters say, and those that papers name
        beside it or the graph puts directly above or below it.
    ``top``
        so many entities: those in the most papers, with ``around`` it and those closest to it
        (:func:`exports.neighbours.neighbours`); ties go by IRI, entities that no paper names there
        never count.
    ``text``
        False leaves out all abstracts, and with them the sentences, and the ledger's details.
        Titles, names, surface forms, keywords and all offsets stay.

    A paper stays that names an entity which stays. Raises :class:`InputError` where a value means
    nothing.
    """

    types: tuple[EntityType, ...] = ()
    min_support: int = 0
    years: Period | None = None
    around: str = ""
    top: int | None = None
    text: bool = True

    def __post_init__(self) -> None:
        for name, value, least in (("min_support", self.min_support, 0), ("top", self.top, 1)):
            if value is not None and value < least:
                raise InputError(f"{name}: is {value}; {least} or more")
        first, last = self.years or (None, None)
        if first is not None and last is not None and first > last:
            raise InputError(f"years: {first} is after {last}; the first year comes first")


ALL = Selection()
"""The whole graph."""


def select(graph: GraphTables, selection: Selection) -> GraphTables:
    """The selected part of a graph, computed as it is read.

    Raises :class:`InputError` where ``around`` names no entity of the years selected.
    """
    if selection.years is not None:
        graph = in_period(graph, selection.years)
    if selection.types or selection.min_support or selection.around or selection.top is not None:
        graph = _Part(graph, _kept_entities(graph, selection), selection.min_support)
    return graph if selection.text else WithoutText(graph)


def _kept_entities(graph: GraphTables, selection: Selection) -> list[str]:
    """IRIs of the entities that stay, sorted."""
    centre = find(graph, selection.around) if selection.around else ""
    close = neighbours(graph, centre) if centre else {}
    types = {kind.value for kind in selection.types}
    ranked = []
    for batch in graph.batches("entities", ["iri", "type", "papers"]):
        for iri, kind, papers in zip(*(c.to_pylist() for c in batch.columns), strict=True):
            near = not centre or iri in close
            if near and papers >= selection.min_support and (not types or kind in types):
                ranked.append((close[iri] if centre else papers, iri))
    if selection.top is not None:
        counted = sorted((-papers, iri) for papers, iri in ranked if papers)
        ranked = counted[: selection.top - bool(centre)]
    return sorted({iri for _, iri in ranked} | ({centre} if centre else set()))


class _View:
    """A graph that another one is seen through; tables pass as they are unless overridden."""

    def __init__(self, graph: GraphTables) -> None:
        self._graph = graph

    @property
    def name(self) -> str:
        """Name of the corpus."""
        return self._graph.name


class _Part(_View):
    """The rows about some entities and the papers that name them.

    Relations and co-occurrences that fewer than ``least`` papers back are left out.
    """

    def __init__(self, graph: GraphTables, entities: Sequence[str], least: int) -> None:
        super().__init__(graph)
        self._entities = pa.array(entities, pa.string())
        self._least = least

    def batches(self, table: str, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Stream what is left of a table, all columns or those named."""
        weighed = {"relations": ("head", "relation", "tail"), "cooccurrence": ("papers",)}
        if self._least < 2 or table not in weighed:
            yield from subset(self._graph, table, columns, self._papers, self._entities)
            return
        wanted = list(SCHEMAS[table].names if columns is None else columns)
        read = list(dict.fromkeys((*wanted, *weighed[table])))
        for batch in subset(self._graph, table, read, self._papers, self._entities):
            inside = (
                np.isin(self._triples(batch), self._supported)
                if table == "relations"
                else np.asarray(batch.column("papers")) >= self._least
            )
            yield batch.filter(pa.array(inside)).select(wanted)

    @cached_property
    def _papers(self) -> pa.Array:
        named = [pa.array([], pa.string())]
        for batch in self._graph.batches("links", ["paper", "entity"]):
            inside = pc.is_in(batch.column("entity"), value_set=self._entities)
            named.append(batch.filter(inside).column("paper").unique())
        return pa.concat_arrays(named).unique()

    @cached_property
    def _supported(self) -> Ints:
        """Relations that enough papers state, each as one number."""
        sets = {
            "head": self._entities, "tail": self._entities, "paper": self._papers,
            "relation": pa.array(RELATIONS),
        }  # fmt: skip
        head, relation, tail, paper = read_columns(
            self._graph, "relations", ("head", "relation", "tail", "paper"), sets
        )
        stated = np.unique(np.stack([self._numbers(head, relation, tail), paper]), axis=1)
        numbers, papers = np.unique(stated[0], return_counts=True)
        return np.asarray(numbers[papers >= self._least], dtype=np.int64)

    def _triples(self, batch: pa.RecordBatch) -> Ints:
        """The relation of each row as one number; its ends are among the entities."""
        sets = (self._entities, pa.array(RELATIONS), self._entities)
        return self._numbers(
            *(
                np.asarray(pc.index_in(batch.column(name), value_set=found), dtype=np.int64)
                for name, found in zip(("head", "relation", "tail"), sets, strict=True)
            )
        )

    def _numbers(self, head: Ints, relation: Ints, tail: Ints) -> Ints:
        return (head * len(RELATIONS) + relation) * len(self._entities) + tail


class WithoutText(_View):
    """A graph without abstracts, sentences and the ledger's details, for sharing; offsets stay."""

    def batches(self, table: str, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Stream a table, all columns or those named."""
        hidden = {"papers": "abstract", "ledger": "detail"}.get(table)
        for batch in self._graph.batches(table, columns):
            names = batch.schema.names
            if hidden in names:
                blank = pa.array([""] * batch.num_rows, pa.string())
                yield batch.set_column(names.index(hidden), batch.schema.field(hidden), blank)
            else:
                yield batch
