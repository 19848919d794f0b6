"""The hierarchy: no cycle, no restatement, the more trusted source first, heads at spaces."""

from __future__ import annotations

import runpy
from collections import defaultdict

import pyoxigraph
import pytest
from click.testing import CliRunner
from graphs import folder_of, small_graph
from helpers import ROOT
from hypothesis import given
from hypothesis import strategies as st

from exports import ntriples
from kg.cli.main import main
from kg.graph import open_graph
from kg.hierarchy import (
    HEAD_CONFIDENCE,
    Named,
    Step,
    StepSource,
    head_steps,
    heads_of,
    hierarchy,
    stated_steps,
)
from kg.views import Neighbour, entity_view
from ontology.terms import EntityType
from ontology.vocabulary.reader import shipped_vocabulary

VOCABULARY, STATED, HEAD = StepSource
TERMS = "abcdef"
steps = st.lists(
    st.builds(
        Step,
        st.sampled_from(TERMS),
        st.sampled_from(TERMS),
        st.sampled_from(StepSource),
        st.sampled_from([0.25, 0.5, 1.0]),
        st.integers(0, 3),
    ),
    max_size=20,
)


def reachable(chosen: list[Step]) -> set[tuple[str, str]]:
    """Pairs of a term and what any number of steps, at least one, lead to from it."""
    parents = defaultdict(set)
    for step in chosen:
        parents[step.narrower].add(step.broader)
    pairs = {(step.narrower, step.broader) for step in chosen}
    while True:
        more = {(low, top) for low, high in pairs for top in parents[high]} - pairs
        if not more:
            return pairs
        pairs |= more


def graph(*names: tuple[str, int, bool], kind: EntityType = EntityType.TASK) -> list[Named]:
    """Entities of one type, each given as name, papers and whether it is listed."""
    return [Named(name, kind, name, papers, listed, False) for name, papers, listed in names]


def proposed(entities: list[Named], *aliases: tuple[str, str]) -> dict[str, str]:
    return {step.narrower: step.broader for step in head_steps(entities, aliases)}


@given(steps)
def test_no_term_is_above_itself(proposals: list[Step]) -> None:
    """Whatever is proposed, the result has no cycle and no loop."""
    assert not [low for low, high in reachable(hierarchy(proposals)) if low == high]


@given(steps, st.randoms(use_true_random=False))
def test_order_does_not_matter(proposals: list[Step], random) -> None:
    """The same proposals in any order, some twice, give the same steps in the same order."""
    shuffled = [*proposals, *proposals[:3]]
    random.shuffle(shuffled)
    assert hierarchy(proposals) == hierarchy(shuffled)


@given(steps)
def test_what_is_left_out_is_implied_or_would_close_a_cycle(proposals: list[Step]) -> None:
    """No proposal is lost without cause: its ends are joined, one way or the other."""
    chosen = hierarchy(proposals)
    joined = reachable(chosen)
    for step in set(proposals) - set(chosen):
        ends = {(step.narrower, step.broader), (step.broader, step.narrower)}
        assert step.narrower == step.broader or ends & joined


@given(steps)
def test_no_step_restates_those_before_it(proposals: list[Step]) -> None:
    """Each step joins two terms that the steps before it do not."""
    chosen = hierarchy(proposals)
    for place, step in enumerate(chosen):
        assert (step.narrower, step.broader) not in reachable(chosen[:place])


def test_the_vocabulary_comes_before_papers_and_papers_before_heads() -> None:
    """Of steps that exclude each other the more trusted source wins, then the more papers."""
    listed = Step("a", "b", VOCABULARY, 1.0)
    assert [listed] == hierarchy(
        [Step("b", "a", STATED, 0.9, 9), Step("b", "a", HEAD, 1.0), listed]
    )
    stated = Step("a", "b", STATED, 0.4, 2)
    assert [stated] == hierarchy(
        [Step("b", "a", STATED, 0.9, 1), Step("b", "a", HEAD, 1.0), stated]
    )


def test_a_stated_step_that_the_vocabulary_implies_adds_nothing() -> None:
    """A paper that states what two listed steps say together does not shorten the way."""
    listed = [Step("a", "b", VOCABULARY, 1.0), Step("b", "c", VOCABULARY, 1.0)]
    assert listed == hierarchy([Step("a", "c", STATED, 0.9, 9), *listed])


def test_the_longest_head_is_the_broader_term() -> None:
    """A chain of names hangs together step by step."""
    entities = graph(
        ("3D medical image segmentation", 1, False),
        ("medical image segmentation", 9, False),
        ("segmentation", 3, True),
    )
    assert {
        "3D medical image segmentation": "medical image segmentation",
        "medical image segmentation": "segmentation",
    } == proposed(entities)


def test_a_head_is_found_in_any_spelling_and_by_alias() -> None:
    """Case, plural and hyphens do not matter; a listed term is found by its aliases too."""
    entities = graph(
        ("Lung-Nodule Segmentations", 1, False), ("segmentation", 0, True), ("tiny CNN", 1, False),
        ("convolutional neural network", 0, True),
    )  # fmt: skip
    assert {
        "Lung-Nodule Segmentations": "segmentation",
        "tiny CNN": "convolutional neural network",
    } == proposed(entities, ("convolutional neural network", "CNN"))


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("semi-supervised learning", "supervised learning"),  # cut at spaces, not at hyphens
        ("learning in context", "context"),  # what follows a preposition is no head
        ("detection and tracking", "tracking"),
        ("segmentation", "segmentation"),
        ("context learning", "context"),
    ],
)
def test_what_is_no_head(name: str, head: str) -> None:
    """An end that does not carry the meaning of the whole name is no broader term."""
    assert {} == proposed(graph((name, 1, False), *[(head, 9, True)] * (name != head)))


def test_a_rare_unlisted_term_heads_nothing() -> None:
    """An unlisted term must be in use before it stands above others."""
    entities = graph(("brain age gap", 1, False), ("age gap", 4, False))
    assert {} == proposed(entities)
    assert {"brain age gap": "age gap"} == proposed(entities[:1] + graph(("age gap", 5, False)))


def test_the_name_of_a_placed_term_says_no_more() -> None:
    """Where the vocabulary has given a term a broader one, its head adds none."""
    placed = Named("brain segmentation", EntityType.TASK, "brain segmentation", 1, True, True)
    assert {} == proposed([placed, *graph(("segmentation", 1, True))])


def test_types_do_not_mix_and_datasets_have_no_heads() -> None:
    """A method is under methods; Fashion MNIST is no kind of MNIST."""
    task = graph(("brain segmentation", 1, False))
    assert {} == proposed(task + graph(("segmentation", 9, True), kind=EntityType.METHOD))
    assert {} == proposed(
        graph(("Fashion MNIST", 1, False), ("MNIST", 9, True), kind=EntityType.DATASET)
    )


@pytest.mark.parametrize(
    ("low", "high", "confidence", "papers", "taken"),
    [
        (("TinyNet", 1, False), ("network", 9, True), 0.5, 1, True),
        (("TinyNet", 1, False), ("network", 9, True), 0.49, 1, False),
        (("TinyNet", 20, False), ("network", 20, True), 0.9, 1, True),
        (("TinyNet", 20, False), ("network", 19, True), 0.9, 1, False),  # the rarer is not above
        (("TinyNet", 21, False), ("network", 90, True), 0.9, 1, False),  # 1 of 21 says so
        (("TinyNet", 21, False), ("network", 90, True), 0.9, 2, True),
        (("Fashion-MNIST", 9, True), ("MNIST", 99, True), 0.9, 9, False),
        (("Fashion MNIST", 9, True), ("MNIST", 99, True), 0.9, 9, True),
        (("task and motion planning", 9, False), ("motion planning", 99, True), 0.9, 9, False),
    ],
)
def test_stated_steps_are_borne_out(
    low: tuple[str, int, bool],
    high: tuple[str, int, bool],
    confidence: float,
    papers: int,
    taken: bool,
) -> None:
    """A stated step must be likely, stated by enough of the papers, and lead to no rarer term."""
    stated = [(low[0], high[0], confidence, papers)]
    found = list(stated_steps(stated, graph(low, high)))
    assert found == [Step(low[0], high[0], STATED, confidence, papers)] * taken


@pytest.mark.parametrize(("papers", "taken"), [(1, False), (2, True)])
def test_one_paper_does_not_move_a_placed_term(papers: int, taken: bool) -> None:
    """What the vocabulary has placed gets a further broader term from two papers on."""
    entities = [Named("a", EntityType.TASK, "a", 3, True, True), *graph(("b", 9, True))]
    assert taken == bool(list(stated_steps([("a", "b", 0.9, papers)], entities)))


def test_an_end_of_many_names_that_hardly_stands_alone_is_no_head() -> None:
    """A word that ends a hundred names is a term only where ten papers use it by itself."""
    names = [(f"kind{number} learning", 1, False) for number in range(100)]
    assert {} == proposed(graph(("learning", 9, False), *names))
    assert 100 == len(proposed(graph(("learning", 10, False), *names)))
    assert 100 == len(proposed(graph(("learning", 0, True), *names)))


@given(st.text())
def test_any_name_has_heads_or_none(name: str) -> None:
    """No name breaks the rule, and no head is longer than the name."""
    assert all(heads_of(name))


@given(
    st.lists(
        st.sampled_from(["red", "blue", "net", "CNN", "in", "</b>", '"', "\u202e"]), max_size=6
    )
)
def test_heads_lead_to_no_cycle(words: list[str]) -> None:
    """Entities of all ends of a name hang together without a cycle."""
    names = {" ".join(words[first:]) for first in range(len(words))}
    entities = graph(*((name, 9, False) for name in sorted(names)))
    chosen = hierarchy(head_steps(entities, []))
    assert not [low for low, high in reachable(chosen) if low == high]


def test_confidence_is_what_the_vocabulary_bears_out() -> None:
    """The head rule's confidence of each type is its share of right answers over listed entries."""
    measure = runpy.run_path(str(ROOT / "benchmarks" / "head_rule.py"))["measure"]
    for kind, confidence in HEAD_CONFIDENCE.items():
        score = measure(shipped_vocabulary(), kind)
        assert score.judged >= 100
        assert confidence == pytest.approx(score.share, abs=0.02)


def test_a_graph_reads_all_three_sources(example_graph) -> None:
    """The example corpus has listed, stated and told steps; papers stand behind stated ones only."""
    rows = example_graph.database.execute(
        "SELECT source, min(confidence), max(confidence), min(papers), max(papers)"
        " FROM broader GROUP BY source ORDER BY source"
    ).fetchall()
    assert ["head", "stated", "vocabulary"] == [row[0] for row in rows]
    by_source = {row[0]: row[1:] for row in rows}
    assert (1.0, 1.0, 0, 0) == by_source["vocabulary"]
    assert set(by_source["head"][:2]) <= set(HEAD_CONFIDENCE.values())
    assert by_source["head"][2:] == (0, 0)
    assert by_source["stated"][2] >= 1


def test_stated_steps_are_what_the_relations_say(example_graph) -> None:
    """A stated step has the papers and the best confidence of its relation."""
    steps, relations = (
        set(example_graph.database.execute(query).fetchall())
        for query in (
            "SELECT narrower, broader, confidence, papers FROM broader WHERE source = 'stated'",
            """
            SELECT head, tail, max(confidence), count(DISTINCT paper)
            FROM relations WHERE relation = 'is-a' GROUP BY ALL
            """,
        )
    )
    assert steps
    assert steps <= relations


def test_one_path_reaches_every_source() -> None:
    """SPARQL's skos:broader* leads along listed, stated and told steps alike."""
    store = pyoxigraph.Store()
    text = "".join(ntriples.generate(small_graph(), evidence="none"))
    store.load(text.encode(), format=pyoxigraph.RdfFormat.N_TRIPLES)
    found = {
        tuple(str(row[name].value) for name in ("low", "high"))
        for row in store.query(
            "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>"
            "SELECT ?low ?high { ?a skos:broader+ ?b . ?a skos:prefLabel ?low ."
            " ?b skos:prefLabel ?high }"
        )
    }
    expected = {
        ("U-Net", "convolutional neural network"), ("TinySeg", "U-Net"),
        ("TinySeg", "convolutional neural network"), ("MiniPix", "CellPix"),
        ("microscopy image", "image"),
    }  # fmt: skip
    assert expected == found


def test_papers_of_narrower_terms_count_once(tmp_path) -> None:
    """An entity is read with all terms under it; a paper that names several counts once."""
    view = entity_view(
        open_graph(folder_of(small_graph(), tmp_path / "map")),
        "urn:litkg:method:convolutionalneuralnetwork",
    )
    assert [Neighbour("U-Net", 2, STATED, 1)] == list(view.narrower)
    assert 2 == sum(map(len, view.papers.values()))  # p1, p4
    assert 3 == view.papers_below  # p1 and p4; p2 names U-Net and TinySeg


def test_show_says_who_put_a_term_under_another(tmp_path) -> None:
    """Terms that the vocabulary does not list as broader are marked with their source."""
    folder = folder_of(small_graph(), tmp_path / "map")
    shown = {
        name: CliRunner().invoke(main, ["show", str(folder), name]).stdout
        for name in ("U-Net", "urn:litkg:method:tinyseg", "microscopy image")
    }
    assert "\nbroader: convolutional neural network (stated by 1 paper)\n" in shown["U-Net"]
    assert "\nnarrower: TinySeg (1)\n2 papers; with narrower terms: 2 papers\n" in shown["U-Net"]
    assert "\nbroader: U-Net\n" in shown["urn:litkg:method:tinyseg"]
    assert "\nbroader: image (by its name)\n" in shown["microscopy image"]
