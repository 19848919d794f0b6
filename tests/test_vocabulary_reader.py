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
    """Bytes that are no UTF-8 are refused by the file's name."""
    path = tmp_path / "words.tsv"
    path.write_bytes(f"{HEADER}\n".encode() + "task:a\tTask\ta\t图像@zh\t\t\n".encode("gb18030"))
    with pytest.raises(VocabularyError, match=r"words\.tsv: cannot be read as UTF-8 text"):
        list(read_entries(path))


def test_an_absent_file_is_refused(tmp_path: Path) -> None:
    """A file that cannot be opened is refused by its name."""
    with pytest.raises(VocabularyError, match=r"absent\.tsv: cannot be read"):
        list(read_entries(tmp_path / "absent.tsv"))


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            [_row("task:a", "Task", "alpha"), _row("task:a", "Task", "beta")],
            "task:a: the id is used twice; ids are unique",
        ),
        (
            [_row("task:a", "Task", "alpha", "gamma"), _row("task:b", "Task", "b", "Gammas")],
            "task:b: 'Gammas' already names task:a; one Task a name",
        ),
        (
            [_row("task:a", "Task", "a task", broader="task:x")],
            "task:a: broader 'task:x' is no entry",
        ),
        (
            [
                _row("task:a", "Task", "alpha", broader="method:a"),
                _row("method:a", "Method", "alpha"),
            ],
            "task:a: broader 'method:a' is of another type",
        ),
        (
            [
                _row("task:a", "Task", "alpha", broader="task:b"),
                _row("task:b", "Task", "beta", broader="task:a"),
            ],
            "task:a: broader terms lead back to the entry itself",
        ),
        (
            [_row("task:a", "Task", "alpha", broader="task:a")],
            "task:a: broader terms lead back to the entry itself",
        ),
        ([_row("task:a", "Task", "alpha", "—")], "task:a: '—' holds no letter or digit"),
    ],
)
def test_entries_that_contradict_one_another_are_refused(
    tmp_path: Path, lines: list[str], message: str
) -> None:
    """The message names the entry and the rule that it breaks together with the others."""
    path = _write(tmp_path, HEADER, *lines)
    with pytest.raises(VocabularyError) as caught:
        Vocabulary(read_entries(path))
    assert message == str(caught.value)


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
