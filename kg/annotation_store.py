"""Annotated papers on disk: Parquet shards, each named by its content, safe to delete.

A shard holds one row a paper: the paper's content hash, its entities and its relations, nested. A
paper whose id, title and abstract are unchanged is found again by its hash, in whichever shard,
so a killed run resumes and an unchanged paper is never annotated twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ontology.records import AnnotatedPaper, Mention, Paper, PaperEntity, PaperRelation

SHARD_PAPERS = 250
"""Papers a shard: small enough to lose little in a crash, large enough for long runs of one file."""

_STRINGS = pa.list_(pa.string())
_MENTION = pa.struct(
    [
        pa.field("field", pa.string()),
        pa.field("start", pa.int32()),
        pa.field("end", pa.int32()),
        pa.field("surface", pa.string()),
        pa.field("sentence_start", pa.int32()),
        pa.field("sentence_end", pa.int32()),
    ]
)
_ENTITY = pa.struct(
    [
        pa.field("type", pa.string()),
        pa.field("name", pa.string()),
        pa.field("role", pa.string()),
        pa.field("confidence", pa.float64()),
        pa.field("sources", _STRINGS),
        pa.field("mentions", pa.list_(_MENTION)),
    ]
)
_RELATION = pa.struct(
    [
        pa.field("head", pa.int32()),
        pa.field("relation", pa.string()),
        pa.field("tail", pa.int32()),
        pa.field("confidence", pa.float64()),
        pa.field("field", pa.string()),
        pa.field("sentence_start", pa.int32()),
        pa.field("sentence_end", pa.int32()),
    ]
)
SHARD_SCHEMA = pa.schema(
    [
        pa.field("hash", pa.string()),
        pa.field("paper", pa.string()),
        pa.field("entities", pa.list_(_ENTITY)),
        pa.field("relations", pa.list_(_RELATION)),
    ]
)


def content_hash(paper: Paper) -> str:
    """Digest of all that annotation depends on: the paper's id, title and abstract.

    >>> content_hash(Paper("a", "b", "c")) == content_hash(Paper("a", "bc", ""))
    False
    """
    digest = hashlib.sha256()
    for text in (paper.id, paper.title, paper.abstract):
        encoded = text.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(8, "big") + encoded)
    return digest.hexdigest()


def shard_name(papers: Sequence[Paper]) -> str:
    """File name of the shard of these papers, from their contents."""
    return name_of_shard(map(content_hash, papers))


def name_of_shard(hashes: Iterable[str]) -> str:
    """File name of the shard of the papers with these content hashes."""
    digest = hashlib.sha256()
    for one in hashes:
        digest.update(bytes.fromhex(one))
    return f"{digest.hexdigest()[:32]}.parquet"


def shard_table(annotated: Iterable[AnnotatedPaper]) -> pa.Table:
    """Arrange annotated papers as one Arrow table, one row a paper."""
    rows = [
        {
            "hash": content_hash(one.paper),
            "paper": one.paper.id,
            "entities": [_entity_row(entity) for entity in one.entities],
            "relations": [_relation_row(relation) for relation in one.relations],
        }
        for one in annotated
    ]
    return pa.Table.from_pylist(rows, schema=SHARD_SCHEMA)


def write_shard(table: pa.Table, path: Path) -> None:
    """Write a shard under a temporary name and move it into place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".writing")
    pq.write_table(table, temporary, compression="zstd")
    temporary.replace(path)


def stored_hashes(folders: Iterable[Path]) -> dict[str, Path]:
    """Map the content hash of every stored paper to the shard that holds it.

    Where several shards hold one paper the first in path order counts. Files that are no complete
    shard (a run was killed while writing) are passed over.
    """
    found: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.parquet")):
            try:
                column = pq.read_table(path, columns=["hash"])["hash"]
            except (pa.ArrowInvalid, OSError, KeyError):
                continue
            for value in column.to_pylist():
                found.setdefault(value, path)
    return found


def _entity_row(entity: PaperEntity) -> dict[str, Any]:
    return {
        "type": entity.type.value,
        "name": entity.name,
        "role": entity.role.value,
        "confidence": entity.confidence,
        "sources": list(entity.sources),
        "mentions": [_mention_row(mention) for mention in entity.mentions],
    }


def _mention_row(mention: Mention) -> dict[str, Any]:
    return {
        "field": mention.field,
        "start": mention.start,
        "end": mention.end,
        "surface": mention.surface,
        "sentence_start": mention.sentence_start,
        "sentence_end": mention.sentence_end,
    }


def _relation_row(relation: PaperRelation) -> dict[str, Any]:
    return {
        "head": relation.head,
        "relation": relation.relation.value,
        "tail": relation.tail,
        "confidence": relation.confidence,
        "field": relation.field,
        "sentence_start": relation.sentence_start,
        "sentence_end": relation.sentence_end,
    }
