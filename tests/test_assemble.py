"""Tables of a corpus in which one entity stands in every paper."""

from collections import Counter

import pyarrow.parquet as pq

from kg.annotation_store import content_hash, shard_table, write_shard
from kg.arrow_rows import paper_table
from kg.assemble import RARE_PAIRS_UP_TO, Assembly
from kg.corpus_names import resolve_corpus
from ontology.records import AnnotatedPaper, Mention, Paper, PaperEntity
from ontology.terms import EntityType, Role
from ontology.vocabulary.reader import Vocabulary


def entity(name):
    mention = Mention("title", 0, len(name), name, 0, len(name))
    return PaperEntity(EntityType.METHOD, name, (name,), Role.USES, 0.9, (mention,), ("rules",))


def cooccurrences(folder, names_of_papers):
    papers = [Paper(f"p{number:05}", "", "") for number in range(len(names_of_papers))]
    annotated = [
        AnnotatedPaper(paper, tuple(map(entity, names)))
        for paper, names in zip(papers, names_of_papers, strict=True)
    ]
    path = folder / "one.parquet"
    write_shard(shard_table(annotated), path)
    shards = {content_hash(paper): path for paper in papers}
    vocabulary = Vocabulary([])
    table = folder / "papers.parquet"
    pq.write_table(paper_table(papers), table)
    assembly = Assembly(table, shards, temporary=folder / "spill")
    try:
        found = resolve_corpus(assembly.names(), assembly.definitions(), vocabulary)
        assembly.resolve(found, vocabulary)
        assembly.join()
        return [row for batch in assembly.batches("cooccurrence") for row in batch.to_pylist()]
    finally:
        assembly.close()


def word(number):
    """A name of letters alone, unlike all others."""
    return "q" + "".join(chr(ord("a") + int(digit)) for digit in f"{number:05}")


def test_an_entity_of_all_papers_co_occurs_once_with_each_other_entity(tmp_path):
    """A hub costs a row an entity, not a row a pair of its papers; what met once only costs none."""
    papers = RARE_PAIRS_UP_TO + 100
    rows = cooccurrences(
        tmp_path, [("hub", word(number // 2), word(papers + number)) for number in range(papers)]
    )
    assert papers // 2 == len(rows)
    assert {2} == {row["papers"] for row in rows}
    ends = Counter(end for row in rows for end in (row["a"], row["b"]))
    assert ("urn:litkg:method:hub", papers // 2) == ends.most_common(1)[0]
