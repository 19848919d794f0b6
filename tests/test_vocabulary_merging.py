"""A later vocabulary file refines, extends and corrects the earlier ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.resolve import resolve_name
from ontology.errors import VocabularyError
from ontology.terms import EntityType
from ontology.vocabulary.merging import refined, vocabulary_with
from ontology.vocabulary.reader import Alias, Entry, Vocabulary, shipped_vocabulary
from ontology.vocabulary.writer import HEADER, line_of

METHOD, TASK = EntityType.METHOD, EntityType.TASK


def method(
    slug: str, name: str, *aliases: str, broader: tuple[str, ...] = (), **rest: str
) -> Entry:
    return Entry(
        f"method:{slug}", METHOD, name, tuple(map(Alias, aliases)),
        tuple(f"method:{parent}" for parent in broader), **rest,
    )  # fmt: skip


EARLIER = Vocabulary(
    [
        method("net", "network", note="of neurons", place="shipped:2"),
        method("cnn", "convolutional network", "CNN", broader=("net",), place="shipped:3"),
        method("sam", "Segment Anything", "SAM", "SAM-H", place="shipped:4"),
    ]
)


def names(vocabulary: Vocabulary) -> dict[str, tuple[str, ...]]:
    return {entry.id: entry.names for entry in vocabulary}


@pytest.mark.parametrize(
    "entry",
    [
        method("cnn", "ConvNet", "CNN"),
        method("my-cnn", "Convolutional Networks", "ConvNet"),
        method("my-cnn", "cnn", "ConvNet"),
    ],
)
def test_an_entry_means_the_earlier_one_of_its_id_or_name(entry: Entry) -> None:
    """By id, by canonical name or by alias: one entry, one IRI, the later name, all names."""
    vocabulary = refined(EARLIER, [entry])
    assert len(EARLIER) == len(vocabulary)
    merged = vocabulary["method:cnn"]
    assert (entry.name, ("method:net",)) == (merged.name, merged.broader)
    for name in ("convolutional network", "CNN", "ConvNet"):
        assert vocabulary.find(METHOD, name) is merged
    assert "urn:litkg:method:convolutionalnetwork" == merged.iri
    assert merged.iri == resolve_name(METHOD, "conv-nets", vocabulary).iri
    assert vocabulary[entry.id] is merged


def test_an_entry_of_another_name_is_new() -> None:
    """It leaves all others as they are."""
    entry = method("mine", "my network", "MyNet", broader=("cnn",))
    vocabulary = refined(EARLIER, [entry])
    assert {entry, *EARLIER} == set(vocabulary)
    assert ("method:cnn", "method:net") == vocabulary.ancestors("method:mine")


def test_what_an_entry_leaves_out_stays() -> None:
    """Broader terms and note are replaced where given; aliases are united."""
    bare = refined(EARLIER, [method("net", "network")])["method:net"]
    assert EARLIER["method:net"] == bare
    said = refined(
        EARLIER, [method("cnn", "convolutional network", "ConvNet", broader=("sam",), note="new")]
    )["method:cnn"]
    assert (("method:sam",), "new") == (said.broader, said.note)
    assert ("convolutional network", "CNN", "ConvNet") == said.names


def test_the_later_spelling_and_language_of_an_alias_hold() -> None:
    """One spelling of one name stays, the later one."""
    later = Entry("method:sam", METHOD, "segment anything", (Alias("S.A.M.", "de"),))
    merged = refined(EARLIER, [later])["method:sam"]
    assert ("segment anything", (Alias("SAM-H"), Alias("S.A.M.", "de"))) == (
        merged.name, merged.aliases,
    )  # fmt: skip
    assert "" == merged.iri_name


def test_an_alias_moves_to_the_later_entry() -> None:
    """The earlier owner loses it and keeps the rest."""
    vocabulary = refined(EARLIER, [method("mine", "sharpness awareness", "SAM")])
    assert ("Segment Anything", "SAM-H") == vocabulary["method:sam"].names
    assert "method:mine" == vocabulary.find(METHOD, "SAM").id


def test_a_file_may_tell_apart_what_was_one() -> None:
    """Where one entry has the id, the alias that another has as its name is taken out."""
    later = [method("sam", "Segment Anything"), method("huge", "SAM-H", broader=("sam",))]
    vocabulary = refined(EARLIER, later)
    assert {
        "method:sam": ("Segment Anything", "SAM"), "method:huge": ("SAM-H",),
    }.items() <= names(vocabulary).items()  # fmt: skip


def test_a_canonical_name_may_go_to_another_entry_of_the_file() -> None:
    """The renamed entry then gets the IRI of its new name: no two entities share one."""
    later = [method("sam", "promptable segmenter"), method("mine", "Segment Anything")]
    vocabulary = refined(EARLIER, later)
    assert [
        "urn:litkg:method:promptablesegmenter", "urn:litkg:method:segmentanything",
    ] == [vocabulary[one.id].iri for one in later]  # fmt: skip


def test_a_name_taken_later_takes_its_iri_along() -> None:
    """A third file may take the alias after which a renamed entry's IRI is called."""
    renamed = refined(EARLIER, [method("sam", "promptable segmenter")])
    vocabulary = refined(renamed, [method("mine", "mine", "Segment Anything")])
    assert "urn:litkg:method:promptablesegmenter" == vocabulary["method:sam"].iri


def test_names_of_another_type_are_another_matter() -> None:
    """A task of a method's name is an entry of its own."""
    task = Entry("task:sam", TASK, "SAM")
    assert EARLIER["method:sam"] in set(refined(EARLIER, [task]))


def test_later_files_may_use_any_id_of_an_entry() -> None:
    """The id that a merged entry had in its own file finds it from then on."""
    second = refined(EARLIER, [method("a", "CNN"), method("b", "b net", broader=("a",))])
    assert ("method:cnn",) == second["method:b"].broader
    third = refined(second, [method("c", "c net", broader=("a",)), method("a", "C.N.N.")])
    assert ("method:cnn",) == third["method:c"].broader
    assert "C.N.N." == third["method:cnn"].name


def test_broader_terms_may_be_iris_of_earlier_entities() -> None:
    """So thesauri point out of themselves, to renamed entities too."""
    renamed = refined(EARLIER, [method("net", "neural network")])
    later = Entry("method:x", METHOD, "x net", broader=("urn:litkg:method:network",))
    assert ("method:net",) == refined(renamed, [later])["method:x"].broader


@pytest.mark.parametrize(
    ("later", "message"),
    [
        (
            [method("a", "a net", "CNN", place="f:2"), method("b", "b net", "cnn", place="f:3")],
            "f:3: 'cnn' already names method:a (f:2); one Method a name",
        ),
        (
            [method("a", "a net", place="f:2"), method("a", "b net", place="f:3")],
            "f:3: the id method:a is used already (f:2); ids are unique",
        ),
        (
            [method("a", "SAM", place="f:2"), method("b", "SAM-H", place="f:3")],
            (
                "f:3: 'SAM-H' and 'SAM' (f:2) are both aliases of method:sam (shipped:4); give that id "
                "to one of them"
            ),
        ),
        (
            [method("a", "a net", "Segment Anything", place="f:2")],
            (
                "f:2: 'Segment Anything' is the canonical name of method:sam (shipped:4); leave the "
                "name out or, if the two are one, give the entry that id"
            ),
        ),
        (
            [method("a", "a net", broader=("b",), place="f:2")],
            "f:2: broader 'method:b' is no entry of this file or an earlier one",
        ),
        (
            [method("net", "network", broader=("cnn",), place="f:2")],
            (
                "f:2: broader terms lead from method:net back to itself: method:net (f:2) > "
                "method:cnn (shipped:3) > method:net (f:2); take one of them out"
            ),
        ),
    ],
)
def test_what_cannot_hold_is_refused_by_place(later: list[Entry], message: str) -> None:
    """The message names the place in the later file, that of the other entry, and the fix."""
    with pytest.raises(VocabularyError) as caught:
        refined(EARLIER, later)
    assert message == str(caught.value)


WORD = st.sampled_from(
    ["net", "CNN", "SAM", "SAM-H", "Segment Anything", "network", "foo", "Foo", "bar"]
)
ENTRY = st.builds(
    lambda slug, name, aliases: method(slug, name, *aliases),
    st.sampled_from(["net", "cnn", "sam", "foo", "bar"]),
    WORD,
    st.lists(WORD, max_size=3),
)


@given(st.lists(st.lists(ENTRY, max_size=3), max_size=3))
def test_whatever_files_say_names_and_iris_stay_unique(layers: list[list[Entry]]) -> None:
    """A vocabulary comes out in which each IRI is one entry's and the last file's names hold."""
    vocabulary = EARLIER
    for layer in layers:
        try:
            vocabulary = refined(vocabulary, layer)
        except VocabularyError:
            continue
        assert len(vocabulary) == len({entry.iri for entry in vocabulary})
        for entry in layer:
            assert vocabulary[entry.id].name == entry.name
            for name in entry.names:
                assert vocabulary.find(METHOD, name) is vocabulary[entry.id]
        for entry in vocabulary:
            assert vocabulary.find(METHOD, entry.iri_name or entry.name) is entry


def test_files_are_read_in_order(tmp_path: Path) -> None:
    """The last file's name is the canonical one; the shipped entry keeps its id and IRI."""
    paths = []
    for number, name in enumerate(("UNet one", "UNet two")):
        path = tmp_path / f"{number}.tsv"
        path.write_text(f"{HEADER}\n{line_of(method('u-net', name))}\n", encoding="utf-8")
        paths.append(path)
    first, second = (vocabulary_with(order) for order in (paths, paths[::-1]))
    assert ("UNet two", "UNet one") == (first["method:u-net"].name, second["method:u-net"].name)
    assert shipped_vocabulary()["method:u-net"].iri == first["method:u-net"].iri
    assert len(shipped_vocabulary()) == len(first)


def test_without_files_the_shipped_vocabulary_stands() -> None:
    """Nothing is rearranged."""
    assert list(shipped_vocabulary()) == list(vocabulary_with([]))


def test_an_edited_file_is_read_again(tmp_path: Path) -> None:
    """What was read before does not outlive the file."""
    path = tmp_path / "mine.tsv"
    for name in ("one net", "two net"):
        path.write_text(f"{HEADER}\n{line_of(method('mine-a', name))}\n", encoding="utf-8")
        assert name == vocabulary_with([path])["method:mine-a"].name
