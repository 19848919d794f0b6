"""New terms: which rise to the top and why, what is left out, and how candidates are shown."""

from __future__ import annotations

import csv
import io
import json
import math
import runpy
from itertools import pairwise

import pytest
from click.testing import CliRunner
from graphs import E, P, folder_of, graph_of, hostile_graph, replaced
from helpers import ROOT

from kg.cli.main import main
from kg.graph import Graph, open_graph
from kg.hierarchy import StepSource
from kg.radar import BroaderTerm, Candidate, Cohesion, radar, surprise
from ontology.terms import EntityType, Role
from ontology.vocabulary.reader import Entry, Vocabulary, read_entries, shipped_vocabulary

METHOD, TASK = EntityType.METHOD, EntityType.TASK
PARTS = ("rise", "spread", "use", "cohesion", "whole", "definition")

ENTITIES = (
    E(METHOD, "network", (("net", "en"),)),
    E(METHOD, "deep Zeta network", (), "network", source="head"),
    E(METHOD, "old method", ()),
    E(METHOD, "our network", ()),
    E(METHOD, "one-team network", ()),
    E(METHOD, "counting", ()),
    E(TASK, "counting cells", (("counting", "en"),)),
)
INTRODUCES, USES = Role.INTRODUCES, Role.USES


def paper(
    number: int, year: int | None, *names: tuple[str, Role], venue: str = "", team: str = ""
) -> P:
    text = ", ".join(name for name, _ in names)
    links = tuple((name, role, (name,)) for name, role in names)
    return P(
        f"p{number}", "A title", f"Text of {text}.", (team or f"T {number}",), venue or f"V {number}",
        year, links=links,
    )  # fmt: skip


def corpus() -> list[P]:
    """Ten years of one old method; in the last two a new one that others take up."""
    papers = [paper(year, year, ("old method", USES)) for year in range(2011, 2021)]
    new = "deep Zeta network"
    papers += [
        paper(1, 2019, (new, INTRODUCES), ("network", USES)),
        paper(2, 2019, (new, USES)),
        paper(3, 2020, (new, USES), ("counting", USES)),
        paper(4, 2020, (new, USES), ("counting", USES)),
        paper(5, 2020, ("counting", USES), ("counting cells", USES)),
    ]
    for number, year in enumerate((2019, 2019, 2020, 2020)):
        papers += [
            paper(20 + number, year, ("our network", INTRODUCES)),
            paper(30 + number, year, ("one-team network", USES), venue="V", team="T"),
        ]
    return papers


def made(folder, papers: list[P] | None = None) -> Graph:
    tables = graph_of("made", ENTITIES, corpus() if papers is None else papers)
    return open_graph(folder_of(tables, folder / "map"))


def by_name(candidates: list[Candidate]) -> dict[str, Candidate]:
    return {one.name: one for one in candidates}


def test_a_term_that_others_take_up_comes_first(tmp_path) -> None:
    """New and used by many teams beats new but introduced anew each time, of one team, or old."""
    first, *others = radar(made(tmp_path))
    assert "deep Zeta network" == first.name
    assert {"old method", "our network", "one-team network"} == {one.name for one in others}
    assert first.score > 2 * max(one.score for one in others)


def test_every_part_is_shown(tmp_path) -> None:
    """The score is the product of the parts, and each part is what its evidence says."""
    found = by_name(radar(made(tmp_path)))
    for one in found.values():
        assert one.score == pytest.approx(math.prod(getattr(one, part) for part in PARTS))
    new, old = found["deep Zeta network"], found["old method"]
    ours, team = found["our network"], found["one-team network"]
    assert (4, 4, 4, 1, 2019) == (
        new.papers,
        new.recent,
        new.venues,
        new.introducing,
        new.first_year,
    )
    assert (1.0, 1.0, 1.5) == (new.spread, new.use, new.definition)
    assert (10, 2, 1.0) == (old.papers, old.recent, old.definition)
    assert old.rise == pytest.approx(math.log(11))  # no more new papers than of the whole graph
    assert new.rise > ours.rise - 1e-9 > old.rise
    assert 0.25 == ours.use  # the first of four introduces it, three do so again
    assert team.spread == pytest.approx(math.sqrt(2 * 1) / 4)  # root of four papers, one team


def test_listed_names_are_no_candidates(tmp_path) -> None:
    """Neither listed entities appear nor unlisted ones whose name is listed as another type."""
    names = set(by_name(radar(made(tmp_path), min_papers=1)))
    assert {"deep Zeta network", "old method", "our network", "one-team network"} == names


def test_later_papers_change_nothing(tmp_path) -> None:
    """As of a year, a graph ranks as if it had ended with it."""
    (tmp_path / "whole").mkdir()
    (tmp_path / "past").mkdir()
    whole = made(tmp_path / "whole")
    past = made(
        tmp_path / "past", [one for one in corpus() if one.year is None or one.year <= 2019]
    )
    for year in (2019, None):
        assert radar(past, year=year, min_papers=1) == radar(whole, year=2019, min_papers=1)


def test_type_and_number_are_limits(tmp_path) -> None:
    """Only candidates of the type asked for, no more than asked for, none in too few papers."""
    graph = made(tmp_path)
    assert [] == radar(graph, kind=TASK)
    assert radar(graph)[:2] == radar(graph, top=2)
    assert ["old method"] == [one.name for one in radar(graph, min_papers=5)]


def test_a_graph_without_years_is_ranked_by_papers(tmp_path) -> None:
    """Where nothing can rise the number of papers counts."""
    papers = [paper(number, None, ("old method", USES)) for number in range(5)]
    papers += [paper(number, None, ("one-team network", USES)) for number in range(5, 8)]
    found = radar(made(tmp_path, papers))
    assert ["old method", "one-team network"] == [one.name for one in found]
    assert [(0, None)] * 2 == [(one.recent, one.first_year) for one in found]
    assert found[0].rise == pytest.approx(math.log(6))


def test_a_candidate_proposes_its_entry(tmp_path) -> None:
    """The nearest listed broader term, aliases without mere spellings, and the acronym."""
    tables = graph_of("made", ENTITIES, corpus())
    new = "urn:litkg:method:deepzetanetwork"
    rows = [
        {"entity": new, "alias": alias, "language": "", "source": "text", "mentions": mentions}
        for alias, mentions in (("DZN", 5), ("deep Zeta networks", 9), ("Zeta net", 1), ("DZNs", 2))
    ]
    rows += [row for batch in tables.batches("aliases") for row in batch.to_pylist()]
    tables = replaced(tables, "aliases", rows)
    one = by_name(radar(open_graph(folder_of(tables, tmp_path / "map"))))["deep Zeta network"]
    assert ("DZN", "Zeta net") == one.aliases
    assert ("DZN", 2.0) == (one.acronym, one.definition)
    assert BroaderTerm("urn:litkg:method:network", "network", StepSource.HEAD, 0.9) == one.broader


def test_the_broader_term_proposed_is_a_listed_one(tmp_path) -> None:
    """Unlisted terms on the way up are passed; the least sure step counts."""
    tables = graph_of("made", ENTITIES, corpus())
    iri = "urn:litkg:method:{}".format
    rows = [
        {
            "narrower": iri(low),
            "broader": iri(high),
            "source": source,
            "confidence": sure,
            "papers": 0,
        }
        for low, high, source, sure in (
            ("oldmethod", "ournetwork", "stated", 0.6),
            ("ournetwork", "network", "head", 0.5),
            ("oneteamnetwork", "ournetwork", "head", 0.9),
        )
    ]
    found = by_name(
        radar(open_graph(folder_of(replaced(tables, "broader", rows), tmp_path / "map")))
    )
    network = ("urn:litkg:method:network", "network")
    assert BroaderTerm(*network, StepSource.STATED, 0.5) == found["old method"].broader
    assert BroaderTerm(*network, StepSource.HEAD, 0.5) == found["one-team network"].broader
    assert found["deep Zeta network"].broader is None


def test_the_end_of_a_listed_name_counts_half(tmp_path) -> None:
    """ "augmentation" is short for "data augmentation" where that has more papers."""
    entities = (
        E(METHOD, "data augmentation", (("augmenting", "en"),)),
        E(METHOD, "augmentation", ()),
    )
    papers = [paper(number, 2020, ("augmentation", USES)) for number in range(3)]
    for more, whole in ((0, 1.0), (3, 1.0), (4, 0.5)):
        longer = [paper(9 + n, 2020, ("data augmentation", USES)) for n in range(more)]
        folder = tmp_path / str(more)
        folder.mkdir()
        tables = graph_of("made", entities, [*papers, *longer])
        # The name itself is an alias of a listed entity, as in every graph that was built.
        rows = [row for batch in tables.batches("aliases") for row in batch.to_pylist()]
        rows.append({**rows[0], "alias": "data augmentation"})
        (one,) = radar(open_graph(folder_of(replaced(tables, "aliases", rows), folder / "map")))
        assert (one.name, one.whole) == ("augmentation", whole)


def test_surprise_grows_with_numbers_and_with_their_share() -> None:
    """More of the same share says more; what is expected, or less, says nothing."""
    assert 0 == surprise(2, 10, 0.2) == surprise(0, 10, 0.2) == surprise(5, 5, 1.0)
    for less, more in pairwise([(3, 10), (6, 20), (8, 20), (20, 20)]):
        assert surprise(*less, 0.2) < surprise(*more, 0.2)


def test_words_that_meet_by_chance_do_not_cohere() -> None:
    """A word that stands before everything tells nothing; one that has one place does."""
    names = [("beam search", 4), *((f"new {head}", 4) for head in ("search", "model", "loss"))]
    cohesion = Cohesion(names)
    assert 1.0 < cohesion.of("new model") < cohesion.of("beam search") <= 2.0
    assert 1.5 == cohesion.of("BERT") == cohesion.of("Grad-CAM")
    assert 2.0 == Cohesion([("beam search", 4)]).of("beam search")


def test_candidates_of_the_example_corpus(example_graph) -> None:
    """Best first, each an unlisted entity of the graph with its number of papers."""
    found = radar(example_graph, min_papers=1, top=1000)
    assert found == sorted(found, key=lambda one: (-one.score, -one.papers, one.name, one.iri))
    counted = dict(
        example_graph.database.execute(
            "SELECT iri, papers FROM entities WHERE NOT listed"
        ).fetchall()
    )
    assert len(found) >= 20
    assert {one.iri: one.papers for one in found}.items() <= counted.items()
    assert any(one.broader for one in found)


@pytest.mark.parametrize("arguments", [[], ["--type", "Method", "--top", "3"], ["--year", "2018"]])
def test_formats_agree(example_graph, arguments: list[str]) -> None:
    """JSON, CSV and the table name the same candidates in the same order."""
    asked = [str(example_graph.path), "--min-papers", "1", *arguments]
    objects = json.loads(_output("radar", *asked, "--format", "json"))
    rows = list(csv.DictReader(io.StringIO(_output("radar", *asked, "--format", "csv"))))
    assert objects
    assert [one["iri"] for one in objects] == [row["iri"] for row in rows]
    assert [one["aliases"] for one in objects] == [
        row["aliases"].split("|") if row["aliases"] else [] for row in rows
    ]
    assert f"\n{len(objects)} row" in _output("radar", *asked)


def test_hostile_names_stay_names(tmp_path) -> None:
    """Markup, formulas and control characters neither break a format nor steer the terminal."""
    folder = folder_of(hostile_graph(), tmp_path / "map")
    asked = [str(folder), "--min-papers", "1", "--top", "1000"]
    objects = json.loads(_output("radar", *asked, "--format", "json"))
    expected = {one.name for one in radar(open_graph(folder), min_papers=1, top=1000)}
    assert len(expected) >= 10
    assert expected == {one["name"] for one in objects}
    rows = list(csv.reader(io.StringIO(_output("radar", *asked, "--format", "csv"), newline="")))
    assert {len(rows[0])} == {len(row) for row in rows}
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@"))]
    shown = _output("radar", *asked)
    assert not [character for character in shown if character != "\n" and ord(character) < 32]
    assert "\u202e" not in shown


def test_before_all_papers_there_are_no_candidates(tmp_path) -> None:
    """Nothing to see is an empty answer, not an error."""
    graph = made(tmp_path)
    assert [] == radar(graph, year=1500, min_papers=1)
    result = CliRunner().invoke(
        main, ["radar", str(graph.path), "--year", "1500", "--format", "json"]
    )
    assert "[]\n" == result.stdout
    assert "lower --min-papers" in result.stderr


def test_the_replay_takes_methods_out_and_keeps_the_rest(tmp_path) -> None:
    """A program of the past knows all methods but those, and its hierarchy closes over the gaps."""
    replay = runpy.run_path(str(ROOT / "benchmarks" / "radar_replay.py"))
    vocabulary = shipped_vocabulary()
    removed = {"method:u-net", "method:transformer"}
    assert all(vocabulary[one].broader for one in removed)
    kept = replay["without"](vocabulary, removed)
    replay["make_program"](tmp_path, kept)
    read = list(read_entries(tmp_path / "ontology" / "vocabulary" / "methods.tsv"))
    assert kept == read
    before = {one.id for one in vocabulary if one.type is METHOD}
    assert before - removed == {one.id for one in read}
    past = Vocabulary([*read, *(one for one in vocabulary if one.type is not METHOD)])
    for one in read:
        assert set(past.ancestors(one.id)) == set(vocabulary.ancestors(one.id)) - removed


def test_common_from_the_fifth_paper_on(tmp_path) -> None:
    """A method is common from the year by whose end five papers link it."""
    replay = runpy.run_path(str(ROOT / "benchmarks" / "radar_replay.py"))
    vocabulary = Vocabulary(
        [Entry("method:old", METHOD, "old method"), Entry("method:new", METHOD, "our network")]
    )
    assert {"method:old": 2015} == replay["common_years"](made(tmp_path), vocabulary)


def _output(*arguments: str) -> str:
    result = CliRunner().invoke(main, list(arguments))
    assert result.exit_code == 0, result.output
    return result.stdout
