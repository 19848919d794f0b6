"""Annotated papers survive the way to JSON Lines and back."""

import json
from pathlib import Path

import pytest
from helpers import SHARED, needs_shared
from hypothesis import given
from hypothesis import strategies as st

from kg.annotation_records import read_annotations, to_json
from ontology.errors import InputError
from ontology.records import AnnotatedPaper, Mention, Paper, PaperEntity, PaperRelation
from ontology.terms import EntityType, RelationType, Role

TITLE = "Foldnet: protein folding"
PAPER = AnnotatedPaper(
    Paper("p1", TITLE, "", year=2024),
    (
        PaperEntity(
            EntityType.METHOD,
            "Foldnet",
            ("Foldnet",),
            Role.INTRODUCES,
            0.9,
            (Mention("title", 0, 7, "Foldnet", 0, 24),),
            (),
        ),
        PaperEntity(
            EntityType.TASK,
            "protein folding",
            ("protein folding",),
            Role.USES,
            0.8,
            (Mention("title", 9, 24, "protein folding", 0, 24),),
            (),
        ),
    ),
    (PaperRelation(0, RelationType.USED_FOR, 1, 0.7, "abstract", 0, 0),),
)
LINE = (
    '{"id": "p1", "title": "Foldnet: protein folding", "abstract": "", "year": 2024, "entities": ['
    '{"type": "Method", "name": "Foldnet", "forms": ["Foldnet"], "role": "introduces", '
    '"confidence": 0.9, "mentions": [["title", 0, 7]]}, '
    '{"type": "Task", "name": "protein folding", "forms": ["protein folding"], "role": "uses", '
    '"confidence": 0.8, "mentions": [["title", 9, 24]]}], '
    '"relations": [["Foldnet", "used-for", "protein folding", 0.7]]}'
)


def read(tmp_path: Path, *lines: str) -> list[AnnotatedPaper]:
    path = tmp_path / "annotations.jsonl"
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return list(read_annotations(path))


def test_the_line_of_a_paper():
    """Keys stand in a fixed order and an unknown venue is left out."""
    assert LINE == to_json(PAPER)


def test_a_written_paper_reads_back(tmp_path):
    """What the format holds comes back equal, blank lines skipped."""
    assert [PAPER] == read(tmp_path, "", LINE)


def test_gold_without_confidence(tmp_path):
    """An absent confidence is 1, for entities and relations."""
    record = json.loads(LINE)
    record["entities"][0].pop("confidence")
    record["relations"][0].pop()
    (paper,) = read(tmp_path, json.dumps(record))
    assert (1.0, 1.0) == (paper.entities[0].confidence, paper.relations[0].confidence)


@given(st.text(st.characters(exclude_categories=()), max_size=40))
def test_a_line_is_one_line(text):
    """No line reader splits a record and UTF-8 can hold it, whatever its text."""
    line = to_json(AnnotatedPaper(Paper(text, text, text)))
    assert [line] == line.splitlines()
    assert line.encode().decode() == line
    assert text == json.loads(line)["title"]


def test_names_shared_by_two_types_follow_the_signature(tmp_path):
    """A relation whose head name is both Task and Method starts at the Method."""
    record = {
        "id": "p",
        "title": "parsing by parsing of text",
        "abstract": "",
        "entities": [
            {"type": "Task", "name": "parsing", "role": "uses", "mentions": [["title", 0, 7]]},
            {"type": "Method", "name": "parsing", "role": "uses", "mentions": [["title", 11, 18]]},
            {"type": "Modality", "name": "text", "role": "uses", "mentions": [["title", 22, 26]]},
        ],
        "relations": [["parsing", "applied-to", "text"], ["parsing", "used-for", "parsing"]],
    }
    (paper,) = read(tmp_path, json.dumps(record))
    assert [(1, 2), (1, 0)] == [(relation.head, relation.tail) for relation in paper.relations]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (LINE, "[]", "no JSON object"),
        (LINE, '{"id"', "no JSON object"),
        (LINE, "[" * 100_000, "no JSON object"),
        ('"id": "p1", ', "", "'id' is missing"),
        ('"p1"', "7", "'id' is 7"),
        ("2024", "true", "'year' is True"),
        ('"Method"', '"Model"', "entity 1: type 'Model'; one of Dataset, Modality, Method, Task"),
        ('"uses"', '"used"', "entity 2: role 'used'"),
        ("0, 7", "0, 70", "lies outside the title"),
        ("0, 7", "7, 7", "lies outside the title"),
        ('"title", 0', '"body", 0', "it reads [field, start, end]"),
        ('[["title", 0, 7]]', "3", "'mentions' is 3"),
        ('["Foldnet", "used-for"', '["Foldnet", "solves"', "relation 1: relation 'solves'"),
        ('["Foldnet", "used-for"', '["Fold", "used-for"', "'Fold' is no entity of the paper"),
        ("0.7", "7", "confidence 7"),
    ],
)
def test_a_broken_line_is_named(tmp_path, old, new, message):
    """The error says file, line and what is wrong."""
    assert old in LINE
    with pytest.raises(InputError) as caught:
        read(tmp_path, LINE, LINE.replace(old, new, 1))
    assert f"{tmp_path}/annotations.jsonl:2: " in str(caught.value)
    assert message in str(caught.value)
    assert len(str(caught.value)) < 500


def test_other_encodings_are_named(tmp_path):
    """A line that is no UTF-8 is an error, not a guess."""
    path = tmp_path / "latin.jsonl"
    path.write_bytes('{"id": "é"}'.encode("latin-1"))
    with pytest.raises(InputError, match=r"latin\.jsonl:1: no JSON object in UTF-8"):
        list(read_annotations(path))


def test_an_absent_file_is_named(tmp_path):
    """A file that does not exist is one clear error."""
    with pytest.raises(InputError, match=r"none\.jsonl: cannot be read"):
        list(read_annotations(tmp_path / "none.jsonl"))


@needs_shared
def test_gold_reads_back_as_written():
    """Every gold paper survives writing and reading."""
    for annotated in read_annotations(SHARED / "gold" / "train.jsonl"):
        gold = json.loads(to_json(annotated))
        for cell, entity in zip(gold["entities"], annotated.entities, strict=True):
            assert entity.forms == tuple(cell["forms"])
            assert all(
                mention.surface == annotated.paper.text(mention.field)[mention.start : mention.end]
                for mention in entity.mentions
            )
