"""Every format end to end: sniffing, reading, and what becomes of broken input."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from helpers import SHARED, needs_shared
from hypothesis import given
from hypothesis import strategies as st

from kg.sources.files import SourceFile, expand
from kg.sources.formats import FORMATS, read_file, sniff
from ontology.errors import InputError
from ontology.records import LedgerRow, Outcome, Reason, SourceRecord

BIBTEX = r"""
@string{ice = "Journal of Ice"}
@article{first, title={{W}alking on {\"O}dd ice: $x_{1}$ \& more}, author={K{\"u}hl, Ada and {Ice Group}},
  journal=ice, year=2020, abstract={50% of $\alpha$ steps}}
@article{broken, title={Never closed, year=2020
@inproceedings{second, title="Standing on snow", title="Again", year=2021}
@proceedings{volume, title={All of it}}
"""
RIS = """TY  - JOUR
TI  - Walking on ice
AU  - Lovelace, Ada
AU  - Turing, Alan
PY  - 2020
KW  - ice
KW  - gait
AB  - We walk
on ice.
DO  - 10.1234/ABC
ER  -

TY  - CONF
TI  - Standing on snow
TY  - JOUR
TI  - Third
"""
CSV = 'Title,Abstract,Publication Year\r\n"Walking, on ice","We\nwalk",2020\r\n'


def read(
    path: Path, source_format: str | None = None
) -> tuple[list[SourceRecord], list[LedgerRow]]:
    items = list(read_file(SourceFile(path.name, path, named=True), source_format))
    return (
        [item for item in items if isinstance(item, SourceRecord)],
        [item for item in items if isinstance(item, LedgerRow)],
    )


def read_bytes(
    tmp_path: Path, name: str, data: bytes
) -> tuple[list[SourceRecord], list[LedgerRow]]:
    path = tmp_path / name
    path.write_bytes(data)
    return read(path)


def titles(records: Sequence[SourceRecord]) -> list[str]:
    return [record.title for record in records]


def reasons(rows: Sequence[LedgerRow]) -> list[tuple[int, Reason, Outcome]]:
    return [(row.origin.position, row.reason, row.outcome) for row in rows]


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        ('{"title": "A"}\n{"title": "B"}\n', "x", "jsonl"),
        ('{"title": "A"}', "x.jsonl", "jsonl"),
        ('{broken\n{"title": "B"}\n', "x.jsonl", "jsonl"),
        ('{"title": "A"}', "x.json", "json"),
        ('{"results": [{"title": "A"}]}', "x", "json"),
        ('{\n  "papers": [\n', "x", "json"),
        ('[{"title": "A"}]', "x", "json"),
        ("Title,Abstract\n", "x", "csv"),
        ("Title\tAbstract\n", "x", "csv"),
        ("\ufeffTitle;Year\n", "x.txt", "csv"),
        ("% a comment\n@article{a,\n", "x.bib", "bibtex"),
        ("@article{a,\n", "x.txt", "bibtex"),
        ("TY  - JOUR\n", "x.txt", "ris"),
        ("论文ICLR 2026 Poster2026 年robotics 冰面\n", "x", "feed"),
        ("Walking on ice\nWe walk.\n", "x.txt", "feed"),
        ("Walking on ice\nWe walk.\n", "x", None),
        ("%PDF-1.7\n", "x.pdf", None),
        ("\x00\x01\x02", "x.txt", None),
        ("", "x.jsonl", None),
    ],
)
def test_the_content_tells_the_format(data: str, name: str, expected: str | None) -> None:
    """The extension only helps where the content leaves it open."""
    assert expected == sniff(data.encode(), name)


def test_plain_text_in_a_folder_is_no_feed() -> None:
    """A README beside the sources is not read as papers."""
    assert None is sniff(b"How to use\nthis folder\n", "README.txt", named=False)


def test_bibtex_is_decoded_and_a_broken_entry_costs_itself_only(tmp_path: Path) -> None:
    """Accents become letters, maths stays, the good neighbours of a broken entry survive."""
    records, rows = read_bytes(tmp_path, "a.bib", BIBTEX.encode())
    assert ["first", "second"] == [record.id for record in records]
    assert "Walking on Ödd ice: $x_{1}$ & more" == records[0].title
    assert ("Ada Kühl", "Ice Group") == records[0].authors
    assert (r"50% of $\alpha$ steps", "Journal of Ice") == (records[0].abstract, records[0].venue)
    assert [
        (5, Reason.MALFORMED, Outcome.DROPPED),
        (6, Reason.VALUE_IGNORED, Outcome.CHANGED),
        (7, Reason.NOT_A_PAPER, Outcome.DROPPED),
    ] == reasons(rows)


def test_ris_records_survive_a_missing_end(tmp_path: Path) -> None:
    """A record without ER ends where the next begins; wrapped lines are joined."""
    records, rows = read_bytes(tmp_path, "a.ris", RIS.encode())
    assert ["Walking on ice", "Standing on snow", "Third"] == titles(records)
    first = records[0]
    assert ("We walk on ice.", ("Ada Lovelace", "Alan Turing"), ("ice", "gait"), 2020, "10.1234/abc") == (
        first.abstract, first.authors, first.keywords, first.year, first.doi,
    )  # fmt: skip
    assert [] == rows


def test_csv_cells_may_hold_commas_and_line_breaks(tmp_path: Path) -> None:
    """Positions are the lines on which rows start."""
    records, rows = read_bytes(tmp_path, "a.csv", CSV.encode("utf-8-sig"))
    assert [("Walking, on ice", "We walk", 2020, 2)] == [
        (r.title, r.abstract, r.year, r.origin.position) for r in records
    ]
    assert [] == rows


def test_an_open_quote_in_a_table_costs_its_own_row_only(tmp_path: Path) -> None:
    """The rows below the quote are not swallowed."""
    data = b'title,abstract\n"open,We walk\nSecond,We stand\nThird,We sit\n'
    records, rows = read_bytes(tmp_path, "a.csv", data)
    assert ["Second", "Third"] == titles(records)
    assert [(2, Reason.MALFORMED, Outcome.DROPPED)] == reasons(rows)


def test_extra_cells_are_reported(tmp_path: Path) -> None:
    """A row longer than the header keeps its record."""
    records, rows = read_bytes(tmp_path, "a.csv", b"title,abstract\nA,B,C\n")
    assert ["A"] == titles(records)
    assert [(2, Reason.VALUE_IGNORED, Outcome.CHANGED)] == reasons(rows)


def test_bad_lines_of_json_lines_are_dropped_alone(tmp_path: Path) -> None:
    """Each bad line is a row with its number; blank lines are nothing."""
    data = b'{"title": "A"}\n{bad\n\n[1]\n"x"\n' + b"[" * 100_000 + b'\n{"title": "B"}'
    records, rows = read_bytes(tmp_path, "a.jsonl", data)
    assert ["A", "B"] == titles(records)
    assert [(n, Reason.MALFORMED, Outcome.DROPPED) for n in (2, 4, 5, 6)] == reasons(rows)


def test_a_cut_json_list_gives_its_whole_records(tmp_path: Path) -> None:
    """A download that broke off, or one bad record, does not cost the others."""
    data = b'{"total": 3, "results": [{"title": "A"},\n {"title": "B" oops},\n {"title": "C"},\n {"title": "D'
    records, rows = read_bytes(tmp_path, "a.json", data)
    assert ["A", "C"] == titles(records)
    assert [
        (2, Reason.MALFORMED, Outcome.DROPPED),
        (4, Reason.MALFORMED, Outcome.DROPPED),
    ] == reasons(rows)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.csv"])
def test_unicode_in_any_marked_encoding(tmp_path: Path, name: str, encoding: str) -> None:
    """A byte order mark is no part of the first field."""
    text = (
        "title,abstract\nÉtude 图像,B\n"
        if name == "a.csv"
        else '{"title": "Étude 图像", "abstract": "B"}\n'
    )
    records, rows = read_bytes(tmp_path, name, text.encode(encoding))
    assert ["Étude 图像"] == titles(records)
    assert [] == rows


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv"])
@pytest.mark.parametrize(("encoding", "word"), [("cp1252", "Étude"), ("gb18030", "图像分割")])
def test_other_encodings_are_repaired_and_reported(
    tmp_path: Path, name: str, encoding: str, word: str
) -> None:
    """Only the lines that are not UTF-8 are read as something else."""
    first, second = f"{word} one", "naïve two"
    if name == "a.csv":
        data = b"title,abstract\n" + first.encode(encoding) + b",B\n" + second.encode() + b",B\n"
    else:
        lines = [json.dumps({"title": t}, ensure_ascii=False) for t in (first, second)]
        data = lines[0].encode(encoding) + b"\n" + lines[1].encode() + b"\n"
    records, rows = read_bytes(tmp_path, name, data)
    assert [first, second] == titles(records)
    assert [(Reason.ENCODING_REPAIRED, Outcome.CHANGED)] == [(r.reason, r.outcome) for r in rows]


def test_nul_bytes_become_spaces(tmp_path: Path) -> None:
    """A NUL inside a text costs nothing but itself."""
    records, rows = read_bytes(tmp_path, "a.jsonl", b'{"title": "A\x00B"}\n')
    assert ["A B"] == titles(records)
    assert [] == rows


def test_a_line_of_a_million_characters_is_a_line(tmp_path: Path) -> None:
    """Length alone is no fault below the limit of a field."""
    data = json.dumps({"title": "A", "abstract": "ice " * 249_000}).encode()
    records, rows = read_bytes(tmp_path, "a.jsonl", data)
    assert [995_999] == [len(record.abstract) for record in records]
    assert [] == rows


def test_gzip_is_undone_whatever_the_name(tmp_path: Path) -> None:
    """The first bytes tell."""
    records, _ = read_bytes(tmp_path, "a.jsonl.gz", gzip.compress(b'{"title": "A"}\n'))
    assert ["A"] == titles(records)
    records, _ = read_bytes(tmp_path, "b", gzip.compress(b"TY  - JOUR\nTI  - B\n"))
    assert ["B"] == titles(records)


def test_a_cut_gzip_keeps_what_came_before(tmp_path: Path) -> None:
    """The rest is reported as unreadable."""
    lines = [json.dumps({"title": f"Paper {n}", "abstract": f"{n * 7919}"}) for n in range(20_000)]
    data = gzip.compress("\n".join(lines).encode())
    records, rows = read_bytes(tmp_path, "a.jsonl.gz", data[: len(data) // 2])
    assert titles(records) == [f"Paper {n}" for n in range(len(records))]
    assert len(records) > 1000
    assert [(Reason.UNREADABLE, Outcome.DROPPED)] == [(row.reason, row.outcome) for row in rows]


def test_unknown_fields_are_reported_once_a_source(tmp_path: Path) -> None:
    """One row lists all names."""
    data = b'{"title": "A", "zoo": 1}\n{"title": "B", "zoo": 2, "ark": 3}\n'
    _, rows = read_bytes(tmp_path, "a.jsonl", data)
    assert [(0, Reason.UNKNOWN_FIELD, Outcome.KEPT)] == reasons(rows)
    assert "unknown fields were not used: ark, zoo" == rows[0].detail


def test_an_empty_file_is_unreadable(tmp_path: Path) -> None:
    """It is reported, not passed over."""
    assert [(0, Reason.UNREADABLE, Outcome.DROPPED)] == reasons(
        read_bytes(tmp_path, "a.csv", b"")[1]
    )


def test_a_broken_link_is_unreadable(tmp_path: Path) -> None:
    """What the system refuses to open becomes a row."""
    link = tmp_path / "gone.jsonl"
    link.symlink_to(tmp_path / "nowhere")
    assert [(0, Reason.UNREADABLE, Outcome.DROPPED)] == reasons(read(link)[1])


def test_folders_are_searched_in_order_without_hidden_files(tmp_path: Path) -> None:
    """Sub-folders count, dot files and dot folders do not."""
    for name in ("b.txt", "a/z.txt", ".hidden", ".git/x.txt", "a/.y"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    assert ["z.txt", "b.txt"] == [file.name for file in expand([str(tmp_path)])]


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    """Whether by name, by pattern or through its folder."""
    path = tmp_path / "a.txt"
    path.write_text("x")
    assert 1 == len(expand([str(path), str(tmp_path), str(tmp_path / "*.txt"), str(path)]))


@pytest.mark.parametrize("name", ["nowhere.txt", "*.nothing"])
def test_a_source_that_does_not_exist_is_an_error(tmp_path: Path, name: str) -> None:
    """A mistyped path is told at once."""
    with pytest.raises(InputError, match=r"nowhere|matches no file"):
        expand([str(tmp_path / name)])


def test_standard_input_is_a_source(monkeypatch: pytest.MonkeyPatch) -> None:
    """``-`` is sniffed like a file."""

    class Stdin:
        buffer = io.BytesIO(b'{"title": "A"}\n')

    monkeypatch.setattr("sys.stdin", Stdin())
    (file,) = expand(["-"])
    assert ["-:1"] == [str(item.origin) for item in read_file(file)]


def test_an_unknown_format_is_refused_by_name(tmp_path: Path) -> None:
    """The message lists the formats there are."""
    with pytest.raises(InputError, match=", ".join(FORMATS)):
        list(read_file(SourceFile("a", tmp_path / "a", named=True), "marc"))


@pytest.mark.parametrize("source_format", FORMATS)
@given(data=st.binary(max_size=300))
def test_no_bytes_stop_a_reader(source_format: str, data: bytes) -> None:
    """Any bytes end in records and rows."""
    for item in FORMATS[source_format](io.BufferedReader(io.BytesIO(data)), "x"):  # type: ignore[arg-type]
        assert item is not None


@pytest.mark.parametrize("source_format", FORMATS)
@given(data=st.data())
def test_no_shuffled_syntax_stops_a_reader(source_format: str, data: st.DataObject) -> None:
    """Pieces of every format in any order end in records and rows."""
    pieces = ["@article{", "a,", "title", "=", "{", "}", '"', "\n", "TY  - JOUR", "TI  - A", "ER  - ", ",",
              "#", "\\", "$", "[", "]", ":", "论文", "ICLR 2026", "2026 年", "x y", "@", "%", "{\\'"]  # fmt: skip
    text = "".join(data.draw(st.lists(st.sampled_from(pieces), max_size=40)))
    for item in FORMATS[source_format](io.BufferedReader(io.BytesIO(text.encode())), "x"):  # type: ignore[arg-type]
        assert item is not None


@pytest.mark.parametrize("source_format", FORMATS)
@pytest.mark.parametrize(
    "unit",
    [" ", "\n", "{", '"', "a", "$", "\\(", "code/", "http://a", "@a{", "论文", "<a ", "\x00"],
)
def test_long_runs_of_one_sign_are_read_in_linear_time(
    source_format: str, unit: str, tmp_path: Path
) -> None:
    """A pattern that backtracks over them would not end."""
    path = tmp_path / "a"
    start = {"csv": "title,authors\nA,", "bibtex": "@article{a, author={", "ris": "TY  - A\nAU  - "}
    path.write_text(start.get(source_format, '{"title": "A", "arxiv": "') + unit * 200_000)
    assert [] != list(read_file(SourceFile("a", path, named=True), source_format))


@needs_shared
@pytest.mark.parametrize(
    ("name", "count", "dropped"),
    [("ieee.csv", 10, 0), ("ieee-example.ris", 25, 0), ("midl2023.bib", 112, 1)],
)
def test_the_samples_load_in_full(name: str, count: int, dropped: int) -> None:
    """Every record has title, abstract and authors; a volume of proceedings is none."""
    records, rows = read(SHARED / "samples" / name)
    assert (count, dropped) == (len(records), len(rows))
    assert [] == [r.origin for r in records if not (r.title and r.abstract and r.authors)]


@needs_shared
def test_the_accents_of_real_bibtex_become_letters() -> None:
    """Braces and ties are gone and maths is as it was; a command that is none stays."""
    records, _ = read(SHARED / "samples" / "midl2023.bib")
    names = " ".join(name for record in records for name in record.authors)
    assert [] == [mark for mark in "{}~" if mark in names]
    assert [r"Bj\orn"] == [name for name in names.split() if "\\" in name]
    assert "Kühlewein" in names
    assert any(r"$10\times$" in record.abstract for record in records)


def test_a_lone_surrogate_in_a_field_name_becomes_a_replacement_character(tmp_path: Path) -> None:
    """No ledger could be written with it."""
    path = tmp_path / "a.jsonl"
    path.write_text('{"title": "Walking on ice", "x\\ud800": 1}\n')
    (file,) = expand([str(path)])
    _, row = read_file(file)
    assert isinstance(row, LedgerRow)
    assert "unknown fields were not used: x\ufffd" == row.detail


def test_a_source_that_the_system_refuses_is_named() -> None:
    """What was to be written is not to blame."""
    with pytest.raises(InputError, match=r"^a{300}: cannot be read; File name too long"):
        expand(["a" * 300])
