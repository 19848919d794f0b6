"""Coined and proper names."""

from __future__ import annotations

import pytest

from extractors.coined_names import coined_names, name_in_title
from extractors.coined_names import occurrences as name_occurrences
from extractors.proper_names import has_odd_capitals, proper_names
from extractors.reading import split_words


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("FooNet: networks for bars", "FooNet"),
        ("FooNet 2.0 : better bars", "FooNet 2.0"),
        ("Learning to read: a study", ""),
        ("What now?", ""),
        ("Why? Because: reasons", ""),
        ("", ""),
    ],
)
def test_the_name_before_the_colon_of_a_title(title, name):
    """One word, or up to three that begin with odd capitals, make a name; phrases do not."""
    assert name == name_in_title(title)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("We introduce FooBench, a benchmark for bars.", [("FooBench", "Dataset")]),
        ("We propose FooNet, a network for a dataset.", [("FooNet", "Method")]),
        ("It is a corpus called Barley.", [("Barley", "Dataset")]),
        ("a new loss dubbed QuxLoss helps", [("QuxLoss", "Method")]),
        ("We propose a network.", []),
    ],
)
def test_names_are_coined_with_the_type_of_their_definition(sentence, expected):
    """The first telling noun of the definition decides between data and method."""
    assert expected == [
        (sentence[name.start : name.end], name.type) for name in coined_names(split_words(sentence))
    ]


def test_all_occurrences_of_a_coined_name_are_found_whole():
    """A longer name that begins with the coined one is another name."""
    text = "Foo beats Foo-2, FooNet and Foo+; Foo-based too."
    assert ["Foo", "Foo"] == [
        text[a:b] for a, b, _ in name_occurrences({"Foo"}, text, split_words(text))
    ]


@pytest.mark.parametrize(
    ("word", "odd"),
    [
        ("GPT-4o", True), ("nnU-Net", True), ("iForest", True), ("Swin-B", True), ("LLMs", True),
        ("Network", False), ("Text-Image", False), ("deep", False), ("42", False), ("-", False),
    ],
)  # fmt: skip
def test_names_differ_from_words_by_their_capitals(word, odd):
    """Two capitals, an inner capital or a capital with a digit make a name."""
    assert odd is has_odd_capitals(word)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (
            "We train FooNet 2 on BarSet and BazSet.",
            ["FooNet 2 Method", "BarSet Dataset", "BazSet Dataset"],
        ),
        ("Datasets such as FOO-1 and BAR help.", ["FOO-1 Dataset", "BAR Dataset"]),
        ("It reaches an AUC of 3K on a GPU.", []),
        ("FOO BAR BAZ QUX QUUX", []),
        ("a FOO-based model", []),
        ("tests on the fooBot robot and on the BAR gripping arm", []),
        ("tests on the fooBot gait and on BarSet.", ["fooBot Method", "BarSet Dataset"]),
        ("control on SO(3) and SO (2)", []),
        ("It wins on FooSet-10/100 and ViT-B/16.", ["FooSet-10 Dataset", "ViT-B/16 Dataset"]),
    ],
)
def test_names_take_their_type_from_the_words_around(sentence, expected):
    """Names in one enumeration share a type; metrics, sizes, machines and shouting are no names."""
    assert expected == [
        f"{sentence[name.start : name.end]} {name.type}"
        for name in proper_names(split_words(sentence))
    ]
