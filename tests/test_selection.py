"""The filters of all formats: what stays, and that it is a graph in itself."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest
from graphs import (
    SMALL_ENTITIES,
    SMALL_PAPERS,
    folder_of,
    graph_of,
    hostile_graph,
    rows_of,
    small_graph,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exports.neighbours import neighbours
from exports.selection import Selection, select
from kg import Graph
from kg.checks import COUNTS, OFFSETS, REFERENCES, TERMS, breaches, tables_of
from ontology.errors import InputError
from ontology.tables import ORDER, SCHEMAS, GraphTables
from ontology.terms import EntityType

UNET = "urn:litkg:method:unet"
SELECTIONS = [
    Selection(years=(2015, 2021)),
    Selection(years=(2021, None), types=(EntityType.METHOD, EntityType.TASK)),
    Selection(years=(None, 2019), min_support=1),
    Selection(types=(EntityType.DATASET,)),
    Selection(min_support=2),
    Selection(top=3),
    Selection(around=UNET),
    Selection(around="u net", types=(EntityType.TASK,), min_support=2, top=2, years=(2000, 2030)),
]

selections = st.builds(
    Selection,
    types=st.lists(st.sampled_from(list(EntityType)), unique=True, max_size=3).map(tuple),
    min_support=st.integers(0, 3),
    years=st.none()
    | st.tuples(st.none() | st.integers(2013, 2018), st.none() | st.integers(2018, 2023)),
    top=st.none() | st.integers(1, 6),
    text=st.just(value=True),
)


def names(graph: GraphTables) -> set[str]:
    return {row["name"] for row in rows_of(graph, "entities")}


def ids(graph: GraphTables) -> set[str]:
    return {row["id"] for row in rows_of(graph, "papers")}


def broken_rules(graph: GraphTables, folder: Path) -> list[tuple[str, list[str]]]:
    """The rules between tables that a graph breaks, with the first breaches."""
    with tables_of(folder_of(graph, folder)) as connection:
        found = [
            (check.name, breaches(connection, check, 3))
            for check in (*REFERENCES, *TERMS, *OFFSETS, *COUNTS)
        ]
    return [(name, examples) for name, (count, examples) in found if count]


@pytest.mark.parametrize("selection", SELECTIONS)
def test_a_selection_of_a_real_graph_is_valid(
    example_graph: Graph, selection: Selection, tmp_path: Path
) -> None:
    """No row refers to anything left out, and all counts add up."""
    part = select(example_graph, selection)
    assert rows_of(part, "links")
    assert broken_rules(part, tmp_path / "map") == []


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(selections)
def test_any_selection_is_valid(
    tmp_path_factory: pytest.TempPathFactory, selection: Selection
) -> None:
    """Whatever filters are combined, in whatever order of effects, the rest is a graph."""
    folder = tmp_path_factory.mktemp("selected") / "map"
    assert broken_rules(select(small_graph(), selection), folder) == []


def test_nothing_asked_is_the_same_graph() -> None:
    """The default selection costs nothing and changes nothing."""
    graph = small_graph()
    assert select(graph, Selection()) is graph


def test_years_give_the_graph_of_these_papers_alone() -> None:
    """A period's tables are those of a graph that never saw the other papers."""
    graph = small_graph()
    papers = [paper for paper in SMALL_PAPERS if paper.year in {2015, 2021}]
    alone = graph_of("Cells, small", SMALL_ENTITIES, papers)
    part = select(graph, Selection(years=(2015, 2021)))
    kept = names(part)
    assert {row["name"] for row in rows_of(alone, "entities") if row["papers"]} == kept
    for table in ("papers", "links", "mentions", "entity_years", "cooccurrence"):
        assert rows_of(alone, table) == rows_of(part, table)
    assert [row for row in rows_of(alone, "entities") if row["papers"]] == rows_of(part, "entities")
    assert {row["paper"] for row in rows_of(part, "relations")} == {"p1", "p2"}


def test_aliases_of_a_period_count_its_mentions(example_graph: Graph) -> None:
    """An alias counts the mentions of the papers left, and goes if only others used it."""
    part = select(example_graph, Selection(years=(2020, 2022)))
    times = Counter((row["entity"], row["surface"]) for row in rows_of(part, "mentions"))
    whole = {(row["entity"], row["alias"]): row for row in rows_of(example_graph, "aliases")}
    found = {(row["entity"], row["alias"]): row for row in rows_of(part, "aliases")}
    kept = {row["iri"] for row in rows_of(part, "entities")}
    assert set(found) < set(whole)
    for key, row in whole.items():
        expected = times[key] if row["mentions"] else 0
        if key[0] not in kept or (row["source"] == "text" and not expected):
            assert key not in found
        else:
            assert found[key] == row | {"mentions": expected}


@pytest.mark.parametrize(
    ("years", "expected"),
    [
        ((2015, 2015), {"p1"}), ((2016, None), {"p2", "p4", "p5"}), ((None, 2015), {"p1"}),
        ((1990, 1999), set()),
    ],
)  # fmt: skip
def test_years_include_both_ends(years: tuple[int | None, int | None], expected: set[str]) -> None:
    """Papers without a year are in no period."""
    assert ids(select(small_graph(), Selection(years=years))) == expected


def test_types_leave_other_entities_out() -> None:
    """Papers stay that name an entity of the types; unnamed entities of the vocabulary stay too."""
    part = select(small_graph(), Selection(types=(EntityType.TASK,)))
    assert names(part) == {"image segmentation", "cell counting", "survival analysis"}
    assert ids(part) == {row["paper"] for row in rows_of(part, "links")}


def test_support_counts_papers() -> None:
    """Entities, relations and co-occurrences of fewer papers go."""
    graph = small_graph()
    part = select(graph, Selection(min_support=2))
    papers = Counter(row["entity"] for row in rows_of(graph, "links"))
    assert {row["iri"] for row in rows_of(part, "entities")} == {
        iri for iri, count in papers.items() if count >= 2
    }
    assert {(row["head"], row["relation"], row["tail"]) for row in rows_of(part, "relations")} == {
        (UNET, "used-for", "urn:litkg:task:imagesegmentation")
    }
    assert {row["papers"] for row in rows_of(part, "cooccurrence")} == {2}


def test_around_keeps_the_neighbourhood() -> None:
    """The entity itself, what shares a paper with it, and what is directly broader or narrower."""
    graph = small_graph()
    part = select(graph, Selection(around="unet"))
    linked: dict[str, set[str]] = {}
    for row in rows_of(graph, "links"):
        linked.setdefault(row["paper"], set()).add(row["entity"])
    expected = set().union(*(found for found in linked.values() if UNET in found))
    for row in rows_of(graph, "broader"):
        if UNET in (row["narrower"], row["broader"]):
            expected |= {row["narrower"], row["broader"]}
    assert {row["iri"] for row in rows_of(part, "entities")} == expected


def test_the_middle_stays_whatever_else_is_asked() -> None:
    """Datasets around a method: the method and datasets."""
    part = select(small_graph(), Selection(around="U-Net", types=(EntityType.DATASET,)))
    assert names(part) == {"U-Net", "CellPix", "MiniPix"}


def test_top_counts_papers_or_shared_papers() -> None:
    """The most named entities; around one, those that most papers name beside it."""
    graph = small_graph()
    assert names(select(graph, Selection(top=2))) == {"CellPix", "image segmentation"}
    assert names(select(graph, Selection(top=2, around="U-Net"))) == {"U-Net", "image segmentation"}
    assert names(select(graph, Selection(top=1, around="U-Net"))) == {"U-Net"}


def test_closeness_counts_papers_and_what_they_state(example_graph: Graph) -> None:
    """Papers that name both entities, once more for each that states a relation."""
    centre = "urn:litkg:method:flowmatching"
    expected = Counter(
        {
            row["a"] if row["b"] == centre else row["b"]: row["papers"]
            for row in rows_of(example_graph, "cooccurrence")
            if centre in {row["a"], row["b"]}
        }
    )
    for row in rows_of(example_graph, "relations"):
        if centre in {row["head"], row["tail"]}:
            expected[row["tail"] if row["head"] == centre else row["head"]] += 1
    assert expected == +neighbours(example_graph, centre)


def test_pairs_of_a_period_are_counted_again(example_graph: Graph) -> None:
    """Co-occurrence counts the papers left."""
    part = select(example_graph, Selection(years=(2018, 2021)))
    linked: dict[str, list[str]] = {}
    for row in rows_of(part, "links"):
        linked.setdefault(row["paper"], []).append(row["entity"])
    expected = Counter(
        pair for entities in linked.values() for pair in combinations(sorted(entities), 2)
    )
    assert expected == {
        (row["a"], row["b"]): row["papers"] for row in rows_of(part, "cooccurrence")
    }


@pytest.mark.parametrize("selection", [*SELECTIONS, Selection(text=False)])
@pytest.mark.parametrize("table", SCHEMAS)
def test_columns_come_as_asked_for(table: str, selection: Selection) -> None:
    """A view gives the columns named, in that order, and rows in the table's order."""
    part = select(small_graph(), selection)
    columns = SCHEMAS[table].names[::-1]
    for batch in part.batches(table, columns):
        assert batch.schema.names == columns
    for batch in part.batches(table):
        assert batch.schema == SCHEMAS[table]
    found = rows_of(part, table)
    assert found == sorted(found, key=lambda row: [row[column] for column in ORDER[table]])


@pytest.mark.parametrize("selection", [Selection(top=3), Selection(years=(2018, None))])
def test_the_ledger_of_a_part_is_about_its_papers(
    example_graph: Graph, selection: Selection
) -> None:
    """What became no paper, and so has none of the years asked for, is left out."""
    part = select(example_graph, selection)
    papers = {row["id"] for row in rows_of(part, "papers")}
    whole = rows_of(example_graph, "ledger")
    assert {row["paper"] for row in whole} - papers
    assert [row for row in whole if row["paper"] in papers] == rows_of(part, "ledger")


def test_no_text_keeps_everything_but_the_text() -> None:
    """Abstracts and the ledger's details are empty; all other values are as they were."""
    graph = hostile_graph()
    part = select(graph, Selection(text=False))
    for table in SCHEMAS:
        blank = {"papers": {"abstract": ""}, "ledger": {"detail": ""}}.get(table, {})
        assert [row | blank for row in rows_of(graph, table)] == rows_of(part, table)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"years": (2020, 2019)}, "years: 2020 is after 2019"),
        ({"top": 0}, "top: is 0; 1 or more"),
        ({"min_support": -1}, "min_support: is -1; 0 or more"),
    ],
)
def test_what_means_nothing_is_refused(asked: dict[str, object], message: str) -> None:
    """A selection that no graph can satisfy is an error, not an empty file."""
    with pytest.raises(InputError, match=message):
        Selection(**asked)


def test_an_unknown_middle_names_the_nearest() -> None:
    """A name that no entity has raises, with names that look alike."""
    with pytest.raises(InputError, match='the nearest names are "TinySeg"'):
        select(small_graph(), Selection(around="TinySge"))
