"""The shipped model reading papers."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from helpers import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from extractors.candidates import well_formed
from extractors.model_files import MANIFEST, PARTS, SHIPPED, TOKENIZER, check_model
from extractors.pieces import HEADER, OVERLAP, WINDOW, Pieces, cut, windows
from extractors.pipeline import annotate, annotate_all, load
from extractors.reading import has_cjk
from extractors.settings import Settings, fingerprint
from extractors.tagger import Tagger
from kg import build, open_graph
from kg.cli.main import main
from ontology.errors import InputError, MissingDependencyError
from ontology.records import AnnotatedPaper, Paper

READER = Settings(model=SHIPPED)
NLP = load(READER)
TOKENS = Tokenizer.from_file(str(SHIPPED / TOKENIZER))
ABSTRACT = (
    "Weather radar images are noisy. We propose RainFormer, a transformer for precipitation"
    " nowcasting, and evaluate it on the DrizzleBench dataset against ConvLSTM."
)


LINE = json.dumps({"id": "rain", "title": "RainFormer", "abstract": ABSTRACT})


def read(title: str, abstract: str) -> AnnotatedPaper:
    return annotate(Paper("p", title, abstract), NLP)


def assert_offsets_hold(annotated: AnnotatedPaper) -> None:
    for entity in annotated.entities:
        assert 0 <= entity.confidence <= 1
        for mention in entity.mentions:
            text = annotated.paper.text(mention.field)
            assert mention.surface == text[mention.start : mention.end] != ""
            assert mention.end <= mention.sentence_end <= len(text)
            assert has_cjk(mention.surface) or well_formed(text, mention.start, mention.end)


def test_unlisted_names_are_found_with_role_and_relation():
    """The model finds names that no vocabulary holds, and says what they are to the paper."""
    annotated = read("RainFormer: precipitation nowcasting from radar", ABSTRACT)
    by_name = {entity.name: entity for entity in annotated.entities}
    assert "introduces" == by_name["RainFormer"].role.value
    assert "tagger" in by_name["RainFormer"].sources
    assert "Dataset" == by_name["DrizzleBench"].type.value
    relations = {
        (
            annotated.entities[item.head].name,
            item.relation.value,
            annotated.entities[item.tail].name,
        )
        for item in annotated.relations
    }
    assert ("RainFormer", "used-for", "precipitation nowcasting") in relations


@pytest.mark.parametrize(
    "title",
    [
        "面向高分辨率图像合成的整流流 Transformer",
        "RainFormer:雷达降水临近预报",
        "流 BERT 与 U-Net 之比较",
    ],
)
def test_the_model_marks_nothing_in_chinese(title):
    """Chinese is outside its word pieces; what it marks there, it has not read."""
    entities = read(title, ABSTRACT).entities
    assert "tagger" in {source for entity in entities for source in entity.sources}
    for entity in entities:
        if "tagger" in entity.sources:
            assert not [form for form in entity.forms if has_cjk(form)]


def test_papers_do_not_depend_on_each_other():
    """Order, company and another pipeline change nothing."""
    papers = [
        Paper("a", "RainFormer: nowcasting", ABSTRACT),
        Paper("b", "", ""),
        Paper("c", "Long", ABSTRACT * 8),
    ]
    forward = list(annotate_all(papers, NLP))
    assert forward == list(annotate_all(papers[::-1], load(READER)))[::-1]


def test_graphs_do_not_depend_on_workers(tmp_path: Path, monkeypatch):
    """One worker and two build the same bytes with the model."""
    monkeypatch.setattr("kg.annotate.SHARD_PAPERS", 10)
    examples = ROOT / "examples" / "reviews.jsonl"
    one = build(examples, tmp_path / "one", workers=1)
    two = build(examples, tmp_path / "two", workers=2)
    assert one.manifest["digest"] == two.manifest["digest"]


@pytest.mark.parametrize(
    ("title", "abstract"),
    [
        ("", ""),
        ("流匹配与双重蒸馏", "我们提出RainFormer模型😀。"),
        ("👩‍🔬 RainFormer👍🏽: nowcasting", f"😀😀 {ABSTRACT} e\u0301\u0301"),
        ("ﬁne-tuning ǅ İstanbul", "İİ ẞ ﬁ We propose ﬁlterNet, a network. \u200b\u00ad"),
        ("$%^&*", "((((((((((" * 20),
        ("RainFormer " * 400, ABSTRACT),
        ("P\n0", ""),
    ],
)
def test_hostile_texts_keep_their_offsets(title, abstract):
    """Empty fields, signs, Chinese, emoji, combining and expanding characters, endless titles."""
    assert_offsets_hold(read(title, abstract))


@settings(max_examples=25)
@given(st.text(max_size=40), st.text(max_size=120))
def test_offsets_hold_for_every_text(title, abstract):
    """``text[start:end] == surface`` whatever the text."""
    assert_offsets_hold(read(title, abstract))


def test_half_a_million_characters_are_read_to_the_end():
    """A name behind 499,000 characters is found."""
    abstract = "a" * 499_000 + ". " + ABSTRACT
    annotated = read("A title", abstract)
    assert_offsets_hold(annotated)
    assert "RainFormer" in {entity.name for entity in annotated.entities}


@given(st.integers(0, 400), st.integers(0, 2500))
def test_windows_hold_each_piece_once(title, body):
    """Windows fit the encoder, and their parts are the pieces in order, none left out."""
    total = title + body
    pieces = Pieces(tuple(range(1000, 1000 + total)), (0,) * total, (0,) * total, title)
    seen = []
    for window in windows(pieces, 1, 2):
        assert len(window.ids) <= WINDOW
        for row, piece, length in window.parts:
            assert window.ids[row : row + length] == pieces.ids[piece : piece + length]
            seen += range(piece, piece + length)
    assert list(range(total)) == seen


def test_every_piece_sees_its_surroundings():
    """Where windows meet, a piece has at least half the overlap of text on both sides."""
    pieces = Pieces(tuple(range(5000)), (0,) * 5000, (0,) * 5000, 20)
    laid = list(windows(pieces, 1, 2))
    for window in laid[1:]:
        row, _, _ = window.parts[-1]
        assert row - (2 + min(HEADER, 20)) == OVERLAP // 2


@given(st.text(max_size=50), st.text(max_size=200))
def test_pieces_keep_the_paper_s_offsets(title, abstract):
    """Pieces lie in order within their field."""
    pieces = cut(Paper("p", title, abstract), TOKENS)
    assert all(end <= len(title) for end in pieces.ends[: pieces.title])
    assert all(start > len(title) for start in pieces.starts[pieces.title :])
    assert list(pieces.starts) == sorted(pieces.starts)


def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "model"))


@pytest.mark.parametrize("name", [MANIFEST, *PARTS])
def test_missing_files_are_named(tmp_path: Path, name: str):
    """A model without one of its files is refused with the file's name and the way out."""
    folder = copied(tmp_path)
    (folder / name).unlink()
    with pytest.raises(InputError, match=rf"{name}: cannot be read.*--no-model"):
        Tagger(folder)


@pytest.mark.parametrize("name", PARTS)
def test_truncated_files_are_named(tmp_path: Path, name: str):
    """A file cut short is found out before it is loaded."""
    folder = copied(tmp_path)
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(InputError, match=rf"{name}: is not the file that model\.json describes"):
        Tagger(folder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 99}, "a model of version 99"),
        ({"labels": {}}, "other labels"),
        ({"files": None}, "says nothing about a model"),
    ],
)
def test_other_versions_are_refused(tmp_path: Path, change, message):
    """A model of another format, or with other labels, says how to get one that fits."""
    folder = copied(tmp_path)
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    (folder / MANIFEST).write_text(json.dumps(manifest | change), encoding="utf-8")
    with pytest.raises(InputError, match=message):
        check_model(folder)


def extract(*arguments: object):
    return CliRunner().invoke(main, ["extract", "-", "-q", *map(str, arguments)], input=LINE)


def names(result) -> set[str]:
    assert 0 == result.exit_code, result.output
    (record,) = map(json.loads, result.stdout.splitlines())
    return {entity["name"] for entity in record["entities"]}


def test_the_model_reads_unless_it_is_declined(tmp_path: Path):
    """The shipped model reads by default, another one by --model, none with --no-model."""
    assert "precipitation nowcasting" in names(extract())
    assert names(extract()) == names(extract("--model", copied(tmp_path)))
    assert "convolutional long short-term memory" in names(extract("--no-model"))
    both = extract("--no-model", "--model", tmp_path)
    assert (2, True) == (both.exit_code, "exclude each other" in both.output)


def test_the_command_line_says_what_is_wrong(tmp_path: Path):
    """A missing model is one line of error."""
    missing = extract("--model", tmp_path / "none")
    assert 1 == missing.exit_code
    assert "model.json: cannot be read" in missing.output


@pytest.mark.parametrize("package", ["onnxruntime", "tokenizers"])
def test_rules_work_without_the_runtime(monkeypatch, tmp_path: Path, package: str):
    """Without a package of the model rules read, and note and manifest say so; --model is an error."""
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingDependencyError, match=rf"pip install {package}.*--no-model"):
        Tagger(SHIPPED)
    done = extract()
    assert "convolutional long short-term memory" in names(done)
    assert f"pip install {package}" in done.stderr
    build(ROOT / "examples" / "reviews.jsonl", tmp_path / "map", workers=1)
    assert f"none; {package} not installed" == open_graph(tmp_path / "map").manifest["model"]


def test_the_manifest_names_the_model(tmp_path: Path):
    """A graph says which model read it, or that none did; the fingerprints differ."""
    examples = ROOT / "examples" / "reviews.jsonl"
    build(examples, tmp_path / "rules", workers=1, settings=Settings())
    assert "none; by choice" == open_graph(tmp_path / "rules").manifest["model"]
    build(examples, tmp_path / "both", workers=1)
    assert check_model(SHIPPED) == open_graph(tmp_path / "both").manifest["model"]
    assert fingerprint(READER) != fingerprint()


def test_the_shipped_model_is_small():
    """The files of the model are at most 35 MB together."""
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) <= 35_000_000
