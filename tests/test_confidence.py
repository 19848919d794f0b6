"""What a least confidence leaves of a paper, and what the ledger says of the rest."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scored_papers import ORIGIN, TASK, entity, paper

from kg.confidence import MIN_CONFIDENCE, check_minimum, losses, surer
from ontology.errors import InputError
from ontology.records import Outcome, Reason
from ontology.terms import RelationType

USED_FOR, COMPARED = RelationType.USED_FOR, RelationType.COMPARED_WITH
DOUBTED = entity("Foldnet", sure=0.4)
FOLDING = entity("protein folding", TASK, sure=0.6)
CREASENET = entity("Creasenet", sure=0.9)
PAPER = paper(
    DOUBTED,
    FOLDING,
    CREASENET,
    relations=[(0, USED_FOR, 1, 0.95), (0, COMPARED, 2, 0.95), (2, USED_FOR, 1, 0.1)],
)


def test_a_relation_goes_with_its_ends_only():
    """A sure relation of a doubted entity goes; an unsure one between sure entities stays."""
    left = surer(PAPER, 0.5)
    assert (FOLDING, CREASENET) == left.entities
    assert [(1, USED_FOR, 0, 0.1)] == [
        (one.head, one.relation, one.tail, one.confidence) for one in left.relations
    ]


def test_as_sure_as_the_minimum_is_sure_enough():
    """The minimum itself is kept."""
    assert (FOLDING, CREASENET) == surer(PAPER, 0.6).entities
    assert (CREASENET,) == surer(PAPER, 0.61).entities


def test_zero_keeps_all():
    """The minimum in force without an option is a share, and 0 leaves nothing out."""
    check_minimum(MIN_CONFIDENCE)
    assert PAPER is surer(PAPER, 0)
    assert [] == list(losses(PAPER, 0))


def test_each_loss_has_its_row():
    """The row says what is lost, where it was read, how sure it was, and what goes with it."""
    (row,) = losses(PAPER, 0.5)
    assert (ORIGIN, "p", Reason.BELOW_MIN_CONFIDENCE, Outcome.DROPPED) == (
        row.origin,
        row.paper,
        row.reason,
        row.outcome,
    )
    assert (
        "Method 'Foldnet' of confidence 0.4, below 0.5; goes with 1 mention and 2 relations"
        == row.detail
    )


@given(st.floats(0, 1))
def test_nothing_is_kept_and_lost_at_once(minimum):
    """Kept entities and rows of the ledger are all entities."""
    assert len(PAPER.entities) == len(surer(PAPER, minimum).entities) + len(
        list(losses(PAPER, minimum))
    )


@pytest.mark.parametrize("minimum", [-0.1, 1.1, math.nan, math.inf])
def test_a_minimum_is_a_share(minimum):
    """Anything but 0 to 1 is refused with the rule."""
    with pytest.raises(InputError, match="a number from 0 to 1"):
        check_minimum(minimum)
