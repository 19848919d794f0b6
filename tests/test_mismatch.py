"""Titles that belong to another abstract."""

from __future__ import annotations

import gzip
import json
from itertools import islice, pairwise

import pytest
from helpers import SHARED, needs_shared

from kg.mismatch import suspected_mismatch, title_words

ICE = (
    "Legged robots slip on ice. We train a walking policy in simulation with randomised friction and"
    " transfer it to a real quadruped, which then crosses a frozen lake without a fall."
)
BLOOD = (
    "Anaemia is often found late. We introduce HemoNet, a convolutional network that estimates"
    " haemoglobin from photographs of the inner eyelid, and test it in four outpatient clinics."
)


@pytest.mark.parametrize(
    ("title", "abstract"),
    [
        ("Learning to walk on ice with legged robots", ICE),
        ("Estimating haemoglobin from eyelid photographs", BLOOD),
        ("四足机器人的冰面行走策略学习", ICE),
        ("HemoNet:用眼睑照片估计血红蛋白的卷积网络", BLOOD),
        ("Editorial", ICE),
        ("How to", ICE),
        ("!", ICE),
        ("", ICE),
        ("Learning to walk on ice with legged robots", "Too short to tell."),
    ],
)
def test_a_title_that_belongs_is_not_suspected(title: str, abstract: str) -> None:
    """Words come back as they are, in another form, or in translation; too little text is no sign."""
    assert None is suspected_mismatch(title, abstract)


@pytest.mark.parametrize(
    ("title", "abstract"),
    [
        ("Learning to walk on ice with legged robots", BLOOD),
        ("Estimating haemoglobin from eyelid photographs with neural networks", ICE),
        ("面向多轮医学对话的大语言模型强化学习", ICE),
        ("用 LLM 生成可迁移的临床时间序列表征", ICE),
    ],
)
def test_a_title_of_another_abstract_is_suspected(title: str, abstract: str) -> None:
    """Hardly a word comes back."""
    assert None is not suspected_mismatch(title, abstract)


def test_the_reason_names_the_words_that_do_not_come_back() -> None:
    """A reader sees at once what was compared."""
    mismatch = suspected_mismatch("用 LLM 生成可迁移的临床时间序列表征", ICE)
    assert mismatch is not None
    assert ("LLM", "生成", "临床时间序列", "表征") == tuple(
        word for word in mismatch.missing if word != "可迁移"
    )
    assert str(mismatch).startswith("the abstract does not take up LLM, 生成, ")


def test_an_acronym_comes_back_as_the_initials_of_words() -> None:
    """ "LLM" in a title is met by "large language models"."""
    (word,) = title_words("LLM")
    assert ((frozenset({"llm"}),), "LLM") == (word.readings, word.shown)
    abstract = (
        "We ask large language models for directions across the tundra and count the falls. " * 2
    )
    assert None is suspected_mismatch("用 LLM 指路", abstract)


@needs_shared
def test_false_alarms_and_recall_on_real_papers() -> None:
    """Of real papers under 0.3 % are suspected, of pairs swapped at random over 75 %."""
    with gzip.open(SHARED / "corpus" / "papers.jsonl.gz", "rt", encoding="utf-8") as lines:
        sample = [json.loads(line) for line in islice(lines, 0, 60_000, 30)]
    papers = [(paper["title"], paper["abstract"]) for paper in sample if paper["abstract"]]
    papers.sort(key=lambda pair: pair[1])  # mixes venues and years
    alarms = sum(suspected_mismatch(*paper) is not None for paper in papers)
    caught = sum(
        suspected_mismatch(title, abstract) is not None
        for (title, _), (_, abstract) in pairwise(papers)
    )
    assert alarms < 0.003 * len(papers)
    assert caught > 0.75 * len(papers)
