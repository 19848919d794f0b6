"""Candidates for mentions, and the choice among them."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.candidates import Candidate, candidates, well_formed
from extractors.model_files import SHIPPED
from extractors.overlaps import Find
from extractors.pieces import Pieces
from extractors.pipeline import load, read_with
from extractors.settings import Settings
from extractors.tag_decoding import TAGS
from extractors.tagger import Reading
from extractors.weighing import best_set, evidence, settled_finds, weighed
from ontology.records import Paper

TEXT = "we study lunar forecasting, as lunar forecasting is hard"
FIRST, SECOND = (9, 26), (31, 48)


def judged(
    span: tuple[int, int], probability: float, *finds: Find, kind: str = "Task"
) -> Candidate:
    return Candidate(*span, kind, math.log(probability), math.log(probability), probability, finds)


def odds(*found: Candidate, text: str = TEXT) -> list[float]:
    return weighed(evidence(found, text))


@pytest.mark.parametrize(
    ("text", "surface", "is_term"),
    [
        ("prediction of behaviour of users", "prediction of behaviour of", False),
        ("prediction of behaviour of users", "prediction of behaviour", True),
        ("the proposed network", "the proposed network", False),
        ("in-context learning", "in-context learning", True),
        ("zero- and few-shot detection", "zero-", True),
        ("few-shot detection", "few-", False),
        ("health record (EHR) notes", "health record (EHR) notes", True),
        ("health record (EHR) notes", "health record (EHR", False),
        ("health record (EHR) notes", "EHR) notes", False),
        ("health record (EHR) notes", "health record (", False),
        ("attention U-Net++", "attention U-Net++", True),
        ("%", "%", False),
    ],
)
def test_terms_have_whole_edges(text, surface, is_term):
    """No term begins or ends with a function word, a sign, half a compound or half a bracket."""
    start = text.index(surface)
    assert is_term is well_formed(text, start, start + len(surface))


def test_candidates_are_spans_of_the_model_and_finds_of_rules():
    """A span that the model thinks possible needs no rule, and a rule's find not the model."""
    tokens = [(0, 5), (6, 17), (18, 23)]
    shares = np.full((3, len(TAGS)), 1e-4)
    begin, inside = TAGS.index("B-Task"), TAGS.index("I-Task")
    shares[0, [0, begin]] = 0.4, 0.6
    shares[1, [0, inside]] = 0.2, 0.8
    shares[2, 0] = 1.0
    pieces = Pieces((1, 2, 3), *zip(*tokens, strict=True), title=0)
    reading = Reading(pieces, np.zeros((3, 1), np.float32), np.log(shares).astype(np.float32))
    rule = Find(18, 23, "Method", "name")
    found = candidates(reading, "lunar forecasting works", tokens, [0], [rule])
    assert {(0, 5, "Task"), (0, 17, "Task"), (18, 23, "Method")} == {one[:3] for one in found}
    whole = next(one for one in found if one[:2] == (0, 17))
    assert pytest.approx(math.log(0.6 * 0.8), abs=0.01) == whole.product
    assert pytest.approx(math.log(0.6), abs=0.01) == whole.least


def test_candidates_stay_within_their_sentence():
    """What the model sees across the end of a sentence is none."""
    tokens = [(0, 5), (6, 17)]
    shares = np.full((2, len(TAGS)), 1e-4)
    shares[0, TAGS.index("B-Task")] = shares[1, TAGS.index("I-Task")] = 0.9
    pieces = Pieces((1, 2), *zip(*tokens, strict=True), title=0)
    reading = Reading(pieces, np.zeros((2, 1), np.float32), np.log(shares).astype(np.float32))
    whole = (0, 17, "Task")
    for starts, expected in (([0], True), ([0, 6], False)):
        found = candidates(reading, "lunar forecasting", tokens, starts, [])
        assert expected is (whole in {one[:3] for one in found})


def test_a_rule_makes_a_doubted_span_likelier():
    """The same doubt of the model weighs less where a rule finds the same, more where it finds another type."""
    (alone,) = odds(judged(FIRST, 0.4))
    (backed,) = odds(judged(FIRST, 0.4, Find(*FIRST, "Task", "vocabulary")))
    (opposed,) = odds(judged(FIRST, 0.4, Find(*FIRST, "Method", "vocabulary")))
    assert opposed < alone < backed


def test_a_sure_mention_helps_the_others_of_its_name():
    """A name found surely in one place is likelier in the others."""
    alone, _ = odds(judged(FIRST, 0.4), judged(SECOND, 0.4))
    helped, _ = odds(judged(FIRST, 0.4), judged(SECOND, 0.99))
    assert alone < helped


def test_a_part_of_a_likely_term_is_less_likely():
    """ "forecasting" within "lunar forecasting" is less likely than by itself."""
    part = judged((15, 26), 0.6)
    (alone,) = odds(part)
    assert odds(judged(FIRST, 0.8), part)[1] < alone


SPANS = st.lists(
    st.tuples(st.integers(0, 12), st.integers(1, 6), st.floats(-3, 3)), max_size=9
).map(lambda rows: [(start, start + size, value) for start, size, value in rows])


@given(SPANS)
def test_the_best_set_is_the_best(spans):
    """No two overlap, none lies below the least, and no other such set has more."""
    found = [Candidate(start, end, "Task", 0.0, 0.0, 1.0, ()) for start, end, _ in spans]
    values = [value for *_, value in spans]
    kept = best_set(found, values, 0.3)
    bound = math.log(0.3 / 0.7)

    def most(places: list[int], free_from: int) -> float:
        best = 0.0
        for place in places:
            start, end, value = spans[place]
            if start >= free_from and value > bound:
                best = max(best, value - bound + most(places, end))
        return best

    ordered = [spans[place] for place in kept]
    assert all(one[1] <= other[0] for one, other in pairwise(ordered))
    assert all(value > bound for *_, value in ordered)
    total = sum(value - bound for *_, value in ordered)
    assert pytest.approx(most(list(range(len(spans))), 0)) == total


def test_what_rules_find_in_chinese_stands():
    """The model cannot read Chinese, so rules alone decide there."""
    title = "用于图像分割的流匹配"
    by_rules = read_with(Paper("p", title, ""), load(Settings()))
    by_both = read_with(Paper("p", title, ""), load(Settings(model=SHIPPED)))
    spans = [found[:3] for found in settled_finds(by_rules)]
    assert spans
    assert spans == [found[:3] for found in settled_finds(by_both)]
