"""Names of a corpus: misspellings, one type a name, the user's decisions, and the log of all."""

import random
from dataclasses import dataclass
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.corpus_names import resolve_corpus
from kg.curation import Decision, Verb, decision
from kg.merge_log import LoggedMerge, log_merges
from kg.misspellings import corrections
from kg.one_type import TypedEntity, settle_types
from kg.resolve import Definition, Name, NameCount, Resolutions
from ontology.terms import EntityType
from ontology.vocabulary.reader import Alias, Entry, Vocabulary

DATASET, MODALITY, METHOD, TASK = EntityType
VOCABULARY = Vocabulary(
    [
        Entry("method:flow-matching", METHOD, "flow matching"),
        Entry("task:image-synthesis", TASK, "image synthesis"),
        Entry("modality:pca", MODALITY, "posterior cerebral artery"),
    ]
)


@dataclass(frozen=True)
class Logged:
    """What became of the names of a corpus, and the log of it."""

    resolutions: Resolutions
    blocked: frozenset[Name]
    merges: list[LoggedMerge]
    unmatched: tuple[Decision, ...]


def corpus(names, definitions=(), decisions=(), vocabulary=VOCABULARY):
    counts = [NameCount(kind, name, papers) for kind, name, papers in names]
    defined = [Definition(*one) for one in definitions]
    found = resolve_corpus(counts, defined, vocabulary, decisions)
    merges = log_merges(counts, defined, found.resolutions, found.two_types, vocabulary)
    return Logged(found.resolutions, found.blocked, merges, found.unmatched)


def where(found, kind, name):
    one = found.resolutions[kind, name]
    return one.type, one.name


@pytest.mark.parametrize(
    ("rare", "common", "meant"),
    [
        ("lesion segmentaion", "lesion segmentation", "segmentation"),
        ("lesion segmenttation", "lesion segmentation", "segmentation"),
        ("lesion segmentatoin", "lesion segmentation", "segmentation"),
        ("sequenced", "sequence", ""),
        ("slicing", "sliding", ""),
        ("asymmetric loss", "symmetric loss", ""),
        ("reconstrution", "reconstruction", "reconstruction"),
        ("Segformar", "Segformer", ""),
        ("images", "image", ""),
    ],
)
def test_one_slip_in_a_long_word_is_a_misspelling(rare, common, meant):
    """A rare lower-case word follows a common one with its first letter and one slip's difference."""
    assert ({rare.split()[-1]: meant} if meant else {}) == corrections([(common, 60), (rare, 1)])


def test_known_and_ambiguous_words_are_not_corrected():
    """A word of the vocabulary stands, and one that two common words could be."""
    assert {} == corrections([("calibration", 60), ("calibraton", 1)], known={"calibraton"})
    assert {} == corrections([("trapping", 60), ("tripping", 60), ("trpping", 1)])
    assert {"trpping": "tripping"} == corrections([("tripping", 60), ("trpping", 1)])


def test_a_misspelt_name_follows_the_name_it_means():
    """The name merges only where it is then known."""
    found = corpus(
        [
            (TASK, "lesion segmentation", 60),
            (TASK, "lesion segmentaion", 1),
            (TASK, "quark segmentaion", 1),
        ]
    )
    assert (TASK, "lesion segmentation") == where(found, TASK, "lesion segmentaion")
    assert (TASK, "quark segmentaion") == where(found, TASK, "quark segmentaion")
    assert ["lesion segmentaion"] == [one.form for one in found.merges if one.outcome == "merged"]


def test_a_listed_type_takes_the_name_of_another():
    """What the vocabulary lists as a task is no method for the papers that use it so."""
    found = corpus([(TASK, "image synthesis", 40), (METHOD, "image synthesis", 3)])
    assert (TASK, "image synthesis") == where(found, METHOD, "image synthesis")
    (merge,) = found.merges
    assert ("merged", "other-type", METHOD) == (merge.outcome, merge.reason, merge.type)


def test_two_real_types_stay_two_and_are_logged():
    """A name that enough papers use as either type is two entities."""
    found = corpus([(METHOD, "PCA", 30), (TASK, "PCA", 15)])
    assert where(found, METHOD, "PCA") != where(found, TASK, "PCA")
    (row,) = [one for one in found.merges if one.reason == "other-type"]
    assert "kept-apart" == row.outcome
    assert TASK is row.type


def test_the_majority_type_holds_where_none_is_listed():
    """A stray type of one paper goes to the type of the others."""
    found = corpus([(METHOD, "quark probing", 9), (TASK, "Quark-Probing", 1)])
    assert (METHOD, "quark probing") == where(found, TASK, "Quark-Probing")


entities = st.lists(
    st.builds(
        TypedEntity,
        iri=st.uuids().map(str),
        type=st.sampled_from(EntityType),
        key=st.sampled_from("abc"),
        papers=st.integers(0, 20),
        listed=st.booleans(),
    ),
    max_size=8,
    unique_by=lambda one: (one.type, one.key),
)


@given(entities, st.randoms(use_true_random=False))
def test_types_do_not_depend_on_order(found, chance):
    """Any order of entities gives one decision, and no listed entity moves."""
    shuffled = list(found)
    chance.shuffle(shuffled)
    decided = settle_types(found)
    assert decided == settle_types(shuffled)
    assert all(pair.real for pair in decided if pair.entity.listed)


@pytest.mark.parametrize("others", [(), ((METHOD, "MOT 2017", 9),), ((METHOD, "MOT2017", 2),)])
def test_spellings_of_one_name_are_one_entity_in_any_order(others):
    """An acronym that stands by itself in one spelling only is written out in that one only."""
    vocabulary = Vocabulary(
        [Entry("task:tracking", TASK, "multi-object tracking", (Alias("MOT"),))]
    )
    names = [(DATASET, "MOT 2017", 1), (DATASET, "MOT2017", 1), (TASK, "MOT", 4), *others]
    found = []
    for order in permutations(names):
        one = corpus(order, vocabulary=vocabulary)
        found.append((one.resolutions, sorted(map(repr, one.merges))))
    assert all(one == found[0] for one in found)
    resolutions = found[0][0]
    assert resolutions[DATASET, "MOT 2017"].iri == resolutions[DATASET, "MOT2017"].iri


NAMES = [
    (METHOD, "flow matching", 9),
    (METHOD, "Flow-Matching", 2),
    (METHOD, "flow mapping", 3),
    (METHOD, "quark net", 4),
    (METHOD, "quark nets v2", 2),
    (TASK, "quark tagging", 5),
    (TASK, "identify", 7),
]


def test_merge_moves_all_names_of_an_entity():
    """Every spelling of the merged entity goes to the target, known by any of its names."""
    found = corpus(NAMES, decisions=[decision(Verb.MERGE, METHOD, "Quark-Net", "flow Matching")])
    assert (METHOD, "flow matching") == where(found, METHOD, "quark net")
    assert (METHOD, "quark nets v2") == where(found, METHOD, "quark nets v2")
    assert () == found.unmatched


def test_split_keeps_a_listed_alias_by_itself():
    """A split name is an entity of its own, though the vocabulary knows it."""
    found = corpus(NAMES, decisions=[decision(Verb.SPLIT, METHOD, "Flow-matching")])
    entity = found.resolutions[METHOD, "Flow-Matching"]
    assert entity.entry is None
    assert "decision" == entity.reason.value


def test_rename_keeps_the_iri():
    """The canonical name changes, and nothing else."""
    before = corpus(NAMES).resolutions[TASK, "quark tagging"]
    after = corpus(
        NAMES, decisions=[decision(Verb.RENAME, TASK, "quark tagging", "labelling of quarks")]
    ).resolutions[TASK, "quark tagging"]
    assert (before.iri, "labelling of quarks") == (after.iri, after.name)


def test_retype_and_block():
    """A retyped entity has the IRI of its new type; a blocked one is none."""
    found = corpus(
        NAMES,
        decisions=[
            decision(Verb.RETYPE, TASK, "quark tagging", "Method"),
            decision(Verb.BLOCK, TASK, "identify"),
        ],
    )
    assert METHOD is found.resolutions[TASK, "quark tagging"].type
    assert "urn:litkg:method:quarktagging" == found.resolutions[TASK, "quark tagging"].iri
    assert frozenset({(TASK, "identify")}) == found.blocked
    assert (TASK, "identify") not in found.resolutions


def test_merges_chain():
    """A merge into what is itself merged ends where the chain ends, whatever the order."""
    chain = [
        decision(Verb.MERGE, METHOD, "quark nets v2", "quark net"),
        decision(Verb.MERGE, METHOD, "quark net", "flow matching"),
    ]
    for order in (chain, chain[::-1]):
        found = corpus(NAMES, decisions=order)
        assert (METHOD, "flow matching") == where(found, METHOD, "quark nets v2")


@pytest.mark.parametrize(
    "one",
    [
        decision(Verb.MERGE, METHOD, "no such thing", "flow matching"),
        decision(Verb.BLOCK, DATASET, "identify"),
        decision(Verb.RENAME, METHOD, "quark net", "Flow matching"),
        decision(Verb.SPLIT, METHOD, "no such thing"),
    ],
)
def test_decisions_that_meet_nothing_are_reported(one):
    """A decision about a name that no paper has, or that would make two entities of one name."""
    assert (one,) == corpus(NAMES, decisions=[one]).unmatched


def test_near_misses_are_logged():
    """Versions, signs and modifiers are reported as kept apart, acronyms that follow none too."""
    found = corpus(
        [
            (METHOD, "QNet", 9),
            (METHOD, "QNet2", 2),
            (METHOD, "QNet++", 2),
            (METHOD, "dueling QNet", 2),
            (METHOD, "QX", 1),
            (METHOD, "quick x", 2),
        ],
        [(METHOD, "QX", "quick x", 2), (METHOD, "QX", "quiet x", 2)],
    )
    assert {
        ("QNet2", "other-number"),
        ("QNet++", "other-sign"),
        ("dueling QNet", "modifier"),
        ("QX", "ambiguous-acronym"),
    } <= {(one.form, one.reason) for one in found.merges if one.outcome == "kept-apart"}


@given(st.randoms(use_true_random=False))
def test_the_result_does_not_depend_on_order(chance: random.Random):
    """Names, definitions and decisions come in any order."""
    names = [*NAMES, (METHOD, "QX", 3), (METHOD, "quick x", 2), (METHOD, "quark tagging", 1)]
    definitions = [(METHOD, "QX", "quick x", 3), (METHOD, "FM", "flow matching", 2)]
    decisions = [
        decision(Verb.MERGE, METHOD, "quark nets v2", "quark net"),
        decision(Verb.RENAME, METHOD, "quark net", "QuarkNet"),
        decision(Verb.BLOCK, TASK, "identify"),
        decision(Verb.BLOCK, TASK, "absent"),
    ]
    expected = corpus(names, definitions, decisions)
    for one in (names, definitions, decisions):
        chance.shuffle(one)
    found = corpus(names, definitions, decisions)
    assert expected.resolutions == found.resolutions
    assert expected.blocked == found.blocked
    assert set(expected.merges) == set(found.merges)
    assert set(expected.unmatched) == set(found.unmatched)
