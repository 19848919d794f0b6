"""A graph of the papers of some years: rows of other years left out, counts counted again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from exports.columns import Ints, paper_years, read_columns
from exports.streams import scratch
from exports.subset import subset
from ontology.tables import SCHEMAS, GraphTables

Period = tuple[int | None, int | None]
"""First and last year, both included; None leaves an end open."""

_ALIASES = """
SELECT entity, alias, language, source,
       CASE WHEN aliases.mentions = 0 THEN 0 ELSE coalesce(times, 0) END AS mentions
FROM aliases LEFT JOIN (
  SELECT entity, surface AS alias, count(*) AS times FROM mentions GROUP BY ALL
) USING (entity, alias)
WHERE source <> 'text' OR times IS NOT NULL
ORDER BY entity, alias, language, source
"""
# Positions of IRIs sort as the IRIs do, so one < other keeps the order of the table.
_PAIRS = """
SELECT a, b, papers FROM (
  SELECT one.entity AS a, other.entity AS b, count(*) AS papers
  FROM links AS one JOIN links AS other ON one.paper = other.paper AND one.entity < other.entity
  GROUP BY ALL
) SEMI JOIN pairs USING (a, b)
ORDER BY a, b
"""


def in_period(graph: GraphTables, years: Period) -> GraphTables:
    """The graph of the papers of some years and the entities that they name."""
    return _InPeriod(graph, years)


class _InPeriod:
    def __init__(self, graph: GraphTables, years: Period) -> None:
        self._graph = graph
        self._first, self._last = years
        ids, found = paper_years(graph)
        inside = (found > 0) & self._includes(found)
        self._papers = ids.filter(pa.array(inside))
        self._years = found[inside]

    @property
    def name(self) -> str:
        """Name of the corpus."""
        return self._graph.name

    def batches(self, table: str, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Stream what the years leave of a table, all columns or those named."""
        counted: dict[str, Callable[[], pa.Table]] = {
            "entities": lambda: self._entities,
            "aliases": self._aliases,
            "cooccurrence": self._cooccurrence,
        }
        if table in counted:
            wanted = SCHEMAS[table].names if columns is None else list(columns)
            yield from counted[table]().select(wanted).to_batches()
        elif table == "entity_years":
            wanted = SCHEMAS[table].names if columns is None else list(columns)
            for batch in self._graph.batches(table, list(dict.fromkeys((*wanted, "year")))):
                inside = self._includes(np.asarray(batch.column("year")))
                yield batch.filter(pa.array(inside)).select(wanted)
        else:
            yield from subset(self._graph, table, columns, self._papers, self._iris)

    def _includes(self, years: Ints) -> NDArray[np.bool_]:
        first = -np.inf if self._first is None else self._first
        last = np.inf if self._last is None else self._last
        return np.asarray((years >= first) & (years <= last))

    @cached_property
    def _iris(self) -> pa.Array:
        """IRIs of the entities that papers of these years name."""
        return self._entities.column("iri").combine_chunks()

    @cached_property
    def _entities(self) -> pa.Table:
        found = pa.Table.from_batches(self._graph.batches("entities"), SCHEMAS["entities"])
        iris = found.column("iri").combine_chunks()
        sets = {"entity": iris, "paper": self._papers}
        entity, paper = read_columns(self._graph, "links", ("entity", "paper"), sets)
        mentioned, _ = read_columns(self._graph, "mentions", ("entity", "paper"), sets)
        first = np.full(len(iris), np.iinfo(np.int32).max, dtype=np.int64)
        last = np.zeros(len(iris), dtype=np.int64)
        np.minimum.at(first, entity, self._years[paper])
        np.maximum.at(last, entity, self._years[paper])
        numbers = {
            "papers": np.bincount(entity, minlength=len(iris)),
            "mentions": np.bincount(mentioned, minlength=len(iris)),
            "first_year": first,
            "last_year": last,
        }
        columns = [
            pa.array(numbers[field.name], field.type)
            if field.name in numbers
            else found.column(field.name)
            for field in found.schema
        ]
        counted = pa.Table.from_arrays(columns, schema=found.schema)
        return counted.filter(pc.greater(counted.column("papers"), 0))

    def _aliases(self) -> pa.Table:
        found = _asked(
            _ALIASES,
            aliases=self._table("aliases", SCHEMAS["aliases"].names),
            mentions=self._table("mentions", ["entity", "surface"]),
        )
        return found.cast(SCHEMAS["aliases"])

    def _cooccurrence(self) -> pa.Table:
        links = {"paper": self._papers, "entity": self._iris}
        ends = {"a": self._iris, "b": self._iris}
        found = _asked(
            _PAIRS,
            links=_numbered(read_columns(self._graph, "links", tuple(links), links), links),
            pairs=_numbered(read_columns(self._graph, "cooccurrence", tuple(ends), ends), ends),
        )
        columns = [self._iris.take(found.column(end).combine_chunks()) for end in ("a", "b")]
        return pa.Table.from_arrays(
            [*columns, found.column("papers")], schema=SCHEMAS["cooccurrence"]
        )

    def _table(self, table: str, columns: list[str]) -> pa.Table:
        schema = pa.schema([SCHEMAS[table].field(name) for name in columns])
        found = subset(self._graph, table, columns, self._papers, self._iris)
        return pa.Table.from_batches(found, schema)


def _numbered(columns: list[Ints], names: dict[str, pa.Array]) -> pa.Table:
    return pa.table(dict(zip(names, columns, strict=True)))


def _asked(sql: str, **tables: pa.Table) -> pa.Table:
    with scratch() as connection:
        for name, table in tables.items():
            connection.register(name, table)
        return connection.sql(sql).to_arrow_table()
