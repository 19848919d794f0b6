"""The rows of a table that concern some papers and some entities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ontology.tables import SCHEMAS, GraphTables

PAPER_KEYS: dict[str, str] = {
    "papers": "id", "links": "paper", "mentions": "paper", "relations": "paper", "ledger": "paper",
}  # fmt: skip
"""Tables whose rows name a paper, and the column that does; a row of the ledger may name none."""

ENTITY_KEYS: dict[str, tuple[str, ...]] = {
    "entities": ("iri",),
    "aliases": ("entity",),
    "links": ("entity",),
    "mentions": ("entity",),
    "relations": ("head", "tail"),
    "broader": ("narrower", "broader"),
    "entity_years": ("entity",),
    "cooccurrence": ("a", "b"),
    "merges": ("entity", "other"),
}
"""Tables whose rows name entities, and the columns that do; an empty cell names none."""


def subset(
    graph: GraphTables,
    table: str,
    columns: Sequence[str] | None,
    papers: pa.Array,
    entities: pa.Array,
) -> Iterator[pa.RecordBatch]:
    """Stream the rows whose paper and entities are all among those given, columns as asked for."""
    wanted = list(SCHEMAS[table].names if columns is None else columns)
    ends = ENTITY_KEYS.get(table, ())
    key = [PAPER_KEYS[table]] if table in PAPER_KEYS else []
    for batch in graph.batches(table, list(dict.fromkeys((*wanted, *ends, *key)))):
        inside = np.ones(batch.num_rows, dtype=np.bool_)
        for column in ends:
            cells = batch.column(column)
            inside &= np.asarray(pc.or_(pc.is_in(cells, value_set=entities), pc.equal(cells, "")))
        for column in key:
            inside &= np.asarray(pc.is_in(batch.column(column), value_set=papers))
        yield batch.filter(pa.array(inside)).select(wanted)
