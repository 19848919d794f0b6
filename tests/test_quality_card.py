"""The quality card of a small gold, to the last character."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from scored_papers import CREASENET, FOLDING, FOLDNET, METHOD, TASK, entity, paper

from kg.annotation_records import to_json
from kg.cli.main import main
from kg.evaluate import evaluate
from kg.quality_card import ERROR_MEANINGS, MEANINGS, Measured, generate, measured, write_card
from kg.scores import MEASURES, ErrorKind
from ontology.errors import InputError
from ontology.terms import RelationType, Role

SNAPSHOT = Path(__file__).parent / "snapshots" / "quality-card.md"
USED_FOR, COMPARED = RelationType.USED_FOR, RelationType.COMPARED_WITH
GOLD = [
    paper(FOLDNET, FOLDING, CREASENET, relations=[(0, USED_FOR, 1), (0, COMPARED, 2)]),
    paper(FOLDNET, FOLDING, identifier="q"),
    paper(FOLDING, identifier="r"),
]
FOUND = [
    paper(
        entity("Foldnet", role=Role.INTRODUCES, sure=0.95),
        entity("protein folding", TASK, name="fold", sure=0.7),
        entity("Creasenet", TASK, sure=0.4),
        entity("better", METHOD, sure=0.35),
        relations=[(0, USED_FOR, 1, 0.9), (3, USED_FOR, 1, 0.5)],
    ),
    paper(
        entity("Foldnet", sure=0.6),
        entity("folding", TASK, sure=0.55),
        relations=[(0, USED_FOR, 1, 0.4)],
        identifier="q",
    ),
    paper(FOLDNET, identifier="s"),
]
A, B = Measured("gold.jsonl", 64 * "a"), Measured("found.jsonl", 64 * "b")


def card(first=A, second=B):
    return "".join(generate(evaluate(GOLD, FOUND), first, second))


def written(folder, name, papers):
    path = folder / name
    path.write_text("".join(to_json(one) + "\n" for one in papers), "utf-8")
    return path


def test_the_whole_card():
    """Every table and every sentence of a small card."""
    assert SNAPSHOT.read_text("utf-8") == card()


def test_every_measure_and_error_is_explained():
    """No figure stands without its meaning."""
    assert (set(MEASURES), set(ErrorKind)) == (set(MEANINGS), set(ERROR_MEANINGS))
    assert [] == [
        text for text in (*MEANINGS.values(), *ERROR_MEANINGS.values()) if text not in card()
    ]


def test_nothing_of_a_paper_is_on_the_card():
    """Neither ids nor names of papers, which could be anything, reach the page."""
    strange = [paper(FOLDNET, identifier="<script>|`x`")]
    assert "script" not in "".join(generate(evaluate(strange, []), A, B))


@pytest.mark.parametrize("name", ["a\n# b.jsonl", "`rm`.jsonl", "a b|c.jsonl", "$(x).jsonl"])
def test_a_file_name_stays_in_its_block(name):
    """Names stand in indented lines only, and are one word of the commands."""
    lines = card(first=Measured(name, 64 * "c")).splitlines()
    plain = card().splitlines()
    changed = [new for new, old in zip(lines, plain, strict=True) if new != old]
    assert changed
    assert all(line.startswith("    ") for line in changed)


def test_the_command_writes_the_card_and_prints_the_scores(tmp_path):
    """The card holds the files' names and digests, not their folder; two runs, the same bytes."""
    gold, found = written(tmp_path, "gold.jsonl", GOLD), written(tmp_path, "found.jsonl", FOUND)
    target = tmp_path / "quality.md"
    arguments = ["evaluate", str(gold), str(found), "--json", "--card", str(target)]
    results = [(CliRunner().invoke(main, arguments), target.read_bytes()) for _ in range(2)]
    assert [0, 0] == [result.exit_code for result, _ in results]
    assert json.loads(results[0][0].stdout)["papers"] == 3
    assert card(measured(gold), measured(found)).encode() == results[0][1] == results[1][1]
    assert str(tmp_path).encode() not in results[0][1]


def test_a_card_without_a_folder_is_an_error(tmp_path):
    """One line says what is missing."""
    gold = written(tmp_path, "gold.jsonl", GOLD)
    with pytest.raises(InputError, match="there is no folder"):
        write_card(evaluate(GOLD, FOUND), gold, gold, tmp_path / "absent" / "card.md")
