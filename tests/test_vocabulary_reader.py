"""A vocabulary file is read as written, and one that breaks a rule is refused by name and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from ontology.errors import VocabularyError
from ontology.terms import EntityType
from ontology.vocabulary.reader import COLUMNS, Alias, Entry, Vocabulary, read_entries

METHOD, TASK = EntityType.METHOD, EntityType.TASK
HEADER = "\t".join(COLUMNS)


def _write(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "words.tsv"
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return path


def _row(
    identifier: str, kind: str, name: str, aliases: str = "", broader: str = "", note: str = ""
) -> str:
    return f"{identifier}\t{kind}\t{name}\t{aliases}\t{broader}\t{note}"


def test_a_file_is_read_in_order(tmp_path: Path) -> None:
    """Entries keep the order, the aliases their language, and comments vanish."""
    path = _write(
        tmp_path,
        "# a comment before the header",
        HEADER,
        _row("task:b", "Task", "b task", "B|乙@zh|乙@zh-Hant", "task:a"),
        "# another",
        _row("task:a", "Task", "a task", note="a note"),
    )
    expected = [
        Entry(
            "task:b",
            TASK,
            "b task",
            (Alias("B"), Alias("乙", "zh"), Alias("乙", "zh-Hant")),
            ("task:a",),
        ),
        Entry("task:a", TASK, "a task", note="a note"),
    ]
    assert expected == list(read_entries(path))


def test_a_quotation_mark_is_an_ordinary_character(tmp_path: Path) -> None:
    """Quotes neither open a quoted cell nor swallow lines."""
    path = _write(tmp_path, HEADER, _row("task:a", "Task", '"a'), _row("task:b", "Task", 'b"'))
    assert ['"a', 'b"'] == [entry.name for entry in read_entries(path)]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("task:a\tTask\ta", "3 columns; every line has 6"),
        (_row("task:a", "Task", "a") + "\textra", "7 columns; every line has 6"),
        (_row("a", "Task", "a"), "id 'a'; it reads <type>:<slug> in lower case"),
        (_row("task:A", "Task", "a"), "id 'task:A'; it reads <type>:<slug> in lower case"),
        (_row("method:a", "Task", "a"), "id 'method:a'; it reads <type>:<slug> in lower case"),
        (_row("task:a", "task", "a"), "type 'task'; one of Dataset, Modality, Method, Task"),
        (_row("task:a", "Task", ""), "the name is empty"),
        (_row("task:a", "Task", "a\x1bb"), r"control character '\x1b'; a cell holds text only"),
        (
            _row("task:a", "Task", "a", broader="the z task"),
            "broader 'the z task' is no id; broader terms are given by id",
        ),
    ],
)
def test_a_bad_line_is_refused_by_file_and_line(tmp_path: Path, line: str, message: str) -> None:
    """The message names the file, the line and the rule."""
    path = _write(tmp_path, HEADER, _row("task:z", "Task", "z"), line)
    with pytest.raises(VocabularyError) as caught:
        list(read_entries(path))
    assert f"{path}:3: {message}" == str(caught.value)


def test_a_wrong_header_is_refused(tmp_path: Path) -> None:
    """The header names the six columns in order."""
    path = _write(tmp_path, "id\tname", "task:a\ta")
    with pytest.raises(VocabularyError) as caught:
        list(read_entries(path))
    assert (
        f"{path}:1: the header is 'id name'; it must be 'id type name aliases broader note', "
        "parted by tabs" == str(caught.value)
    )


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 are refused by the file's name and the first such line."""
    path = tmp_path / "words.tsv"
    path.write_bytes(f"{HEADER}\n".encode() + "task:a\tTask\ta\t图像@zh\t\t\n".encode("gb18030"))
    with pytest.raises(VocabularyError) as caught:
        list(read_entries(path))
    assert f"{path}:2: byte 0xcf is no UTF-8; save the file as UTF-8" == str(caught.value)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_a_byte_order_mark_and_any_line_ends_are_accepted(tmp_path: Path, ending: str) -> None:
    """Files saved by a spreadsheet are read like any other; blank rows vanish."""
    path = tmp_path / "words.tsv"
    lines = [HEADER, _row("task:a", "Task", "a b"), "\t" * 5, _row("task:b", "Task", "b"), ""]
    path.write_bytes(b"\xef\xbb\xbf" + ending.join(lines).encode())
    assert [("task:a", f"{path}:2"), ("task:b", f"{path}:4")] == [
        (entry.id, entry.place) for entry in read_entries(path)
    ]


def test_a_file_without_a_header_is_refused(tmp_path: Path) -> None:
    """An empty file is no vocabulary."""
    with pytest.raises(VocabularyError, match=r"words\.tsv:1: no header; it must be 'id type"):
        list(read_entries(_write(tmp_path, "# nothing but a remark")))


def test_the_place_of_an_entry_is_no_part_of_it(tmp_path: Path) -> None:
    """Entries of two files that say the same are equal."""
    (entry,) = read_entries(_write(tmp_path, HEADER, _row("task:a", "Task", "a")))
    assert Entry("task:a", TASK, "a") == entry
    assert "words.tsv" not in repr(entry)


def test_an_absent_file_is_refused(tmp_path: Path) -> None:
    """A file that cannot be opened is refused by its name."""
    with pytest.raises(VocabularyError, match=r"absent\.tsv: cannot be read"):
        list(read_entries(tmp_path / "absent.tsv"))


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            [_row("task:a", "Task", "alpha"), _row("task:a", "Task", "beta")],
            "PATH:3: the id task:a is used already (PATH:2); ids are unique",
        ),
        (
            [_row("task:a", "Task", "alpha", "gamma"), _row("task:b", "Task", "b", "Gammas")],
            "PATH:3: 'Gammas' already names task:a (PATH:2); one Task a name",
        ),
        (
            [_row("task:a", "Task", "a task", broader="task:x")],
            "PATH:2: broader 'task:x' is no entry of this file or an earlier one",
        ),
        (
            [
                _row("task:a", "Task", "alpha", broader="method:a"),
                _row("method:a", "Method", "beta"),
            ],
            (
                "PATH:2: broader 'beta' (PATH:3) is a Method; entry and broader terms have one type, "
                "here Task"
            ),
        ),
        (
            [
                _row("task:c", "Task", "gamma", broader="task:a"),
                _row("task:a", "Task", "alpha", broader="task:b"),
                _row("task:b", "Task", "beta", broader="task:a"),
            ],
            (
                "PATH:3: broader terms lead from task:a back to itself: task:a (PATH:3) > "
                "task:b (PATH:4) > task:a (PATH:3); take one of them out"
            ),
        ),
        (
            [_row("task:a", "Task", "alpha", broader="task:a")],
            (
                "PATH:2: broader terms lead from task:a back to itself: task:a (PATH:2) > "
                "task:a (PATH:2); take one of them out"
            ),
        ),
        ([_row("task:a", "Task", "alpha", "—")], "PATH:2: '—' holds no letter or digit"),
    ],
)
def test_entries_that_contradict_one_another_are_refused(
    tmp_path: Path, lines: list[str], message: str
) -> None:
    """The message names file, line and the rule that the entry breaks together with others."""
    path = _write(tmp_path, HEADER, *lines)
    with pytest.raises(VocabularyError) as caught:
        Vocabulary(read_entries(path))
    assert message.replace("PATH", str(path)) == str(caught.value)


def test_two_types_may_own_one_name(tmp_path: Path) -> None:
    """A name may be a task and a method; the type tells which is meant."""
    path = _write(
        tmp_path, HEADER, _row("task:a", "Task", "a b"), _row("method:a", "Method", "a b")
    )
    vocabulary = Vocabulary(read_entries(path))
    assert ["task:a", "method:a"] == [
        entry.id for kind in (TASK, METHOD) if (entry := vocabulary.find(kind, "A-B"))
    ]


def test_ancestors_come_nearest_first_without_repetition() -> None:
    """Two ways up to one ancestor give it once."""
    vocabulary = Vocabulary(
        [
            Entry("task:a", TASK, "alpha", broader=("task:b", "task:c")),
            Entry("task:b", TASK, "beta", broader=("task:d",)),
            Entry("task:c", TASK, "gamma", broader=("task:d",)),
            Entry("task:d", TASK, "delta"),
        ]
    )
    assert ("task:b", "task:c", "task:d") == vocabulary.ancestors("task:a")
