"""Names of tasks with the head last: "predicting torque" is torque prediction.

Verb phrases and "segmentation of brain tumors" are turned round, so that they meet the names by which other
papers call the same task. Verbs and their nouns stand in ``words/verb_nouns.tsv``.
"""

from __future__ import annotations

import re
from functools import cache

from extractors.word_lists import word_set, word_table
from ontology.names import singular

_NOUN = re.compile(r"[a-z]+(?:tion|sion|ment|ing|sis|al|ery)")
_LINKS = frozenset(
    "across against among and as at between by for from in into of on or over that through to under"
    " using via when which with within without".split()
)
_LONGEST = 4
"""Words of an object that still reads well in front of its head."""


def head_last(name: str) -> str:
    """Turn a verb phrase or a phrase with "of" round; other names stay as they are.

    >>> head_last("predicting the survival time"), head_last("segmentation of brain tumors")
    ('survival time prediction', 'brain tumor segmentation')
    >>> head_last("detecting objects from afar"), head_last("early prediction of sepsis")
    ('detecting objects from afar', 'early prediction of sepsis')
    """
    first, *words = name.split() or [""]
    noun = _nouns().get(first.lower(), "")
    if words[:1] == ["of"] and (noun or _NOUN.fullmatch(first.lower())):
        noun, words = noun or first, words[1:]
    while words and words[0].lower() in word_set("object_openers"):
        words = words[1:]
    if not noun or not 0 < len(words) <= _LONGEST or _LINKS & {word.lower() for word in words}:
        return name
    return " ".join([*words[:-1], singular(words[-1]), noun])


@cache
def _nouns() -> dict[str, str]:
    """The noun of each form of a verb that states a task."""
    nouns: dict[str, str] = {}
    for verb, (noun, form) in word_table("verb_nouns").items():
        stem = verb.removesuffix("e") if not verb.endswith("ee") else verb
        gerunds = {f"{stem}ing", f"{verb}{verb[-1]}ing"}
        for one in gerunds | ({verb, f"{verb}s"} if form == "verb" else set()):
            nouns[one] = noun
            nouns[one.replace("iz", "is")] = noun
    return nouns
