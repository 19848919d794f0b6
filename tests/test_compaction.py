"""Shards that have become many or hold papers that are gone are written anew, without a loss."""

import pyarrow.parquet as pq
from helpers import graph_bytes, write_papers
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.settings import Settings
from kg import build, remove
from kg.annotation_store import (
    SHARD_PAPERS,
    content_hash,
    shard_name,
    shard_table,
    stored_hashes,
    write_shard,
)
from kg.compaction import CROWD, SPARE, WASTE, compacted
from ontology.records import AnnotatedPaper, Paper


def paper(number):
    return Paper(f"p{number}", f"Title {number}", "")


def stored(folder, numbers):
    papers = [paper(number) for number in numbers]
    path = folder / shard_name(papers)
    write_shard(shard_table(map(AnnotatedPaper, papers)), path)
    return path


def rows(paths):
    return [one for path in paths for one in pq.read_table(path, columns=["paper"])[0].to_pylist()]


@settings(max_examples=20)
@given(
    st.lists(st.integers(1, 2 * SHARD_PAPERS), min_size=1, max_size=40),
    st.floats(0, 0.95),
)
def test_every_paper_is_found_and_little_is_wasted(tmp_path_factory, sizes, gone):
    """Whatever the sizes of the shards and the share of papers that are gone."""
    old, new = tmp_path_factory.mktemp("old"), tmp_path_factory.mktemp("new")
    number = 0
    for size in sizes:
        stored(old, range(number, number + size))
        number += size
    kept = {content_hash(paper(one)) for one in range(int(number * gone), number)}
    shards = {one: path for one, path in stored_hashes([old]).items() if one in kept}
    found = compacted(shards, new)
    assert kept == set(found)
    held = {
        path: set(pq.read_table(path, columns=["hash"])[0].to_pylist()) for path in old.iterdir()
    }
    held |= {
        path: set(pq.read_table(path, columns=["hash"])[0].to_pylist()) for path in new.iterdir()
    }
    assert all(one in held[path] for one, path in found.items())
    used = set(found.values())
    total = sum(len(held[path]) for path in used)
    assert total - len(kept) <= WASTE * total
    assert len(used) <= CROWD * -(-len(kept) // SHARD_PAPERS) + SPARE
    assert found == compacted(found, new)


def test_full_shards_are_left_alone(tmp_path):
    """Only thin ones are written again."""
    full = stored(tmp_path / "old", range(SHARD_PAPERS))
    for number in range(CROWD + SPARE + CROWD):
        stored(tmp_path / "old", [SHARD_PAPERS + number])
    found = compacted(stored_hashes([tmp_path / "old"]), tmp_path / "new")
    assert full in found.values()
    (made,) = set(found.values()) - {full}
    assert CROWD + SPARE + CROWD == len(rows([made]))


def test_removed_papers_leave_the_shards_and_the_graph_is_that_of_a_build(tmp_path):
    """Half of the papers go: their annotations, too."""
    one = write_papers(tmp_path / "one.jsonl", 30, "flow")
    two = write_papers(tmp_path / "two.jsonl", 40, "ice")
    rules = Settings()
    graph = build([one, two], tmp_path / "map", settings=rules, workers=1, name="corpus")
    remove(graph.path, sources=["two.jsonl"], workers=1)
    assert 30 == len(rows((graph.path / "annotations").glob("*/*.parquet")))
    clean = build(one, tmp_path / "clean", settings=rules, workers=1, name="corpus")
    assert graph_bytes(clean.path) == graph_bytes(graph.path)
