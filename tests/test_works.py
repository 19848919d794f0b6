"""Works of stored records: what stays in columns is what the same records give one by one."""

import tracemalloc

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

import kg.database
import kg.source_records
import kg.works
from kg.arrow_rows import papers_of
from kg.merging import CROWD, abstract_key, fold_text
from kg.papers import SORTED_FIELDS, doubt, merge
from kg.reading import gathered, merge_records
from kg.shared_keys import key_columns
from ontology.records import Origin, Reason, SourceRecord

TEXTS = st.text(
    st.sampled_from("aB3 -_+#*éßİſfi①中图,\u0301\U0001f600") | st.characters(codec="utf-8"),
    max_size=40,
)
LONG = (
    "On the ice of a lake in Finland a robot walks eleven times out of twelve without a fall. " * 2
)


def record(position: int, **values: object) -> SourceRecord:
    return SourceRecord(Origin("s", position), **values)  # type: ignore[arg-type]


@given(st.lists(st.tuples(TEXTS, TEXTS, st.integers(1, 9)), max_size=5))
def test_keys_of_many_records_are_those_of_each(texts):
    """Of ASCII and of all other letters, short abstracts and long ones."""
    titles = [title for title, _, _ in texts]
    abstracts = [abstract * times for _, abstract, times in texts]
    found = key_columns(pa.array(titles, pa.string()), pa.array(abstracts, pa.string()))
    assert list(map(fold_text, titles)) == found[0].to_pylist()
    assert list(map(abstract_key, abstracts)) == found[1].to_pylist()


@given(
    st.builds(
        SourceRecord,
        st.just(Origin("s", 1)),
        id=st.sampled_from(["", "x", "Äpfel & Birnen"]),
        title=st.sampled_from(["", "Ice", "冰面行走"]),
        abstract=st.sampled_from(["", "Short.", LONG]),
        authors=st.sampled_from([(), ("A. B.", "Ç")]),
        year=st.sampled_from([None, 2020]),
        keywords=st.sampled_from([(), ("ice",)]),
        doi=st.sampled_from(["", "10.1/a"]),
        url=st.sampled_from(["", "u"]),
    ).filter(lambda one: one.title or one.abstract)
)
def test_a_record_that_meets_no_other_is_the_paper_that_merging_gives(one):
    """Its values, its id and where each came from; what its texts lack is noted."""
    found = merge_records([one])
    assert (merge([one]),) == found.papers
    lacking = {f"no {name}" for name in ("title", "abstract") if not getattr(one, name)}
    assert lacking == {row.detail for row in found.ledger if row.reason in GAPS}
    doubts = [row.detail for row in found.ledger if row.reason is Reason.SUSPECTED_MISMATCH]
    assert ([detail] if (detail := doubt(one.title, one.abstract)) else []) == doubts


GAPS = (Reason.NO_TITLE, Reason.NO_ABSTRACT)


def test_a_crowded_key_joins_nobody_not_even_records_that_meet_for_another_reason():
    """A DOI that hundreds of records have is a mistake; two of them with one title are one work."""
    crowd = [
        record(place, title=f"Walk number {place} on ice", doi="10.1/all") for place in range(CROWD)
    ]
    pair = [
        record(
            CROWD + place,
            title="Walking on thin ice, slowly",
            year=2020,
            url=f"u{place}",
            doi="10.1/all",
        )
        for place in range(2)
    ]
    found = merge_records([*crowd, *pair])
    assert CROWD + 1 == len(found.papers)
    (row,) = [row for row in found.ledger if row.reason is Reason.DUPLICATE]
    assert row.detail.startswith("same title and year")


def test_fewer_records_under_one_key_are_one_work():
    """The crowd begins beyond the limit."""
    records = [record(place, title="Ice", url=f"u{place}", doi="10.1/all") for place in range(5)]
    assert 1 == len(merge_records(records).papers)


def test_a_suffixed_id_never_meets_the_id_of_another_paper():
    """A paper whose own id is what another one was renamed to is renamed itself."""
    twins = [record(1, id="x", title="Ice"), record(2, id="x", title="Fire in the hall")]
    renamed = next(paper.id for paper in merge_records(twins).papers if paper.id != "x")
    found = merge_records([*twins, record(3, id=renamed, title="Water on the moon")])
    assert 3 == len({paper.id for paper in found.papers})
    clashes = [row for row in found.ledger if row.reason is Reason.ID_CLASH]
    assert {"another work has the id 'x'", f"another work has the id {renamed!r}"} == {
        row.detail.partition(";")[0] for row in clashes
    }


def test_origins_are_those_of_the_filled_fields_in_order():
    """Sorted by field, none for an empty one."""
    (paper,) = merge_records([record(7, title="Ice", year=2020, keywords=("a",))]).papers
    assert [("keywords", 7), ("title", 7), ("year", 7)] == [
        (field, origin.position) for field, origin in paper.origins
    ]
    assert sorted(SORTED_FIELDS) == SORTED_FIELDS


def test_memory_does_not_grow_with_the_records(monkeypatch):
    """Each further record, some of them double, takes a small part of its 1,800 characters."""
    monkeypatch.setattr(kg.database, "BATCH_ROWS", 250)
    monkeypatch.setattr(kg.source_records, "_ROW_GROUP", 250)
    monkeypatch.setattr(kg.works, "_MERGED_AT_ONCE", 250)
    peak_of(500)  # what is loaded at first use
    fewer, more = peak_of(3_000), peak_of(9_000)
    assert more - fewer < 6_000 * 300


def peak_of(number: int) -> int:
    """Bytes that Python holds at most while so many records become papers, one after the other."""
    records = (
        record(n, title=f"Walk {n // 10 * 9} on ice", abstract=f"{n} {LONG * 10}")
        for n in range(number)
    )
    tracemalloc.start()
    try:
        with gathered(records) as works:
            for batch in works.papers():
                for _ in papers_of(batch):
                    pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
