"""A model trained from nothing on a handful of papers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from extractors.pipeline import annotate, load
from extractors.reading import joined_text
from extractors.settings import Settings
from extractors.tag_decoding import best_tags, spans_of
from extractors.tagger import Tagger
from kg.cli.main import main
from kg.train import INSTALL
from ontology.records import Paper

WORDS = "we train on with for a model net set task images fast deep new old foo bar baz qux".split()


def needs_training():
    for name in ("torch", "transformers", "onnx"):
        pytest.importorskip(name, reason=f"needs {name}; install: {INSTALL}")


@pytest.fixture(scope="module")
def encoder(tmp_path_factory) -> Path:
    """A BERT of one layer with random weights, in the format that --encoder takes."""
    needs_training()
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("encoder")
    marks = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    vocabulary = {word: index for index, word in enumerate([*marks, *WORDS, ".", ":"])}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.save(str(folder / "tokenizer.json"))
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=32, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=32,
    )  # fmt: skip
    BertModel(config).save_pretrained(folder)
    return folder


def gold(path: Path, count: int = 40) -> Path:
    records = []
    for number in range(count):
        name = f"{WORDS[15 + number % 4]} net"
        abstract = f"We train {name} on bar set."
        at = abstract.index("bar set")
        entities = [
            {"type": "Method", "name": name, "forms": [name], "role": "introduces",
             "mentions": [["title", 0, 7], ["abstract", 9, 9 + len(name)]]},
            {"type": "Dataset", "name": "bar set", "forms": ["bar set"], "role": "uses",
             "mentions": [["abstract", at, at + 7]]},
        ]  # fmt: skip
        records.append(
            {"id": f"p{number}", "title": f"{name}: a new model", "abstract": abstract,
             "entities": entities, "relations": [[name, "trained-on", "bar set"]]}
        )  # fmt: skip
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def train(*arguments: object):
    return CliRunner().invoke(main, ["train", *map(str, arguments)])


def test_a_trained_model_reads_papers(tmp_path: Path, encoder: Path):
    """``kg train`` learns what the annotations mark, and the pipeline runs its model."""
    folder = tmp_path / "model"
    file = gold(tmp_path / "g.jsonl", 300)
    done = train(file, "-o", folder, "--encoder", encoder, "--epochs", 10)
    assert (0, True) == (done.exit_code, "mention F1" in done.output), done.output
    paper = Paper("p", "baz net: a new model", "We train baz net on bar set.")
    reading = Tagger(folder).read(paper)
    spans = spans_of(best_tags(reading.scores, (reading.pieces.title,)), reading.scores)
    text = joined_text(paper)
    assert [("Method", "baz net"), ("Method", "baz net"), ("Dataset", "bar set")] == [
        (span.type.value, text[reading.pieces.starts[span.first] : reading.pieces.ends[span.last]])
        for span in spans
    ]
    assert "baz net" in {
        entity.name for entity in annotate(paper, load(Settings(model=folder))).entities
    }
    assert not (folder / "training.pt").exists()


def test_a_killed_run_continues_to_the_same_model(tmp_path: Path, encoder: Path, monkeypatch):
    """The weights after a kill and a second run are those of an unbroken run, byte for byte."""
    from extractors.training import loop

    file = gold(tmp_path / "g.jsonl")
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    assert 0 == train(file, "-o", whole, "--encoder", encoder, "--epochs", 3).exit_code
    save = loop._Run.save

    def killed(self, path, purpose):
        save(self, path, purpose)
        if self.epoch == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(loop._Run, "save", killed)
    assert 0 != train(file, "-o", broken, "--encoder", encoder, "--epochs", 3).exit_code
    monkeypatch.undo()
    assert (broken / "training.pt").exists()
    refused = train(file, "-o", broken, "--encoder", encoder, "--epochs", 4)
    assert "left by a run with other papers or settings" in refused.output
    assert 0 == train(file, "-o", broken, "--encoder", encoder, "--epochs", 3).exit_code
    for path in sorted(whole.iterdir()):
        assert path.read_bytes() == (broken / path.name).read_bytes(), path.name


def test_too_few_papers_are_refused(tmp_path: Path, encoder: Path):
    """Without papers to hold out nothing is trained."""
    done = train(gold(tmp_path / "g.jsonl", 1), "-o", tmp_path / "m", "--encoder", encoder)
    assert 1 == done.exit_code
    assert "too few to train on" in done.output


def test_missing_torch_names_the_command(tmp_path: Path, monkeypatch):
    """Without the extra, one line says what to install."""
    monkeypatch.setattr("kg.train.find_spec", lambda _name: None)
    done = train(gold(tmp_path / "g.jsonl"), "-o", tmp_path / "m")
    assert 1 == done.exit_code
    assert INSTALL in done.output


def test_a_model_learns_from_a_teacher(tmp_path: Path, encoder: Path):
    """Papers that only the teacher read are learned from; without a teacher they are refused."""
    teacher, learner = tmp_path / "teacher", tmp_path / "learner"
    file = gold(tmp_path / "g.jsonl", 300)
    assert 0 == train(file, "-o", teacher, "--encoder", encoder, "--epochs", 6).exit_code
    others = tmp_path / "others.jsonl"
    lines = (
        json.dumps({"id": f"u{number}", "title": f"qux net {number}: a task",
                    "abstract": f"We train qux net number {number} on bar set."})
        for number in range(30)
    )  # fmt: skip
    others.write_text("\n".join(lines), encoding="utf-8")
    arguments = ["-o", learner, "--encoder", encoder, "--epochs", 2, "--unlabelled", others]
    refused = train(file, *arguments)
    assert (1, True) == (refused.exit_code, "come together" in refused.output)
    done = train(file, *arguments, "--teacher", teacher, "--teacher", teacher)
    assert 0 == done.exit_code, done.output
    assert "read for learning: 30 of 30 papers" in done.output
    figures = json.loads((learner / "model.json").read_text(encoding="utf-8"))["figures"]
    assert 30 == figures["taught"]
    assert [] == [*learner.glob("taught-*")]
