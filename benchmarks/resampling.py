"""A corpus of any size made of a real one and its annotations, the same at every call.

Every paper is taken once as it is, then again and again as a copy, in which

- id, title and abstract begin with the copy's number, so that copies are works of their own;
- year, venue and authors are those of another paper, drawn by the number of the copy;
- names that no other paper uses, and that the vocabulary lacks, have other letters, so that new papers
  keep bringing new names, as they do in life.

Annotations are moved along with the text and not read anew: copies show what many papers cost, not what
they say. What is left of the last copy is taken at even distances.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from kg.annotation_store import SHARD_SCHEMA, content_hash, write_shard
from kg.resolve import resolve_name
from ontology.records import Paper
from ontology.terms import EntityType
from ontology.vocabulary.reader import Vocabulary

Row = Mapping[str, Any]
"""An annotation as shards hold it."""

_SHARD = 250
_CONSONANTS = "bcdfghjklmnpqrstvwxz"
_WORD = re.compile(r"[A-Za-z]{4,}")


def stored_rows(folder: Path) -> dict[str, Row]:
    """The annotations of a folder of shards by paper id."""
    return {
        row["paper"]: row
        for path in sorted(folder.glob("*.parquet"))
        for row in pq.read_table(path).to_pylist()
    }


def write_resampled(
    papers: Sequence[Paper],
    rows: Mapping[str, Row],
    vocabulary: Vocabulary,
    total: int,
    corpus: Path,
    shards: Path,
) -> None:
    """Write so many papers as JSON Lines, and their annotations as shards."""
    resampled = _resampled(papers, rows, vocabulary, total)
    with corpus.open("w", encoding="utf-8") as file:
        number = 0
        while part := list(islice(resampled, _SHARD)):
            for paper, _ in part:
                file.write(to_line(paper))
            table = pa.Table.from_pylist([row for _, row in part], schema=SHARD_SCHEMA)
            write_shard(table, shards / f"{number:08}.parquet")
            number += 1


def to_line(paper: Paper) -> str:
    """A paper as a line of JSON, with the fields that the corpus has."""
    fields = {
        "id": paper.id,
        "title": paper.title,
        "abstract": paper.abstract,
        "authors": list(paper.authors),
        "venue": paper.venue,
        "year": paper.year,
        "keywords": list(paper.keywords),
        "url": paper.url,
    }
    return json.dumps(fields, ensure_ascii=False) + "\n"


def evenly(papers: Sequence[Paper], number: int) -> list[Paper]:
    """So many papers at even distances."""
    return [papers[place * len(papers) // number] for place in range(number)]


def _resampled(
    papers: Sequence[Paper], rows: Mapping[str, Row], vocabulary: Vocabulary, total: int
) -> Iterator[tuple[Paper, Row]]:
    rare = _rare_names(rows, vocabulary)
    copy = 0
    while total > 0:
        chosen = papers if total >= len(papers) else evenly(papers, total)
        letters = _letters(copy)
        for place, paper in enumerate(chosen):
            if copy == 0:
                yield paper, rows[paper.id]
                continue
            other = papers[(place * 7_919 + copy * 104_729) % len(papers)]
            yield _copied(paper, rows[paper.id], other, copy, rare, letters)
        total -= len(chosen)
        copy += 1


def _rare_names(rows: Mapping[str, Row], vocabulary: Vocabulary) -> dict[tuple[str, str], str]:
    """Names of one paper alone that the vocabulary lacks, each with the word that copies alter."""
    papers = Counter(
        key for row in rows.values() for key in {(e["type"], e["name"]) for e in row["entities"]}
    )
    found = {}
    for (kind, name), count in papers.items():
        words = _WORD.findall(name)
        if count == 1 and words and not resolve_name(EntityType(kind), name, vocabulary).entry:
            found[kind, name] = max(words, key=len)
    return found


def _letters(copy: int) -> dict[int, int]:
    """Other consonants, by a step that differs from copy to copy; vowels stay."""
    step = copy % len(_CONSONANTS)
    turned = _CONSONANTS[step:] + _CONSONANTS[:step]
    return str.maketrans(_CONSONANTS + _CONSONANTS.upper(), turned + turned.upper())


def _copied(
    paper: Paper,
    row: Row,
    other: Paper,
    copy: int,
    rare: Mapping[tuple[str, str], str],
    letters: dict[int, int],
) -> tuple[Paper, Row]:
    mark = f"Copy {copy}. "
    texts = {"title": paper.title, "abstract": paper.abstract}
    entities = []
    for entity in row["entities"]:
        name = entity["name"]
        if word := rare.get((entity["type"], name)):
            pattern = re.compile(re.escape(word), re.IGNORECASE)
            for one in entity["mentions"]:
                text, start, end = texts[one["field"]], one["start"], one["end"]
                surface = pattern.sub(lambda hit: hit[0].translate(letters), text[start:end])
                texts[one["field"]] = text[:start] + surface + text[end:]
            name = name.replace(word, word.translate(letters))
        entities.append(entity | {"name": name})
    shift = len(mark)
    moved = [
        entity
        | {
            "mentions": [
                _shifted(one, shift) | {"surface": texts[one["field"]][one["start"] : one["end"]]}
                for one in entity["mentions"]
            ]
        }
        for entity in entities
    ]
    copied = replace(
        paper,
        id=f"{paper.id}-copy{copy}",
        title=mark + texts["title"],
        abstract=mark + texts["abstract"],
        year=other.year,
        venue=other.venue,
        authors=other.authors,
        origins=(),
    )
    return copied, {
        "hash": content_hash(copied),
        "paper": copied.id,
        "entities": moved,
        "relations": [_shifted(one, shift) for one in row["relations"]],
    }


def _shifted(span: Row, by: int) -> dict[str, Any]:
    places = ("start", "end", "sentence_start", "sentence_end")
    return {key: value + by if key in places else value for key, value in span.items()}
