"""Chinese titles: terms of known words, with English names from the abstract or the vocabulary."""

from __future__ import annotations

import time
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from helpers import SHARED, needs_shared
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.chinese_words import ChineseWords, rows
from extractors.english_words import EnglishText, root
from extractors.overlaps import Settled
from extractors.pipeline import annotate, load
from extractors.reading import has_cjk, split_words
from extractors.settings import Settings
from extractors.word_lists import word_set, word_table
from kg.extract import extract
from ontology.records import AnnotatedPaper, Paper
from ontology.text import normalise
from ontology.vocabulary.reader import shipped_vocabulary

MODEL = Path(__file__).resolve().parent.parent / "extractors" / "model"


@cache
def words() -> ChineseWords:
    return ChineseWords(shipped_vocabulary())


@cache
def pipeline():
    return load()


def read(title: str, abstract: str = "") -> AnnotatedPaper:
    paper = Paper(id="p", title=normalise(title), abstract=normalise(abstract))
    return annotate(paper, pipeline())


def in_title(annotated: AnnotatedPaper) -> list[tuple[str, str, str]]:
    """Type, surface and canonical name of the mentions in the title, in order."""
    found = [
        (mention.start, entity.type.value, mention.surface, entity.name)
        for entity in annotated.entities
        for mention in entity.mentions
        if mention.field == "title"
    ]
    return [rest for _, *rest in sorted(found)]


def assert_offsets_hold(annotated: AnnotatedPaper) -> None:
    for entity in annotated.entities:
        for mention in entity.mentions:
            text = annotated.paper.text(mention.field)
            assert text[mention.start : mention.end] == mention.surface


def split(text: str) -> list[str]:
    return [piece.text for row in rows(split_words(text)) for piece in words().split(row)]


@pytest.mark.parametrize(
    ("title", "abstract", "expected"),
    [
        (  # a mention of the abstract in other words
            "面向渔船的双重蒸馏",
            "Boats are small. We propose dual distillation, a method for tiny cameras.",
            ["Method", "双重蒸馏", "dual distillation"],
        ),
        (  # a name of the vocabulary whose words are translated one by one
            "数据稀少时的药物靶点相互作用预测",
            "Little is known.",
            ["Task", "药物靶点相互作用预测", "drug-target interaction prediction"],
        ),
        (  # words that the abstract has in several places
            "用于病房的多轮临床推理",
            "Wards are busy. Clinical reasoning takes several turns; multi-turn talk helps.",
            ["Task", "多轮临床推理", "multi-turn clinical reasoning"],
        ),
        (  # no English anywhere: the title's own words
            "面向码头的身份无关拒答",
            "Ships arrive at night.",
            ["Task", "身份无关拒答", "身份无关拒答"],
        ),
        (  # the abstract's words win over the listed translation
            "医学图像视觉定位研究",
            "We test visual grounding on medical images.",
            ["Task", "医学图像视觉定位", "medical image visual grounding"],
        ),
        (  # Latin words within a term
            "用单导联 ECG 做心律失常检测",
            "We detect arrhythmia in a single-lead ECG.",
            ["Modality", "单导联 ECG", "single-lead electrocardiography"],
        ),
        (  # a generic head says nothing
            "高效 3D 心脏分割网络",
            "A fast 3D cardiac segmentation is described.",
            ["Task", "3D 心脏分割", "3D cardiac segmentation"],
        ),
    ],
)
def test_a_term_is_found_whole_and_named(title, abstract, expected):
    """A term reaches from function word to head, and its name is the best that is at hand."""
    kind, surface, name = expected
    found = {(form, kind): known for kind, form, known in in_title(read(title, abstract))}
    assert name == found.get((surface, kind))


def test_a_term_and_its_english_mentions_are_one_entity():
    """The surface forms of both languages stand together, and the English one names them."""
    annotated = read(
        "面向渔网的少样本缺陷检测", "Nets tear. Few-shot defect detection finds the holes in nets."
    )
    assert [("few-shot defect detection", ("少样本缺陷检测", "Few-shot defect detection"))] == [
        (entity.name, entity.forms)
        for entity in annotated.entities
        if any(has_cjk(form) for form in entity.forms)
    ]


def test_a_task_and_the_model_for_it_are_two_entities():
    """Where a complete task meets a listed model, both stand alone."""
    found = in_title(read("肺结节检测大语言模型", "Text."))
    assert [["Task", "肺结节检测"], ["Method", "大语言模型"]] == [pair[:2] for pair in found]


@pytest.mark.parametrize(
    "title",
    [
        "我们为什么需要更好的医院?",
        "迈向未来",
        "视觉学习者",
        "冰与火之歌",
        "研究基准与数据集",
        "学习检测",
    ],
)
def test_titles_without_a_term_yield_no_composed_one(title):
    """Function words, praise, bare heads and cut words make no term."""
    named = [form for _, form, _ in in_title(read(title, "Nothing of it here."))]
    assert [] == [form for form in named if words().entry(form) is None]


def test_a_listed_name_across_the_edge_of_a_word_is_none():
    """The last character of one word and the first of the next are no name."""
    assert ["多图像", "检索"] == split("多图像检索")
    assert "图像检索" not in {form for _, form, _ in in_title(read("多图像检索"))}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("少样本缺陷检测", ["少样本", "缺陷检测"]),
        ("面向医学图像的分割", ["面向", "医学图像", "的", "分割"]),
        ("上下文学习中的下游任务", ["上下文学习", "中", "的", "下游", "任务"]),
        ("3D 医学分割", ["3D", "医学", "分割"]),
        ("token 化", ["token化"]),
        ("", []),
        ("😀,!", []),
    ],
)
def test_text_splits_into_the_longest_known_words(text, expected):
    """Few and long words win; a function word inside a longer word is part of it."""
    assert expected == split(text)


@pytest.mark.parametrize("word", sorted(word_table("chinese_heads")))
def test_every_head_has_a_type_and_an_english_reading(word):
    """A head without English could never meet an abstract."""
    kind, mark = word_table("chinese_heads")[word]
    assert kind in {"Task", "Method", "Modality"}
    assert mark in {"specific", "generic"}
    assert words().readings(word)


def test_word_lists_hold_no_word_twice_and_heads_are_no_boundaries():
    """One row a word, and no head that ends terms before it can head them."""
    rows_of_words = (Path(__file__).parents[1] / "extractors/words/chinese_words.tsv").read_text()
    listed = [row.split("\t")[0] for row in rows_of_words.splitlines() if row[0] != "#"]
    assert sorted(set(listed)) == listed
    assert set() == word_set("chinese_boundaries") & set(word_table("chinese_heads"))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("alignment", "align", True),
        ("estimating", "estimation", True),
        ("optimization", "optimize", True),
        ("functional", "function", True),
        ("generation", "generalization", False),
        ("segment", "segmentation", True),
    ],
)
def test_roots_join_the_forms_of_one_word(one, other, same):
    """Noun, verb and adjective of one word share a root, look-alikes do not."""
    assert same is (root(one) == root(other))


def test_a_phrase_holds_a_term_and_nothing_else():
    """A longer mention is another entity, unless only a word like "image" is added."""
    text = "unsupervised lung segmentation and lung image segmentation"
    mentions = [Settled(0, 30, "Task", ()), Settled(35, 58, "Task", ())]
    english = EnglishText(text, [split_words(text)], mentions, [], [])
    phrase = english.mention_of([[frozenset({root("lung")})], [frozenset({root("segment")})]])
    assert phrase is not None
    assert (35, 58) == (phrase.start, phrase.end)


_PIECES = st.sampled_from(
    ["双重蒸馏", "少样本", "异常检测", "的", "面向", "网络", "图像", "大语言模型", "Net-2", " ", "EEG",
     "3D", "😀", "👩‍🔬", ":", ":", "e\u0301", "分割", "学习", "token", "化", "囍", "医", "。", "𠮷", "ガ", "\n"]
)  # fmt: skip
_ABSTRACT = st.sampled_from(
    ["", "We use dual distillation 😀 for few-shot anomaly detection (FSAD) in EEG images.", "我们研究图像分割。"]
)  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(st.lists(_PIECES, max_size=14).map("".join), _ABSTRACT)
def test_offsets_hold_in_any_mix_of_scripts(title, abstract):
    """``text[start:end] == surface``, and no two mentions overlap."""
    annotated = read(title, abstract)
    assert_offsets_hold(annotated)
    spans = sorted(
        (mention.field, mention.start, mention.end)
        for entity in annotated.entities
        for mention in entity.mentions
    )
    for (field, _, end), (next_field, start, _) in pairwise(spans):
        assert field != next_field or end <= start


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_words_cover_a_row_without_gap(text):
    """The words of a row are its text, in order."""
    for row in rows(split_words(text)):
        pieces = words().split(row)
        assert [(row[0].start, row[-1].end)] == [(pieces[0].start, pieces[-1].end)]
        for before, after in pairwise(pieces):
            assert after.start - before.end in {0, 1}


def test_a_paper_in_chinese_alone_is_read_in_linear_time():
    """A long Chinese abstract under a long Chinese title takes seconds at most."""
    begin = time.perf_counter()
    annotated = read("流匹配图像分割检测学习" * 40, "我们提出一种图像分割方法。" * 800)
    assert_offsets_hold(annotated)
    assert time.perf_counter() - begin < 30


@needs_shared
@pytest.mark.parametrize("model", [None, MODEL])
def test_most_real_chinese_titles_name_a_method_or_task_in_chinese(model):
    """Of the feeds' titles, three in four yield one, with or without the model."""
    feeds = [str(path) for path in sorted((SHARED / "seeds").glob("feed-*.txt"))]
    _, annotated = extract(feeds, workers=1, settings=Settings(model=model))
    papers = named = english = 0
    for one in annotated:
        papers += has_cjk(one.paper.title)
        entities = [entity for entity in one.entities if any(map(has_cjk, entity.forms))]
        named += any(entity.type.value in {"Method", "Task"} for entity in entities)
        english += any(not has_cjk(entity.name) for entity in entities)
        assert_offsets_hold(one)
    assert papers == 34
    assert named >= papers * 3 // 4
    assert english >= papers * 3 // 4
