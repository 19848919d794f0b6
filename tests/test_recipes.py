"""The cookbook: both languages give the same rows, on the examples and on published papers."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from graphs import NASTY, folder_of, hostile_graph, small_graph

from kg.graph import Graph
from kg.recipe_values import KINDS, resolved
from kg.recipes import LANGUAGES, Language, Recipe, answer, recipe_of, recipes, values_of
from ontology.errors import QueryError
from ontology.terms import EntityType

ALL = pytest.mark.parametrize("recipe", recipes().values(), ids=list(recipes()))
LIMIT = 100_000


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder_of(small_graph(), tmp_path_factory.mktemp("small") / "map")


def test_there_are_many_questions() -> None:
    """The cookbook holds at least 25."""
    assert 25 <= len(recipes())


@ALL
def test_a_recipe_is_complete(recipe: Recipe) -> None:
    """A question in words; both texts name exactly its parameters; every kind is known."""
    assert recipe.question.endswith("?")
    names = {parameter.name for parameter in recipe.parameters}
    assert names == set(re.findall(r"\$([a-z]\w*)", recipe.sparql))
    assert names == set(re.findall(r"\$([a-z]\w*)", recipe.cypher))
    assert {parameter.kind for parameter in recipe.parameters} <= set(KINDS)
    assert all(parameter.meaning.endswith(".") for parameter in recipe.parameters)


@ALL
def test_both_languages_agree_on_the_examples(recipe: Recipe, example_graph: Graph) -> None:
    """With the defaults there are rows, the same in both, in the same order."""
    sparql, cypher = (
        answer(example_graph.path, recipe, language=one, limit=LIMIT) for one in LANGUAGES
    )
    assert sparql.rows
    assert sparql.columns == cypher.columns
    assert sparql.rows == cypher.rows
    assert () == cypher.notes


@ALL
def test_both_languages_agree_on_published_papers(recipe: Recipe, real_graph: Graph) -> None:
    """The same of the entities that most of 5,000 papers name."""
    values = frequent_values(real_graph, recipe)
    sparql, cypher = (
        answer(real_graph.path, recipe, language=one, parameters=values, limit=LIMIT)
        for one in LANGUAGES
    )
    assert sparql.rows, values
    assert sparql.columns == cypher.columns
    assert sparql.rows == cypher.rows


def frequent_values(graph: Graph, recipe: Recipe) -> dict[str, str]:
    """Values that occur in a graph; the second parameter of a kind gets the second in number."""
    if recipe.name in FREQUENT:
        row = graph.database.execute(FREQUENT[recipe.name]).fetchall()[0]
        return dict(zip((one.name for one in recipe.parameters), row, strict=True))
    seen: Counter[str] = Counter()
    values = {}
    for parameter in recipe.parameters:
        if parameter.kind in SQL:
            rows = graph.database.execute(SQL[parameter.kind]).fetchall()
            values[parameter.name] = rows[seen[parameter.kind]][0]
            seen[parameter.kind] += 1
    return values


SQL = {
    **{
        kind.value: f"SELECT iri FROM entities WHERE type = '{kind.value}' ORDER BY papers DESC, iri LIMIT 2"
        for kind in EntityType
    },
    "entity": "SELECT iri FROM entities ORDER BY papers DESC, iri LIMIT 2",
    "paper": "SELECT paper FROM links GROUP BY paper ORDER BY count(*) DESC, paper LIMIT 1",
    "venue": "SELECT venue FROM papers WHERE venue <> '' GROUP BY venue ORDER BY count(*) DESC, venue LIMIT 1",
}
RELATED = "SELECT {0} FROM relations WHERE {1} GROUP BY ALL ORDER BY count(*) DESC, {0} LIMIT 1"
FREQUENT = {
    "definitions": """SELECT entity FROM links WHERE role = 'introduces'
        GROUP BY entity ORDER BY count(*) DESC, entity LIMIT 1""",
    "compared-with": RELATED.format("head", "relation = 'compared-with'"),
    "evidence-of-link": "SELECT paper, entity FROM links ORDER BY mentions DESC, paper, entity LIMIT 1",
    "evidence-of-relation": RELATED.format("head, tail", "TRUE"),
    "parts-of": RELATED.format("tail", "relation = 'part-of'"),
    "papers-of-author": """SELECT author, entity FROM links JOIN
        (SELECT id, unnest(authors) AS author FROM papers) AS written ON written.id = links.paper
        GROUP BY ALL ORDER BY count(*) DESC, author, entity LIMIT 1""",
    "shortest-connection": """SELECT a.head, b.tail FROM relations AS a JOIN relations AS b
        ON a.tail = b.head WHERE a.relation = 'part-of' AND b.relation = 'used-for'
        ORDER BY a.head, b.tail LIMIT 1""",
    "benchmark-coverage": RELATED.format("tail", "relation = 'benchmark-for'"),
    "datasets-for-task-and-modality": """SELECT a.tail, b.tail FROM relations AS a JOIN relations AS b
        USING (head) WHERE a.relation = 'benchmark-for' AND b.relation = 'has-modality'
        GROUP BY ALL ORDER BY count(*) DESC, a.tail, b.tail LIMIT 1""",
    "datasets-shared-by-tasks": """SELECT a.entity, b.entity
        FROM links AS a JOIN links AS b USING (paper) JOIN links AS d USING (paper)
        WHERE a.entity LIKE 'urn:litkg:task:%' AND b.entity LIKE 'urn:litkg:task:%'
        AND d.entity LIKE 'urn:litkg:dataset:%' AND a.entity < b.entity
        AND a.role = 'uses' AND b.role = 'uses' AND d.role = 'uses'
        GROUP BY ALL ORDER BY count(*) DESC, a.entity, b.entity LIMIT 1""",
    "papers-using-narrower": """SELECT broader FROM broader JOIN links ON entity = narrower
        WHERE broader LIKE 'urn:litkg:method:%' GROUP BY ALL ORDER BY count(*) DESC, broader LIMIT 1""",
    "narrower": """SELECT broader FROM broader JOIN links ON entity = narrower
        GROUP BY ALL ORDER BY count(*) DESC, broader LIMIT 1""",
}
"""Values of the parameters, in their order, where numbers of papers alone do not bring rows."""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder_of(hostile_graph(), tmp_path_factory.mktemp("hostile") / "map")


@pytest.mark.parametrize("text", NASTY)
@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_names_are_found_and_stay_values(
    hostile: Path, text: str, language: Language
) -> None:
    """A venue of any name is found by it, and its name changes nothing in the query."""
    recipe = recipe_of("venue-profile")
    found = answer(hostile, recipe, language=language, parameters={"venue": text})
    assert [1] == [row[2] for row in found.rows]


@pytest.mark.parametrize("text", NASTY)
def test_hostile_texts_that_name_nothing_are_explained(small: Path, text: str) -> None:
    """They end in an error about the parameter, whatever they hold."""
    for name, recipe in (("entity", "first-papers"), ("author", "papers-of-author")):
        with pytest.raises(QueryError, match=f'^parameter "{name}": no {name} is called'):
            values_of(small, recipe_of(recipe), {name: text})


def test_names_are_understood_in_any_spelling(small: Path) -> None:
    """Aliases, other languages, other spacing and case; papers by title, types by any case."""
    methods = recipe_of("first-papers")
    expected = values_of(small, methods, {"entity": "U-Net"})
    for spelling in ("unet", "U Net", "urn:litkg:method:unet"):
        assert expected == values_of(small, methods, {"entity": spelling})
    similar = recipe_of("similar-papers")
    assert values_of(small, similar, {"paper": "p1"}) == values_of(
        small, similar, {"paper": "u-net, for IMAGE segmentation!"}
    )
    venue = recipe_of("venue-profile")
    assert values_of(small, venue, {"venue": "Journal of Cells"}) == values_of(
        small, venue, {"venue": "journal  OF cells"}
    )
    trending = recipe_of("trending")
    assert EntityType.DATASET is values_of(small, trending, {"type": "dataset"})["type"]


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("first-papers", {"entity": "U-Nett"}, r'^parameter "entity": no entity is called "U-Nett"; nearest: "U-Net"'),
        ("compared-with", {"method": "CellPix"}, r'^parameter "method": no method is called "CellPix"; nearest: '),
        ("venue-profile", {"venue": "Jornal of Cells"}, r'no venue is called .*; nearest: "Journal of Cells"'),
        ("papers-of-author", {"author": "Ada Lindt"}, r'no author is called .*; nearest: "Ada Lind"'),
        ("similar-papers", {"paper": "p9"}, r'no paper is called "p9"; nearest: "'),
        ("similar-papers", {"paper": "!?"}, r'no paper is called "!\?"'),
        ("trending", {"type": "Person"}, r'"Person" is not one of Dataset, Modality, Method, Task$'),
        ("trending", {"since": "soon"}, r'^parameter "since": "soon" is no whole number$'),
        ("trending", {"until": "1"}, r'^parameter "until": recipe trending has none .* it has type, since, least$'),
    ],
)  # fmt: skip
def test_wrong_parameters_are_explained(
    small: Path, name: str, parameters: dict[str, str], message: str
) -> None:
    """The parameter, what is wrong with it, and what would be right."""
    with pytest.raises(QueryError, match=message):
        values_of(small, recipe_of(name), parameters)


def test_an_unknown_recipe_is_explained() -> None:
    """With the names most like it."""
    with pytest.raises(
        QueryError, match=r'^recipe "alias": there is none; nearest: aliases, .*; kg'
    ):
        recipe_of("alias")
    with pytest.raises(QueryError, match=r'^recipe "zzzz": there is none; kg query --list'):
        recipe_of("zzzz")


@pytest.mark.parametrize("language", LANGUAGES)
def test_limits_hold_for_recipes(small: Path, language: Language) -> None:
    """The first rows, and that there were more."""
    recipe = recipe_of("venue-profile")
    parameters = {"venue": "Journal of Cells"}
    found = answer(small, recipe, language=language, parameters=parameters, limit=2)
    assert (2, True) == (len(found.rows), found.truncated)


def test_of_entities_of_one_name_the_most_named_is_meant(small: Path) -> None:
    """A name that several entities share means the one of most papers."""
    graph = Graph(small, {})
    assert (
        "urn:litkg:task:imagesegmentation" == resolved(graph, "x", "entity", "segmentation").value
    )


@pytest.mark.parametrize(
    ("start", "end", "paths"),
    [
        ("U-Net", "CellPix", [(1, "U-Net – CellPix")]),
        ("TinySeg", "CellPix", [(2, "TinySeg – MiniPix – CellPix"), (2, "TinySeg – U-Net – CellPix"),
                                (2, "TinySeg – cell counting – CellPix")]),
        ("skip connection", "cell counting", [(3, "skip connection – U-Net – CellPix – cell counting"),
                                              (3, "skip connection – U-Net – TinySeg – cell counting")]),
        ("U-Net", "unet", []),
        ("U-Net", "survival analysis", []),
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", LANGUAGES)
def test_all_shortest_chains_are_found(
    small: Path, language: Language, start: str, end: str, paths: list[tuple[int, str]]
) -> None:
    """Those of fewest steps, all of them, and none from an entity to itself."""
    recipe = recipe_of("shortest-connection")
    found = answer(small, recipe, language=language, parameters={"start": start, "end": end})
    assert tuple(paths) == found.rows
