"""Annotation shards written anew where they have become many and thin.

Each update adds a shard, however few its papers, and leaves the rows of papers that are gone or have
changed in theirs. Tables do not depend on which shard holds a paper.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kg.annotation_store import SHARD_PAPERS, SHARD_SCHEMA, name_of_shard, write_shard

WASTE = 0.3
"""Share of all rows that may be of papers that are gone ..."""
CROWD = 2
"""... and how many times as many shards there may be as the papers fill ..."""
SPARE = 16
"""... beside so many more."""


def compacted(shards: Mapping[str, Path], folder: Path) -> dict[str, Path]:
    """The shard of each paper by its content hash, thin shards written anew into ``folder``.

    Nothing is done while the waste is small. The shards given stay as they are; papers keep the order
    that they have in them.
    """
    live = Counter(shards.values())
    rows = {path: pq.read_metadata(path).num_rows for path in sorted(live)}
    wasted = sum(rows.values()) - len(shards)
    filled = -(-len(shards) // SHARD_PAPERS)
    if wasted <= WASTE * sum(rows.values()) and len(rows) <= CROWD * filled + SPARE:
        return dict(shards)
    thin = [path for path in rows if live[path] < (1 - WASTE) * max(rows[path], SHARD_PAPERS)]
    found = dict(shards)
    for table in _regrouped(_rows(path, shards) for path in thin):
        hashes = table["hash"].to_pylist()
        path = folder / name_of_shard(hashes)
        write_shard(table, path)
        found |= dict.fromkeys(hashes, path)
    return found


def _rows(path: Path, shards: Mapping[str, Path]) -> pa.Table:
    table = pq.read_table(path, schema=SHARD_SCHEMA)
    wanted: Collection[str] = [one for one in table["hash"].to_pylist() if shards.get(one) == path]
    return table.filter(pc.is_in(table["hash"], pa.array(wanted, pa.string())))


def _regrouped(tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
    waiting = SHARD_SCHEMA.empty_table()
    for table in tables:
        waiting = pa.concat_tables([waiting, table])
        while waiting.num_rows >= SHARD_PAPERS:
            yield waiting.slice(0, SHARD_PAPERS)
            waiting = waiting.slice(SHARD_PAPERS)
    if waiting.num_rows:
        yield waiting
