"""Scores on papers small enough to count by hand."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scored_papers import CREASENET, FOLDING, FOLDNET, METHOD, TASK, TEXT, entity, paper

from kg.annotation_records import to_json as annotation_line
from kg.evaluate import evaluate, evaluate_files, folded_name
from kg.matching import maximal_matching
from kg.scores import ErrorKind, render, to_json
from ontology.errors import InputError
from ontology.terms import RelationType


def counts(scores, measure, group="all"):
    score = scores.score(measure, group)
    return score.gold, score.predicted, score.matched


def test_a_paper_against_itself_is_all_right():
    """Equal annotations score 1 in every measure that has a case."""
    gold = [paper(FOLDNET, FOLDING, relations=[(0, RelationType.USED_FOR, 1)])]
    scores = evaluate(gold, gold)
    assert {1.0} == {score.f1 for score in scores.scores if score.gold}
    assert () == scores.errors


def test_precision_recall_and_f1():
    """One right of two predicted and three gold: 1/2, 1/3, 2/5."""
    scores = evaluate([paper(FOLDNET, FOLDING, CREASENET)], [paper(FOLDNET, entity("better"))])
    score = scores.score("mention")
    assert (0.5, 1 / 3, 0.4) == (score.precision, score.recall, score.f1)


def test_a_longer_span_overlaps_but_is_not_exact():
    """Overlap forgives the border, the exact measure does not, and the entity is not matched."""
    scores = evaluate([paper(FOLDING)], [paper(entity("folding", TASK))])
    assert (1, 1, 0) == counts(scores, "mention")
    assert (1, 1, 1) == counts(scores, "overlap")
    assert (1, 1, 0) == counts(scores, "entity")


def test_overlap_is_one_to_one():
    """Two pieces of one gold span count once."""
    scores = evaluate([paper(FOLDING)], [paper(entity("protein", TASK), entity("folding", TASK))])
    assert (1, 2, 1) == counts(scores, "overlap")


def test_touching_spans_do_not_overlap():
    """Ends are exclusive."""
    scores = evaluate([paper(entity("Fold"))], [paper(entity("net"))])
    assert 0 == scores.score("overlap").matched


def test_the_type_counts():
    """The same span under another type is no match and one wrong-type error."""
    scores = evaluate([paper(FOLDING)], [paper(entity("protein folding", METHOD))])
    assert (1, 1, 0) == counts(scores, "mention")
    assert (0, 1, 0) == counts(scores, "entity", "Method")
    assert [ErrorKind.WRONG_TYPE] == [error.kind for error in scores.errors]


def test_one_shared_mention_matches_entities():
    """An entity need not share all its mentions."""
    gold = entity("net", starts=(4, 51))
    scores = evaluate([paper(gold)], [paper(entity("net", starts=(51,)))])
    assert (1, 1, 1) == counts(scores, "entity")
    assert (2, 1, 1) == counts(scores, "mention")


def test_a_split_entity_matches_once():
    """Of two predicted halves of one gold entity one is spurious."""
    gold = entity("net", starts=(4, 51))
    halves = entity("net", starts=(4,)), entity("net", starts=(51,))
    assert (1, 2, 1) == counts(evaluate([paper(gold)], [paper(*halves)]), "entity")


def test_introduces_needs_both_roles():
    """An entity found with another role is missed as an introduced one."""
    scores = evaluate([paper(FOLDNET, FOLDING)], [paper(entity("Foldnet"), FOLDING)])
    assert (1, 0, 0) == counts(scores, "introduces")
    assert (2, 2, 1) == counts(scores, "role")


def test_names_fold_case_punctuation_and_plural():
    """Names that differ in these only are the same; others are not."""
    assert folded_name("U-Nets") == folded_name("u net")
    assert folded_name("loss") != folded_name("los")
    wrong = entity("Creasenet", name="crease network")
    scores = evaluate(
        [paper(FOLDING, CREASENET)],
        [paper(entity("protein folding", TASK, name="Protein-Foldings"), wrong)],
    )
    assert (2, 2, 1) == counts(scores, "name")


def test_a_relation_needs_both_ends_and_the_label():
    """Of three predicted relations the one with the right label between matched ends counts."""
    gold = paper(FOLDNET, FOLDING, CREASENET, relations=[(0, RelationType.USED_FOR, 1)])
    predicted = paper(
        FOLDNET,
        FOLDING,
        relations=[(0, RelationType.USED_FOR, 1), (0, RelationType.APPLIED_TO, 1)],
    )
    scores = evaluate([gold], [predicted])
    assert (1, 2, 1) == counts(scores, "relation")
    assert (1, 1, 1) == counts(scores, "relation", "used-for")
    backwards = paper(FOLDNET, FOLDING, relations=[(1, RelationType.USED_FOR, 0)])
    assert (1, 1, 0) == counts(evaluate([gold], [backwards]), "relation")


def test_a_relation_stated_twice_counts_once():
    """Two sentences for the same relation are one prediction."""
    twice = [(0, RelationType.USED_FOR, 1)] * 2
    gold = [paper(FOLDNET, FOLDING, relations=twice)]
    assert (1, 1, 1) == counts(evaluate(gold, gold), "relation")


def test_each_wrong_mention_is_explained_once():
    """Missed, spurious and wrong span, one error each, with both texts."""
    scores = evaluate([paper(FOLDNET, FOLDING)], [paper(entity("folding", TASK), CREASENET)])
    assert [
        (ErrorKind.WRONG_SPAN, "protein folding", "folding"),
        (ErrorKind.MISSED, "Foldnet", ""),
        (ErrorKind.SPURIOUS, "", "Creasenet"),
    ] == [(error.kind, error.gold_form, error.predicted_form) for error in scores.errors]


def test_absent_papers_are_missed_and_unknown_ones_reported():
    """Gold without prediction costs recall; a prediction without gold costs nothing."""
    scores = evaluate([paper(FOLDNET)], [paper(FOLDNET, identifier="q")])
    assert (1, 0, 0) == counts(scores, "entity")
    assert (("p",), ("q",)) == (scores.missing, scores.unknown)


def test_another_text_is_reported_and_missed():
    """Offsets into another text are not compared."""
    scores = evaluate([paper(FOLDNET)], [paper(FOLDNET, text=TEXT + " ")])
    assert (1, 0, 0) == counts(scores, "entity")
    assert ("p",) == scores.differing
    assert "text differs" in render(scores)


def test_the_interval_holds_the_score():
    """With one right and one wrong paper F1 may be 0 to 1, and is 0.5."""
    gold = [paper(FOLDNET), paper(FOLDNET, identifier="q")]
    score = evaluate(gold, [paper(FOLDNET), paper(CREASENET, identifier="q")]).score("entity")
    assert (0.0, 0.5, 1.0) == (score.low, score.f1, score.high)


def test_no_papers_no_scores():
    """Empty gold gives zeros, not a division by zero."""
    assert 0.0 == evaluate([], []).score("entity").f1


def test_order_of_papers_does_not_matter():
    """Gold and predictions may come in any order."""
    papers = [paper(FOLDNET), paper(FOLDING, identifier="q"), paper(CREASENET, identifier="r")]
    assert evaluate(papers, papers[:2]) == evaluate(papers[::-1], papers[1::-1])


@given(st.lists(st.lists(st.integers(0, 5), unique=True), max_size=6))
def test_the_matching_is_one_to_one_and_of_maximal_size(candidates):
    """As many pairs as the deficiency version of Hall's theorem allows, all of them candidates."""
    matched = maximal_matching(candidates)
    assert len(set(matched.values())) == len(matched)
    assert all(right in candidates[left] for left, right in matched.items())
    deficiency = max(
        sum(chosen >> left & 1 for left in range(len(candidates)))
        - len({right for left, row in enumerate(candidates) if chosen >> left & 1 for right in row})
        for chosen in range(2 ** len(candidates))
    )
    assert len(candidates) - deficiency == len(matched)


def test_the_text_report_says_what_it_counts():
    """One line a group with cases; examples group equal errors."""
    scores = evaluate(
        [paper(FOLDNET), paper(FOLDNET, identifier="q")], [paper(), paper(identifier="q")]
    )
    assert [
        "2 gold papers",
        "",
        "measure    group               P      R     F1  95 %            gold  found  right",
        "mention    Method            0.0    0.0    0.0  0.0-0.0            2      0      0",
    ] == render(scores).splitlines()[:4]
    assert (
        "  missed        2 x  Method Foldnet -> nothing  (p)"
        == (render(scores, errors=1).splitlines()[-1])
    )


def test_the_terminal_gets_no_control_characters():
    """A paper id cannot steer the terminal."""
    scores = evaluate([paper(FOLDNET, identifier="\x1b[31m")], [])
    assert "\x1b" not in render(scores, errors=5)


def test_json_holds_every_measure():
    """Rates are fractions, keyed by measure and group."""
    gold = [paper(FOLDNET, FOLDING)]
    report = json.loads(to_json(evaluate(gold, [paper(FOLDNET, CREASENET)]), errors=1))
    assert 0.5 == report["scores"]["entity"]["all"]["f1"]
    assert {"missed": 1, "spurious": 1, "wrong type": 0, "wrong span": 0} == report["errors"]
    assert ["missed", "spurious"] == [example["kind"] for example in report["examples"]]
    assert math.isclose(2 / 3, report["scores"]["entity"]["Method"]["f1"], abs_tol=1e-4)


def test_files_are_scored_like_records(tmp_path):
    """The file route and the record route agree."""
    gold, predicted = [paper(FOLDNET, FOLDING)], [paper(FOLDNET)]
    paths = tmp_path / "gold.jsonl", tmp_path / "predicted.jsonl"
    for path, papers in zip(paths, (gold, predicted), strict=True):
        path.write_text("".join(annotation_line(item) + "\n" for item in papers), "utf-8")
    assert evaluate(gold, predicted) == evaluate_files(*paths)


def test_a_repeated_id_is_an_error(tmp_path):
    """A file with the same paper twice cannot be scored."""
    path = tmp_path / "gold.jsonl"
    path.write_text(2 * (annotation_line(paper(FOLDNET)) + "\n"), "utf-8")
    with pytest.raises(InputError, match="'p' occurs twice"):
        evaluate_files(path, path)
