"""The tables of a graph folder: names, Arrow schemas, row order, and the protocol to read them.

Every table is sorted by the columns of ``ORDER``, so equal graphs have equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import pyarrow as pa

_STRINGS = pa.list_(pa.string())


def _schema(**columns: pa.DataType) -> pa.Schema:
    return pa.schema([pa.field(name, kind) for name, kind in columns.items()])


SCHEMAS: dict[str, pa.Schema] = {
    "papers": _schema(
        id=pa.string(),
        iri=pa.string(),
        title=pa.string(),
        abstract=pa.string(),
        authors=_STRINGS,
        venue=pa.string(),
        year=pa.int32(),
        keywords=_STRINGS,
        doi=pa.string(),
        arxiv=pa.string(),
        pmid=pa.string(),
        url=pa.string(),
        origins=pa.list_(
            pa.struct(
                [
                    pa.field("field", pa.string()),
                    pa.field("source", pa.string()),
                    pa.field("position", pa.int64()),
                ]
            )
        ),
    ),
    "entities": _schema(
        iri=pa.string(),
        type=pa.string(),
        name=pa.string(),
        listed=pa.bool_(),
        papers=pa.int64(),
        mentions=pa.int64(),
        first_year=pa.int32(),
        last_year=pa.int32(),
    ),
    "aliases": _schema(
        entity=pa.string(),
        alias=pa.string(),
        language=pa.string(),
        source=pa.string(),
        mentions=pa.int64(),
    ),
    "links": _schema(
        paper=pa.string(),
        entity=pa.string(),
        role=pa.string(),
        confidence=pa.float64(),
        sources=_STRINGS,
        mentions=pa.int64(),
    ),
    "mentions": _schema(
        paper=pa.string(),
        entity=pa.string(),
        field=pa.string(),
        start=pa.int32(),
        end=pa.int32(),
        surface=pa.string(),
        sentence_start=pa.int32(),
        sentence_end=pa.int32(),
    ),
    "relations": _schema(
        head=pa.string(),
        relation=pa.string(),
        tail=pa.string(),
        paper=pa.string(),
        confidence=pa.float64(),
        field=pa.string(),
        sentence_start=pa.int32(),
        sentence_end=pa.int32(),
        source=pa.string(),
    ),
    "broader": _schema(
        narrower=pa.string(),
        broader=pa.string(),
        source=pa.string(),
        confidence=pa.float64(),
        papers=pa.int64(),
    ),
    "entity_years": _schema(
        entity=pa.string(),
        year=pa.int32(),
        role=pa.string(),
        papers=pa.int64(),
    ),
    "cooccurrence": _schema(
        a=pa.string(),
        b=pa.string(),
        papers=pa.int64(),
    ),
    "merges": _schema(
        type=pa.string(),
        form=pa.string(),
        entity=pa.string(),
        name=pa.string(),
        reason=pa.string(),
        outcome=pa.string(),
        other=pa.string(),
        doubt=pa.float64(),
        papers=pa.int64(),
    ),
    "ledger": _schema(
        source=pa.string(),
        position=pa.int64(),
        reason=pa.string(),
        outcome=pa.string(),
        paper=pa.string(),
        detail=pa.string(),
    ),
}
"""Arrow schema of each table.

``entity``, ``head``, ``tail``, ``narrower``, ``broader``, ``a`` and ``b`` hold entity IRIs;
``paper`` holds paper ids (``papers.id``). Absent strings are empty, absent years null.
``relations`` has one row a statement: one sentence of one paper. ``cooccurrence`` counts papers of
unordered pairs, ``a < b``. ``entities.listed`` tells whether the vocabulary knows the entity.
``merges`` logs each name (``type``, ``form``) that goes under another ``name``, of ``outcome``
``merged``, and each entity that was ``kept-apart`` from the entity ``other``, which is empty for
merges; ``doubt`` orders them for review, from 0 to 1.
``broader`` has no cycle; ``source`` is ``vocabulary``, ``stated`` (by so many ``papers``) or ``head``
(of the name).
"""

ORDER: dict[str, tuple[str, ...]] = {
    "papers": ("id",),
    "entities": ("iri",),
    "aliases": ("entity", "alias"),
    "links": ("paper", "entity"),
    "mentions": ("paper", "entity", "field", "start"),
    "relations": ("head", "relation", "tail", "paper"),
    "broader": ("narrower", "broader"),
    "entity_years": ("entity", "year", "role"),
    "cooccurrence": ("a", "b"),
    "merges": ("type", "form", "entity", "reason", "other"),
    "ledger": ("source", "position", "reason", "detail"),
}
"""Sort key of each table, ascending by code point; ``mentions.field`` sorts title last.

(``abstract`` before ``title``: plain string order.)
"""


class GraphTables(Protocol):
    """A finished graph as Arrow tables; what every exporter reads."""

    @property
    def name(self) -> str:
        """Name of the corpus, for headings."""
        ...

    def batches(self, table: str, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Stream a table in the order of ``ORDER``, all columns of its schema or those named."""
        ...


class MemoryTables:
    """A graph of Arrow tables in memory: for tests and for small cuts of a graph.

    Tables not given are empty.
    """

    def __init__(self, name: str, tables: dict[str, pa.Table]) -> None:
        self._name = name
        self._tables = {key: schema.empty_table() for key, schema in SCHEMAS.items()} | {
            key: table.cast(SCHEMAS[key]).sort_by([(column, "ascending") for column in ORDER[key]])
            for key, table in tables.items()
        }

    @property
    def name(self) -> str:
        """Name of the corpus."""
        return self._name

    def batches(self, table: str, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Stream a table, all columns or those named."""
        found = self._tables[table]
        yield from (found if columns is None else found.select(list(columns))).to_batches()
