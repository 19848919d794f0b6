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
"""Tables whose rows name a paper, and the column that does."""

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
    keys = dict.fromkeys(ENTITY_KEYS.get(table, ()), entities)
    if table in PAPER_KEYS:
        keys[PAPER_KEYS[table]] = papers
    for batch in graph.batches(table, list(dict.fromkeys((*wanted, *keys)))):
        inside = np.ones(batch.num_rows, dtype=np.bool_)
        for column, kept in keys.items():
            cells = batch.column(column)
            inside &= np.asarray(pc.or_(pc.is_in(cells, value_set=kept), pc.equal(cells, "")))
        yield batch.filter(pa.array(inside)).select(wanted)
