"""Where the category of a feed header ends and its title begins.

Both stand side by side without a mark. Three signals are weighed, most reliable first: the category
is one that everybody uses or that this feed repeats before many different titles; a title starts
with Chinese text or with a name that ends in a colon; a category is a noun phrase in lower case
whose last word is no adjective.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

_COMMON = frozenset(
    name.strip()
    for name in """
    trustworthy medical ai, clinical prediction, clinical nlp, medical llm agent, medical imaging,
    medical image analysis, medical ai, trustworthy ai, computer vision, machine learning,
    deep learning, reinforcement learning, federated learning, representation learning,
    multimodal learning, natural language processing, drug discovery, computational biology,
    computational pathology, digital pathology, bioinformatics, genomics, robotics, neuroscience,
    medical vision-language model, biomedical nlp, biosignal, medical robotics, surgical ai,
    medical report generation, clinical decision support, electronic health records,
    医学影像, 临床预测, 医学大模型, 医疗大模型, 医疗智能体, 可信医疗 ai, 可信医学 ai, 可信医疗, 临床自然语言处理,
    计算机视觉, 自然语言处理, 机器学习, 强化学习, 联邦学习, 药物发现, 生物信息, 生物信息学, 计算病理, 医学图像, 多模态, 机器人,
    大语言模型, 智能体, 电子病历, ai, nlp
    """.replace("\n", " ").split(",")
)
_LAST_ACRONYMS = frozenset({"AI", "NLP", "ML", "CV", "RL", "HCI", "IR", "XAI", "EHR"})
_ADJECTIVE = re.compile(
    r"(?:[a-z]{3,}(?:al|ive|ible|able|ous|worthy|ary|ent|ant|ed|ful)|multi-?modal|few-shot|safe|fair)$"
)
_NOUNS = frozenset(
    "retrieval signal biosignal survival removal agent assessment treatment management patient"
    " document content event environment alignment segment component talent".split()
)
_TITLE_OPENERS = re.compile(
    r"基于|面向|通过|利用|使用|从|对|用|在|将|让|以|当|为|关于|迈向|超越|重用|能否|如何|是否|走向|针对|探索|重新|一种|学习"
)
_CHINESE_TAIL = re.compile(
    r"(?:影像|图像|视觉|学习|处理|智能|智能体|预测|推理|医学|医疗|诊断|分析|生成|理解|模型|安全|机器人|检索|问答|信息学?|组学"
    r"|病历|系统|优化|感知|发现|病理|多模态|语音|控制|公平性|科学|健康)(?: ?(?:AI|NLP))?$"
)
_PLAIN_WORD = re.compile(r"[a-z]+(?:-[a-z]+)*")
_GLUED_NAME = re.compile(r"([\u3400-\u9fff]{2,8})(?=[A-Z][\w.+-]*(?: v\d+)?[::])")
_CJK = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_TOKEN = re.compile(rf"[{_CJK}][^\s]*|[^\s{_CJK}]+")
_MAX_WORDS = 6

Support = Mapping[str, int]
"""How many different titles stand behind each folded opening of the headers of a feed."""


def learn_categories(rests: Iterable[str]) -> Support:
    """Count, for each opening that may be a category, the different words that follow it.

    >>> learn_categories(["robot surgery 一", "robot surgery 二"])["robot surgery"]
    2
    """
    following: defaultdict[str, set[str]] = defaultdict(set)
    for rest in set(rests):
        for end, start in _boundaries(rest):
            following[rest[:end].casefold()].add(rest[start : start + 12])
    return {opening: len(titles) for opening, titles in following.items()}


def split_category(rest: str, support: Support) -> tuple[str, str]:
    """Part the category from the title; the category is empty where none is recognised.

    >>> split_category("clinical NLP 多图像医学思维", {})
    ('clinical NLP', '多图像医学思维')
    >>> split_category("trustworthy medical AI Nef-Net v2:野外场景", {})
    ('trustworthy medical AI', 'Nef-Net v2:野外场景')
    """
    best = max(
        (
            (_score(rest[:end], rest[start:], support), end, start)
            for end, start in _boundaries(rest)
        ),
        default=(0.0, 0, 0),
    )
    if best[0] <= 0:
        return "", rest
    return rest[: best[1]], rest[best[2] :]


def _boundaries(rest: str) -> Iterator[tuple[int, int]]:
    """Yield every place where a category may end and the title start, the shortest first."""
    if glued := _GLUED_NAME.match(rest):
        yield glued.end(), glued.end()
    tokens = list(_TOKEN.finditer(rest))[: _MAX_WORDS + 1]
    for before, after in pairwise(tokens):
        if ":" in before[0] or ":" in before[0]:
            return
        if not _PLAIN_WORD.fullmatch(after[0]):  # no title starts with a plain word in lower case
            yield before.end(), after.start()


def _score(category: str, title: str, support: Support) -> float:
    """Weigh one boundary; nothing above 0 means that it is none."""
    words = category.split()
    repeated = support.get(category.casefold(), 0)
    chinese = re.match(f"[{_CJK}]", category) is not None
    if category.casefold() in _COMMON:
        return 100 + len(words)
    shape = _chinese_shape(category) if chinese else _shape(words)
    if shape <= 0 and not _taught(words, title, repeated, chinese=chinese):
        return 0.0
    return shape + (min(repeated, 9) + len(words) / 10 if repeated > 1 else 0)


def _taught(words: list[str], title: str, repeated: int, *, chinese: bool) -> bool:
    """Accept by repetition alone what has an unusual shape: "Medical Imaging", 冠脉 before names."""
    if chinese:
        return repeated > 1 and len(words[0]) <= 8 and not _TITLE_OPENERS.match(words[0])
    titled = all(word[0].isupper() and word.isalpha() for word in words)
    return repeated > 2 and len(words) > 1 and titled and re.search(f"[{_CJK}]", title) is not None


def _shape(words: list[str]) -> float:
    """Judge an English category: words in lower case or acronyms, the last one no adjective."""
    last = words[-1]
    if not all(map(_category_word, words)) or (_acronym(words[0]) and _acronym(last)):
        return 0.0
    if _is_adjective(last):
        return 0.0
    after_noun = len(words) > 1 and not _is_adjective(words[-2])
    if _acronym(last) and after_noun and last not in _LAST_ACRONYMS:
        return 0.1  # "clinical prediction LLM ...": the acronym rather opens the title
    return 1.0 + len(words) / 100


def _is_adjective(word: str) -> bool:
    return _ADJECTIVE.search(word) is not None and word not in _NOUNS


def _category_word(word: str) -> bool:
    return (
        _acronym(word) or re.fullmatch(r"[a-z]+(?:[-/&][a-z]+)*|&|and|for|in|of", word) is not None
    )


def _acronym(word: str) -> bool:
    return re.fullmatch(r"[A-Z0-9]{2,5}s?", word) is not None


def _chinese_shape(category: str) -> float:
    """Judge a Chinese category: short, no opening of a title, ending in the name of a field."""
    if len(category) > 10 or _TITLE_OPENERS.match(category) or not _CHINESE_TAIL.search(category):
        return 0.0
    return 1.0 + len(category.split()) / 100
