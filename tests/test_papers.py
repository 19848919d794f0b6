"""Reading sources and merging their records into papers."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from helpers import SHARED, needs_shared
from hypothesis import given
from hypothesis import strategies as st

from kg.reading import merge_records, read_papers
from ontology.errors import InputError
from ontology.records import LedgerRow, Origin, Outcome, Paper, Reason, SourceRecord, Sources

LONG = (
    "Legged robots slip on ice. We train a walking policy in simulation with randomised friction and"
    " transfer it to a real quadruped, which then crosses a frozen lake in Finland without a fall,"
    " in wind and in the dark, eleven times out of twelve."
)
OTHER = (
    "Anaemia is often found late. A small network estimates haemoglobin from photographs of the inner"
    " eyelid; tested in four outpatient clinics of two countries, it agrees with the laboratory in"
    " nine of ten patients and costs nothing but a phone."
)


def record(position: int, **values: object) -> SourceRecord:
    return SourceRecord(Origin("s", position), **values)  # type: ignore[arg-type]


def merged(*records: SourceRecord) -> tuple[Paper, ...]:
    """Merge and check that the order of records does not matter."""
    result = merge_records(records)
    assert result == merge_records(records[::-1])
    return result.papers


def summary(sources: Sources) -> list[tuple[str, Reason, Outcome, str]]:
    return [(str(row.origin), row.reason, row.outcome, row.paper) for row in sources.ledger]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            {"title": "Walking on ice", "doi": "10.1/a"},
            {"title": "Walking on ICE!", "doi": "10.1/a"},
        ),
        (
            {"title": "Walking", "arxiv": "2101.00001"},
            {"title": "Walking on ice", "arxiv": "2101.00001"},
        ),
        ({"title": "Walking on ice", "pmid": "1"}, {"abstract": LONG, "pmid": "1"}),
        ({"id": "x", "title": "Ice"}, {"id": "x", "title": "ice"}),
        (
            {"title": "Walking on thin ice", "year": 2020},
            {"title": "Walking on Thin Ice.", "year": 2020},
        ),
        ({"title": "Walking on thin ice", "year": 2020}, {"title": "Walking on thin ice"}),
        (
            {"title": "Walking on thin ice", "abstract": LONG},
            {"title": "冰面行走", "abstract": LONG},
        ),
        (
            {"title": "Walking on thin ice", "abstract": LONG},
            {"title": "冰面行走", "abstract": LONG[:205] + "…"},
        ),
        (
            {"title": "Editorial", "abstract": "We wait."},
            {"title": "Editorial", "abstract": "We wait."},
        ),
        ({"abstract": "We walk."}, {"abstract": "We walk."}),
        ({"title": "Editorial", "year": 2020}, {"title": "Editorial", "year": 2020}),
        ({"title": "面向冰面行走的机器人"}, {"title": "面向冰面行走的机器人"}),
    ],
)
def test_records_of_one_work_merge(first: dict[str, object], second: dict[str, object]) -> None:
    """By identifier, by id with title, by title with year, by abstract."""
    assert 1 == len(merged(record(1, **first), record(2, **second)))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            {"title": "Walking on thin ice", "year": 2020},
            {"title": "Walking on thin ice", "year": 2021},
        ),
        ({"title": "Editorial", "venue": "Ice"}, {"title": "Editorial", "venue": "Snow"}),
        ({"title": "Introduction", "abstract": LONG}, {"title": "Introduction", "abstract": OTHER}),
        (
            {"title": "Walking on thin ice", "abstract": LONG},
            {"title": "Walking on thin ice", "abstract": OTHER},
        ),
        ({"id": "x", "title": "Ice"}, {"id": "x", "title": "Snow"}),
        (
            {"title": "Standing up", "doi": "10.1/volume"},
            {"title": "Walking on ice", "doi": "10.1/volume"},
        ),
        (
            {"title": "Walking on thin ice", "abstract": LONG},
            {"title": "Blood in eyelids", "abstract": LONG},
        ),
        (
            {"title": "Walking on thin ice", "abstract": LONG, "year": 2020},
            {"title": "Walking on thin ice (extended abstract)", "abstract": LONG, "year": 2021},
        ),
        (
            {"id": "x", "title": "Walking on thin ice", "abstract": LONG},
            {"id": "y", "title": "Walking on thin ice: the video", "abstract": LONG},
        ),
        ({"title": "C"}, {"title": "C++"}),
    ],
)
def test_records_of_different_works_stay_apart(
    first: dict[str, object], second: dict[str, object]
) -> None:
    """Other year, generic title, contradicting abstracts or titles."""
    assert 2 == len(merged(record(1, **first), record(2, **second)))


def test_merging_is_transitive() -> None:
    """A meets B by DOI, B meets C by arXiv id, so all are one."""
    papers = merged(
        record(1, title="Walking on ice", doi="10.1/a"),
        record(2, title="Walking on ice", doi="10.1/a", arxiv="2101.00001"),
        record(3, title="On ice", arxiv="2101.00001"),
    )
    assert 1 == len(papers)


def test_copies_meet_across_other_records_of_their_title() -> None:
    """A work of another year between two copies does not part them."""
    title = "Walking on thin ice"
    papers = merged(
        *(record(n, title=title, year=year) for n, year in enumerate((2020, 2021, 2020)))
    )
    assert [2020, 2021] == sorted(paper.year or 0 for paper in papers)


def test_a_crowd_under_one_title_or_doi_merges_only_copies() -> None:
    """A volume's DOI on every one of its papers costs neither papers nor time."""
    records = [record(n, title=f"Paper {n} of {n * n}", doi="10.1/volume") for n in range(1000)]
    assert 1000 == len(merge_records(records).papers)


def test_an_undated_record_joins_no_year_of_several() -> None:
    """It cannot be known which of two works of one title it is."""
    title = "Walking on thin ice"
    papers = merged(
        record(1, title=title, year=2020), record(2, title=title, year=2021), record(3, title=title)
    )
    assert 3 == len(papers)


def test_the_fullest_value_of_each_field_is_kept_with_its_origin() -> None:
    """Longest text, most authors, the publisher's DOI."""
    (paper,) = merged(
        record(1, id="a", title="Walking on ice", abstract="We walk.", authors=("A", "B"), doi="10.1/a",
               arxiv="2101.00001", year=2021),
        record(2, id="b", title="Walking on ice: a study", abstract=LONG, authors=("A",),
               doi="10.48550/arxiv.2101.00001", arxiv="2101.00001", year=2021),
    )  # fmt: skip
    one, two = Origin("s", 1), Origin("s", 2)
    assert (
        Paper(
            id="b", title="Walking on ice: a study", abstract=LONG, authors=("A", "B"), year=2021,
            doi="10.1/a", arxiv="2101.00001",
            origins=(("abstract", two), ("arxiv", one), ("authors", one), ("doi", one), ("title", two),
                     ("year", one)),
        )
        == paper
    )  # fmt: skip


def test_a_merged_record_is_in_the_ledger_with_the_id_it_lost() -> None:
    """The row names the paper that the record became and why."""
    sources = merge_records(
        [
            record(1, id="a", title="Ice", doi="10.1/a"),
            record(2, id="b", title="Ice", abstract=LONG, doi="10.1/a"),
        ]
    )
    assert (
        LedgerRow(
            Origin("s", 1),
            Reason.DUPLICATE,
            Outcome.MERGED,
            "same DOI as s:2; its own id was 'a'",
            "b",
        ),
    ) == sources.ledger


def test_an_id_of_two_works_goes_to_one_and_the_other_is_renamed() -> None:
    """Both stay, and which keeps the id depends on content only."""
    records = [
        record(1, id="x", title="Ice", abstract=LONG),
        record(2, id="x", title="Snow", abstract=OTHER),
    ]
    sources = merge_records(records)
    first, second = sources.papers
    assert "x" == first.id
    assert second.id.startswith("x-")
    assert [(Reason.ID_CLASH, second.id)] == [(row.reason, row.paper) for row in sources.ledger]
    swapped = [
        record(1, id="x", title="Snow", abstract=OTHER),
        record(2, id="x", title="Ice", abstract=LONG),
    ]
    assert [(p.id, p.title) for p in sources.papers] == [
        (p.id, p.title) for p in merge_records(swapped).papers
    ]


def test_an_id_is_made_from_the_content_alone() -> None:
    """File and position do not show in it."""
    (paper,) = merge_records(
        [record(1, title="Walking on ice!", abstract="We walk.", year=2024)]
    ).papers
    (again,) = merge_records(
        [SourceRecord(Origin("t", 9), title="Walking on ice!", abstract="We walk.", year=2024)]
    ).papers
    assert paper.id == again.id
    assert paper.id.startswith("walking-on-ice-2024-")


def test_missing_texts_are_reported_and_kept() -> None:
    """One of title and abstract is enough."""
    sources = merge_records([record(1, id="a", title="Ice"), record(2, id="b", abstract=LONG)])
    assert [
        ("s:1", Reason.NO_ABSTRACT, Outcome.KEPT, "a"),
        ("s:2", Reason.NO_TITLE, Outcome.KEPT, "b"),
    ] == summary(sources)


WORDS = st.sampled_from(
    ["", "Ice", "Walking on thin ice", "Standing on deep snow", "面向冰面行走的机器人", "Editorial"]
)
RECORDS = st.builds(
    SourceRecord,
    origin=st.builds(Origin, st.sampled_from(["a", "b"]), st.integers(1, 30)),
    id=st.sampled_from(["", "x", "y"]),
    title=WORDS,
    abstract=st.sampled_from(["", "We walk.", LONG, LONG[:210], OTHER]),
    year=st.sampled_from([None, 2020, 2021]),
    doi=st.sampled_from(["", "10.1/a", "10.1/b"]),
    arxiv=st.sampled_from(["", "2101.00001"]),
    keywords=st.sampled_from([(), ("ice",), ("ice", "snow")]),
)


@given(st.lists(RECORDS, max_size=12), st.randoms(use_true_random=False))
def test_the_result_does_not_depend_on_the_order(
    records: list[SourceRecord], chance: random.Random
) -> None:
    """Any shuffle of the records gives equal papers and an equal ledger; ids are unique."""
    expected = merge_records(records)
    shuffled = list(records)
    chance.shuffle(shuffled)
    assert expected == merge_records(shuffled)
    ids = [paper.id for paper in expected.papers]
    assert sorted(set(ids)) == ids


@given(st.lists(RECORDS, max_size=12))
def test_every_record_is_a_paper_or_a_ledger_row(records: list[SourceRecord]) -> None:
    """Papers and merged rows add up to the records."""
    sources = merge_records(records)
    duplicates = [row for row in sources.ledger if row.outcome is Outcome.MERGED]
    assert len(records) == len(sources.papers) + len(duplicates)


def write(folder: Path, name: str, *values: dict[str, object]) -> str:
    path = folder / name
    path.write_text("".join(json.dumps(value) + "\n" for value in values), encoding="utf-8")
    return str(path)


def test_a_record_without_any_text_is_dropped(tmp_path: Path) -> None:
    """A DOI alone makes no paper."""
    path = write(
        tmp_path,
        "a.jsonl",
        {"doi": "10.1234/a"},
        {"id": "b", "title": "Ice", "abstract": "We walk."},
    )
    sources = read_papers([path])
    assert ["b"] == [paper.id for paper in sources.papers]
    assert [("a.jsonl:1", Reason.NO_TEXT, Outcome.DROPPED, "")] == summary(sources)


def test_rows_of_reading_name_the_paper(tmp_path: Path) -> None:
    """A changed record's row says which paper it became."""
    path = write(
        tmp_path, "a.jsonl", {"id": "b", "title": "Ice", "abstract": "We walk.", "year": "soon"}
    )
    assert [("a.jsonl:1", Reason.VALUE_IGNORED, Outcome.CHANGED, "b")] == summary(
        read_papers([path])
    )


def test_the_order_of_sources_does_not_matter(tmp_path: Path) -> None:
    """Names in any order, or their folder, give the same papers and ledger."""
    a = write(tmp_path, "a.jsonl", {"title": "Walking on thin ice"}, {"title": "Snow", "zoo": 1})
    b = write(tmp_path, "b.jsonl", {"title": "Walking on thin ice", "abstract": LONG})
    assert read_papers([a, b]) == read_papers([b, a]) == read_papers([str(tmp_path)])


def test_a_foreign_file_in_a_folder_is_a_row(tmp_path: Path) -> None:
    """It is no error beside papers."""
    write(tmp_path, "a.jsonl", {"id": "a", "title": "Ice", "abstract": "We walk."})
    (tmp_path / "README.md").write_text("# About\n")
    assert [("README.md:0", Reason.NOT_A_PAPER, Outcome.DROPPED, "")] == summary(
        read_papers([str(tmp_path)])
    )
    assert 1 == len(read_papers([str(tmp_path)], strict=True).papers)


@pytest.mark.parametrize("names", [[], ["notes.md"], ["empty.jsonl"], ["broken.json"]])
def test_sources_without_papers_are_one_clear_error(tmp_path: Path, names: list[str]) -> None:
    """The message names the source and the first reason."""
    for name in names:
        (tmp_path / name).write_text("" if name == "empty.jsonl" else "{# nothing")
    with pytest.raises(InputError, match=r"^no papers found in .*; "):
        read_papers([str(tmp_path)])


@pytest.mark.parametrize("line", ["{bad", "{}", '{"doi": "10.1234/a"}'])
def test_strict_makes_the_first_loss_fatal(tmp_path: Path, line: str) -> None:
    """The message names the place."""
    path = tmp_path / "a.jsonl"
    path.write_text(f'{{"title": "Ice"}}\n{line}\n')
    assert 1 == len(read_papers([str(path)]).papers)
    with pytest.raises(InputError, match=r"^a\.jsonl:2: .*--strict"):
        read_papers([str(path)], strict=True)


def test_progress_ends_with_the_number_of_records(tmp_path: Path) -> None:
    """The caller hears a growing count."""
    path = write(tmp_path, "a.jsonl", *({"title": f"Paper {n}"} for n in range(1200)))
    heard: list[int] = []
    read_papers([path], on_progress=heard.append)
    assert [500, 1000, 1200] == heard


def test_the_format_may_be_forced(tmp_path: Path) -> None:
    """A name in FORMATS goes before what the content looks like."""
    path = tmp_path / "a.txt"
    path.write_text("Title,Abstract\nIce,We walk\n")
    assert ["Ice"] == [paper.title for paper in read_papers([str(path)]).papers]
    forced = read_papers([str(path)], source_format="feed")
    assert ["Title,Abstract"] == [paper.title for paper in forced.papers]


def test_a_mismatch_is_reported_and_kept(tmp_path: Path) -> None:
    """The ledger quotes title and words."""
    path = write(
        tmp_path,
        "a.jsonl",
        {
            "id": "a",
            "title": "Estimating haemoglobin from eyelid photographs with neural networks",
            "abstract": LONG,
        },
    )
    (row,) = read_papers([path]).ledger
    assert (Reason.SUSPECTED_MISMATCH, Outcome.KEPT, "a") == (row.reason, row.outcome, row.paper)
    assert "haemoglobin" in row.detail


def test_an_abstract_under_two_unlike_titles_doubts_the_one_that_fits_less() -> None:
    """Neither record is lost, and the right one is not doubted."""
    sources = merge_records(
        [
            record(1, id="a", title="Legged robots walking on a frozen lake", abstract=LONG),
            record(2, id="b", title="Policy gradients in simulation", abstract=LONG),
        ]
    )
    assert ["a", "b"] == [paper.id for paper in sources.papers]
    assert [("s:2", Reason.SUSPECTED_MISMATCH, Outcome.KEPT, "b")] == summary(sources)


@needs_shared
def test_the_seed_feeds_become_34_papers() -> None:
    """35 records, one of them twice, one with a title of another paper."""
    paths = sorted((SHARED / "seeds").glob("*.txt"))
    sources = read_papers([str(path) for path in paths])
    assert 34 == len(sources.papers)
    assert [
        ("feed-1.txt:9", Reason.SUSPECTED_MISMATCH, Outcome.KEPT),
        ("feed-2.txt:39", Reason.DUPLICATE, Outcome.MERGED),
    ] == [(str(row.origin), row.reason, row.outcome) for row in sources.ledger]
    assert sources == read_papers([str(path) for path in reversed(paths)])


def test_a_disk_without_room_is_told_in_one_line():
    """Source records merge on disk; where there is none, the temporary folder is named."""
    resource = pytest.importorskip("resource")
    records = [SourceRecord(Origin("a", number), title=f"Ice {number**9}") for number in range(500)]
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, limits[1]))
    try:
        with pytest.raises(InputError, match=r"File too large.*; free disk space, or .* TMPDIR"):
            merge_records(records)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
