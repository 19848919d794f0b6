"""Which stored source records share a key, so that they may be one work: sets of them to compare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kg.database import fetched, load_table
from kg.merging import CROWD, KEY_LENGTH, LONG_ABSTRACT, SEPARATOR, Key, fold_text
from kg.source_records import RECORD_SCHEMA

NUMBERED = (
    "(SELECT *, file_row_number AS number FROM read_parquet($records, file_row_number = true))"
)
"""Stored records with their row as ``number``, in SQL."""

_TEXT_KEYS = pa.schema(
    [
        pa.field("number", pa.int64()),
        pa.field("title_key", pa.string()),
        pa.field("abstract_key", pa.string()),
    ]
)


def connect(database: duckdb.DuckDBPyConnection, records: Path) -> AbstractSet[Key]:
    """Make the table ``component``: rows that share keys, directly or not, under their least row.

    Returns the crowded keys, which connect nothing.
    """
    load_table(database, "text_key", _TEXT_KEYS, _text_keys(records))
    content = ", ".join(name for name in RECORD_SCHEMA.names if name not in ("source", "position"))
    database.execute(
        f"""
        CREATE TABLE keyed AS
        SELECT number, content, one.kind AS kind, one.key AS key FROM (
          SELECT number, content, unnest([
            {{'kind': 'record', 'key': content::VARCHAR}}, {{'kind': 'DOI', 'key': doi}},
            {{'kind': 'arXiv id', 'key': arxiv}}, {{'kind': 'PMID', 'key': pmid}},
            {{'kind': 'id and title',
              'key': CASE WHEN id = '' THEN '' ELSE id || $separator || title_key END}},
            {{'kind': 'title', 'key': title_key}}, {{'kind': 'abstract', 'key': abstract_key}}
          ]) AS one
          FROM (SELECT *, hash({content}) AS content FROM {NUMBERED})
          JOIN text_key USING (number)
        ) WHERE one.key <> ''
        """,  # noqa: S608  names from this module
        {"records": str(records), "separator": SEPARATOR},
    )
    database.execute(
        """
        CREATE TABLE shared AS
        SELECT kind, key, min(number) AS least,
               kind <> 'record' AND count(DISTINCT content) > $crowd AS crowded
        FROM keyed GROUP BY kind, key HAVING count(*) > 1
        """,
        {"crowd": CROWD},
    )
    pairs = database.execute(
        "SELECT DISTINCT least, number FROM keyed JOIN shared USING (kind, key)"
        " WHERE number <> least AND NOT crowded"
    )
    roots = _roots(fetched(pairs))
    columns = {
        "number": pa.array(roots, pa.int64()),
        "least": pa.array(roots.values(), pa.int64()),
    }
    table = pa.table(columns)
    load_table(database, "component", table.schema, [table])
    crowded = database.execute("SELECT kind, key FROM shared WHERE crowded").fetchall()
    database.execute("DROP TABLE keyed; DROP TABLE shared; DROP TABLE text_key")
    return frozenset(crowded)


def key_columns(titles: pa.Array, abstracts: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Folded titles and abstract keys of many records at once.

    As :func:`kg.merging.fold_text` and :func:`kg.merging.abstract_key` make them one by one.
    """
    starts = pc.utf8_slice_codeunits(abstracts, 0, 2 * KEY_LENGTH)
    keys = pc.utf8_slice_codeunits(_folded(starts), 0, KEY_LENGTH)
    long = pc.greater_equal(pc.utf8_length(abstracts), LONG_ABSTRACT)
    return _folded(titles), pc.if_else(long, keys, "")


def _folded(texts: pa.Array) -> pa.Array:
    plain = pc.string_is_ascii(texts)
    folded = pc.replace_substring_regex(pc.ascii_lower(texts), "[^a-z0-9+#]", "")
    others = texts.filter(pc.invert(plain)).to_pylist()
    return pc.replace_with_mask(
        folded, pc.invert(plain), pa.array(map(fold_text, others), pa.string())
    )


def _text_keys(records: Path) -> Iterator[pa.RecordBatch]:
    """Row, folded title and abstract key of each record."""
    done = 0
    with pq.ParquetFile(records) as file:
        for batch in file.iter_batches(columns=["title", "abstract"]):
            numbers = pa.array(range(done, done + batch.num_rows), pa.int64())
            keys = key_columns(batch["title"], batch["abstract"])
            yield pa.RecordBatch.from_arrays([numbers, *keys], schema=_TEXT_KEYS)
            done += batch.num_rows


def _roots(pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """The least number that each number is connected with by pairs.

    >>> _roots([(1, 2), (5, 7), (2, 5)])
    {1: 1, 2: 1, 5: 1, 7: 1}
    """
    parents: dict[int, int] = {}

    def root(one: int) -> int:
        while (parent := parents.setdefault(one, one)) != one:
            parents[one] = one = parents[parent]
        return one

    for first, second in pairs:
        low, high = sorted((root(first), root(second)))
        parents[high] = low
    return {one: root(one) for one in sorted(parents)}
