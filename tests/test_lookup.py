"""Which entity a name means, and why."""

import json

import pytest
from helpers import SHARED, needs_shared

from kg.lookup import lookup, lookup_pairs, read_pairs, suggestions
from ontology.errors import InputError
from ontology.names import match_key
from ontology.terms import EntityType
from ontology.vocabulary.reader import shipped_vocabulary


def names(found):
    return [(one.type.value, one.name) for one in found]


def test_any_spelling_finds_the_entity(example_graph):
    """Case, hyphen, plural and language do not matter."""
    expected = [("Method", "flow matching")]
    for query in ("flow matching", "Flow-Matching", "流匹配"):
        found = lookup(
            query, vocabulary=shipped_vocabulary(), graph=example_graph, kind=EntityType.METHOD
        )
        assert expected == names(found), query


def test_without_a_graph_the_vocabulary_answers():
    """A listed acronym resolves on its own, and says which entry owns it."""
    (found,) = lookup("EEG", vocabulary=shipped_vocabulary())
    assert (found.type, found.name) == (EntityType.MODALITY, "electroencephalography")
    assert "vocabulary" in found.why


def test_unlisted_names_answer_for_a_given_type_only():
    """An unknown name has no type of its own."""
    assert lookup("Zyxograph", vocabulary=shipped_vocabulary()) == []
    (found,) = lookup("Zyxograph", vocabulary=shipped_vocabulary(), kind=EntityType.METHOD)
    assert found.iri == "urn:litkg:method:zyxograph"


def test_names_that_a_graph_lacks_find_nothing(example_graph):
    """With a graph only its own entities are found, with near names as a hint."""
    vocabulary = shipped_vocabulary()
    assert lookup("Zyxograph", vocabulary=vocabulary, graph=example_graph) == []
    assert "flow matching" in suggestions("flow machting", example_graph)


def test_pairs_keep_their_rows_and_gain_two_columns():
    """Every row comes back with the IRI of either side."""
    rows = ["type_a\ta\ttype_b\tb\tverdict\n", "Method\tU-Net\tMethod\tUNet\tsame\n"]
    header, row = lookup_pairs(rows, shipped_vocabulary(), "pairs.tsv")
    assert header == "type_a\ta\ttype_b\tb\tverdict\tiri_a\tiri_b"
    assert row.startswith("Method\tU-Net\tMethod\tUNet\tsame\t")
    *_, one, other = row.split("\t")
    assert one == other


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["a\tb\n"], r"pairs\.tsv:1: no column type_a, type_b"),
        (["type_a\ta\ttype_b\tb\n", "Thing\tx\tMethod\ty\n"], r"pairs\.tsv:2: type 'Thing'"),
        (["type_a\ta\ttype_b\tb\n", "Method\tx\n"], r"pairs\.tsv:2: 2 columns"),
    ],
)
def test_bad_pairs_name_their_line(rows, message):
    """A wrong header, type or number of columns is one clear error."""
    with pytest.raises(InputError, match=message):
        list(lookup_pairs(rows, shipped_vocabulary(), "pairs.tsv"))


@needs_shared
def test_hard_pairs_hold_apart_what_differs():
    """No pair of different things resolves to one IRI; few spellings of one thing are missed."""
    lines = lookup_pairs(
        read_pairs(SHARED / "gold" / "pairs.dev.tsv"), shipped_vocabulary(), "pairs"
    )
    header, *rows = (line.split("\t") for line in lines)
    verdict = header.index("verdict")
    false = [row for row in rows if row[verdict] == "different" and row[-1] == row[-2]]
    missed = [row for row in rows if row[verdict] == "same" and row[-1] != row[-2]]
    assert [] == false, json.dumps(false, ensure_ascii=False)
    assert len(missed) <= 12


def test_a_bare_head_is_no_alias(example_graph):
    """The word "image" names the image, not each kind of image that some paper shortens so."""
    found = lookup("images", vocabulary=shipped_vocabulary(), graph=example_graph)
    assert [("Modality", "image")] == names(found)


def test_a_canonical_name_comes_before_the_aliases_of_others(example_graph):
    """An entity is the first answer to its own name, however many papers others have."""
    rows = example_graph.database.execute(
        "SELECT name FROM entities WHERE papers > 0 ORDER BY hash(name) LIMIT 60"
    ).fetchall()
    for (name,) in rows:
        first, *_ = lookup(name, vocabulary=shipped_vocabulary(), graph=example_graph)
        assert match_key(name) == match_key(first.name)
