"""Entries as lines of a vocabulary file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontology.errors import VocabularyError
from ontology.terms import EntityType
from ontology.vocabulary.reader import Alias, Entry, read_entries, shipped_vocabulary
from ontology.vocabulary.writer import HEADER, line_of

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
LANGUAGE = st.sampled_from(["en", "zh", "zh-Hant", "de", "en-gb"])
SLUG = st.from_regex(r"[a-z0-9][a-z0-9.+-]{0,8}", fullmatch=True)


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    kind = draw(st.sampled_from(EntityType))
    prefix = kind.value.lower() + ":"
    return Entry(
        prefix + draw(SLUG),
        kind,
        draw(TEXT),
        tuple(draw(st.lists(st.builds(Alias, TEXT, LANGUAGE), max_size=3))),
        tuple(prefix + slug for slug in draw(st.lists(SLUG, max_size=2))),
        draw(st.just("") | TEXT),
    )


@given(entries())
def test_a_line_is_read_as_the_entry_or_refused(tmp_path_factory, entry: Entry) -> None:
    """Nothing is lost or changed on the way to a file and back."""
    path = tmp_path_factory.mktemp("words") / "words.tsv"
    try:
        line = line_of(entry)
    except VocabularyError:
        names = [entry.name, entry.note, *(alias.name for alias in entry.aliases)]
        odd = [one for one in names if one != one.strip() or not one.isprintable() or "|" in one]
        tagged = [one for one in entry.aliases if "@" in one.name]
        assert odd or tagged
        return
    path.write_bytes(f"{HEADER}\n{line}\n".encode())
    assert [entry] == list(read_entries(path))


def test_every_shipped_entry_can_be_written(tmp_path) -> None:
    """The shipped vocabulary, written and read, is itself."""
    path = tmp_path / "words.tsv"
    lines = [HEADER, *map(line_of, shipped_vocabulary())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert list(shipped_vocabulary()) == list(read_entries(path))


@pytest.mark.parametrize("sign", ["\t", "\n", "\r", "|", "\x1b", "\u2028"])
@pytest.mark.parametrize("place", ["name", "alias", "note"])
def test_signs_that_part_lines_and_cells_are_refused(sign: str, place: str) -> None:
    """Nothing a name holds makes a second line, cell or alias; a note may hold a bar."""
    text = f"a{sign}b"
    entry = Entry(
        "task:a", EntityType.TASK, text if place == "name" else "a",
        (Alias(text if place == "alias" else "b"),), note=text if place == "note" else "",
    )  # fmt: skip
    if (sign, place) == ("|", "note"):
        assert line_of(entry).endswith("\ta|b")
        return
    with pytest.raises(VocabularyError, match=r"task:a: 'a.*b' holds '.*'; it parts cells"):
        line_of(entry)


@pytest.mark.parametrize(
    "entry",
    [
        Entry("task:a", EntityType.TASK, "a "),
        Entry("task:a", EntityType.TASK, "a", (Alias(""),)),
        Entry("task:a", EntityType.TASK, "a", (Alias("b", "not a tag"),)),
        Entry("task:a", EntityType.TASK, "a", iri_name="b"),
    ],
)
def test_what_a_line_cannot_hold_is_refused(entry: Entry) -> None:
    """Space at the ends, empty aliases, odd languages and an IRI of another name."""
    with pytest.raises(VocabularyError, match="would be read as another entry"):
        line_of(entry)


@pytest.mark.parametrize("identifier", ["a", "method:a", "task:A", "task:a b", "#task:a"])
def test_a_bad_id_is_refused(identifier: str) -> None:
    """The rules of reading hold for writing."""
    with pytest.raises(VocabularyError):
        line_of(Entry(identifier, EntityType.TASK, "a"))
