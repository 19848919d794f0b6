"""Confidence against truth, on papers small enough to count by hand."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scored_papers import CREASENET, FOLDING, FOLDNET, TASK, entity, paper

from kg.calibration import (
    BINS,
    LEVELS,
    Calibration,
    binned,
    calibrations,
    judged_entities,
    judged_relations,
    trade_off,
)
from kg.evaluate import evaluate
from kg.matching import Counts
from kg.scores import render, to_json
from ontology.terms import RelationType

USED_FOR, PART_OF = RelationType.USED_FOR, RelationType.PART_OF
SURE = entity("Foldnet", sure=0.9)
DOUBTED = entity("protein folding", TASK, sure=0.4)
WRONG = entity("better", sure=0.6)
GOLD = paper(FOLDNET, FOLDING, CREASENET, relations=[(0, USED_FOR, 1), (2, PART_OF, 0)])
FOUND = paper(SURE, DOUBTED, WRONG, relations=[(0, USED_FOR, 1, 0.7), (0, PART_OF, 2, 0.3)])


def test_what_is_found_is_judged_by_the_matching():
    """An entity is right where gold matches it, a relation where its ends and its kind do."""
    assert [(0.9, True), (0.4, True), (0.6, False)] == judged_entities(GOLD, FOUND)
    assert [(0.7, True), (0.3, False)] == judged_relations(GOLD, FOUND)


def test_halves_of_one_entity_are_not_both_right():
    """Matching is one to one, for calibration too."""
    gold = paper(entity("net", starts=(4, 51)))
    halves = paper(entity("net", starts=(4,), sure=0.8), entity("net", starts=(51,), sure=0.7))
    assert [(0.8, True), (0.7, False)] == judged_entities(gold, halves)


def test_a_relation_stated_twice_is_as_sure_as_its_surest_sentence():
    """Distinct relations count, however many sentences state them."""
    twice = paper(SURE, DOUBTED, relations=[(0, USED_FOR, 1, 0.5), (0, USED_FOR, 1, 0.8)])
    assert [(0.8, True)] == judged_relations(GOLD, twice)


def test_the_calibration_error_by_hand():
    """Two of confidence 0.9, one right, and one of 0.4 that is right: (2 x 0.4 + 0.6) / 3."""
    bins = binned([(0.9, True), (0.9, False), (0.4, True)])
    assert math.isclose((2 * 0.4 + 0.6) / 3, Calibration("entity", bins).error)


def test_distances_within_a_bin_cancel():
    """A bin's mean confidence and its accuracy are compared, not each find with its truth."""
    assert math.isclose(0, Calibration("entity", binned([(0.5, True), (0.5, False)])).error)


@pytest.mark.parametrize(("sure", "place"), [(0, 0), (0.09, 0), (0.3, 3), (0.7, 7), (1, 9)])
def test_bins_are_closed_below(sure, place):
    """A confidence on a border lies in the upper bin, 1 in the last one."""
    assert [place] == [at for at, one in enumerate(binned([(sure, True)])) if one.predicted]


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans())))
def test_bins_hold_everything_once(judged):
    """Bins partition what was found; the error is a share and does not depend on order."""
    bins = binned(judged)
    assert (BINS, len(judged)) == (len(bins), sum(one.predicted for one in bins))
    assert 0 <= Calibration("entity", bins).error <= 1
    assert bins == binned(reversed(judged))


def test_nothing_found_has_no_error():
    """No find, no distance."""
    assert [0.0, 0.0] == [one.error for one in calibrations([(GOLD, paper())])]


def test_the_trade_off_by_hand():
    """At each level the finds as sure as it stay; a level of a confidence keeps it."""
    cuts = trade_off([(GOLD, FOUND)], levels=(0.0, 0.4, 0.5, 0.9, 1.0))
    assert [(3, 3, 2), (3, 3, 2), (3, 2, 1), (3, 1, 1), (3, 0, 0)] == [
        (cut.entities.gold, cut.entities.predicted, cut.entities.matched) for cut in cuts
    ]
    assert [(2, 1), (2, 1), (1, 0), (0, 0), (0, 0)] == [
        (cut.relations.predicted, cut.relations.matched) for cut in cuts
    ]
    assert [(2, 1), (1, 1), (1, 1), (0, 0), (0, 0)] == [
        (cut.surer_relations.predicted, cut.surer_relations.matched) for cut in cuts
    ]


def test_an_entity_left_out_frees_its_match():
    """At each level the matching is made anew, as it would be for annotations cut there."""
    gold = paper(entity("net", starts=(4, 51)))
    halves = paper(entity("net", starts=(4,), sure=0.5), entity("net", starts=(51,), sure=0.7))
    (cut,) = trade_off([(gold, halves)], levels=(0.6,))
    assert Counts(1, 1, 1) == cut.entities


def test_level_zero_is_the_score():
    """The first line of the trade-off agrees with the table of scores."""
    scores = evaluate([GOLD], [FOUND])
    assert LEVELS == tuple(cut.least for cut in scores.trade_off)
    whole = scores.trade_off[0]
    for measure, counts in (("entity", whole.entities), ("relation", whole.relations)):
        score = scores.score(measure)
        assert counts == Counts(score.gold, score.predicted, score.matched)
    assert whole.relations == whole.surer_relations


def test_the_text_report_shows_the_trade_off():
    """One line a level: entities, the relations between them, relations by their own confidence."""
    lines = render(evaluate([GOLD], [FOUND])).splitlines()
    assert "expected calibration error: entity 43.3, relation 30.0" in lines
    assert "from 0.5    50.0   33.3   40.0    0.0    0.0    0.0  100.0   50.0   66.7" in lines


def test_json_holds_the_calibration():
    """Bins that hold something, and every level."""
    report = json.loads(to_json(evaluate([GOLD], [FOUND])))
    assert 0.4333 == report["calibration"]["entity"]["error"]
    assert [0.3, 0.7] == [
        one["confidence_from"] for one in report["calibration"]["relation"]["bins"]
    ]
    assert list(LEVELS) == [cut["confidence_from"] for cut in report["trade_off"]]
    assert {"entity", "relation", "relation_by_own_confidence"} < report["trade_off"][0].keys()
