"""Names of tasks with the head last: "predicting torque" is torque prediction.

Verb phrases and "segmentation of brain tumors" are turned round, so that they meet the names by which other
papers call the same task. Verbs and their nouns stand in ``words/verb_nouns.tsv``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from functools import cache
from typing import NamedTuple

from extractors.descriptive_terms import head_type
from extractors.reading import split_words
from extractors.word_lists import word_set, word_table
from ontology.names import singular, without_generic_head
from ontology.terms import EntityType

_NOUN = re.compile(r"[a-z]+(?:tion|sion|ment|ing|sis|al|ery)")
_LINKS = frozenset(
    "across against among and as at between by for from in into of on or over that through to under"
    " using via when which with within without".split()
)
_LONGEST = 4
"""Words of an object that still reads well in front of its head."""


class _Form(Enum):
    """How surely a form is a verb: the bare one of "detect", an -ing form, the bare one of "rank"."""

    VERB = "verb"
    GERUND = "gerund"
    NOUN_TOO = "noun too"


class _Activity(NamedTuple):
    noun: str
    form: _Form


def head_last(name: str, kind: EntityType = EntityType.TASK) -> str:
    """Turn a verb phrase or a phrase with "of" round; other names stay as they are.

    Two verbs of one object turn together, and an "of" inside the object turns with it. Where a first
    word may be no verb ("rank", and the -ing form of a method), the object must be a plural.

    >>> head_last("predicting the survival time"), head_last("segmentation of brain tumors")
    ('survival time prediction', 'brain tumor segmentation')
    >>> head_last("detecting and tracking objects"), head_last("predict structures of proteins")
    ('object detection and tracking', 'protein structure prediction')
    >>> head_last("scheduling strategy", EntityType.METHOD), head_last("early prediction of sepsis")
    ('scheduling strategy', 'early prediction of sepsis')
    """
    words = name.split()
    verbs = [words[0], words[2]] if words[1:2] == ["and"] and len(words) > 3 else words[:1]
    phrase = words[2 * len(verbs) - 1 :]
    if phrase[:1] == ["of"]:
        nouns = [_noun(verb) for verb in verbs]
        phrase = phrase[1:]
    else:
        found = [_activities().get(verb.lower()) for verb in verbs]
        nouns = [one.noun if one and _rules(one.form, phrase, kind) else "" for one in found]
    turned = _turned(_without_openers(phrase))
    if not all(nouns) or not 0 < len(turned) <= _LONGEST:
        return name
    if _LINKS & {word.lower() for word in turned}:
        return name
    return " ".join([*turned[:-1], singular(turned[-1]), " and ".join(nouns)])


def _noun(word: str) -> str:
    """The noun that stands in front of "of", if it names an activity."""
    if activity := _activities().get(word.lower()):
        return activity.noun
    return word if _NOUN.fullmatch(word.lower()) else ""


def _rules(form: _Form, phrase: Sequence[str], kind: EntityType) -> bool:
    """Tell whether a first word is the verb of the words behind it."""
    if not phrase:
        return False
    last = phrase[-1].lower()
    plural = singular(last) != last
    if form is _Form.NOUN_TOO:
        return plural and kind is EntityType.TASK
    if form is _Form.GERUND and kind is EntityType.METHOD:
        words = split_words(" ".join(phrase))
        method = head_type(words, len(words) - 1) == kind.value or bool(
            without_generic_head(kind, f"{words[0].text} {last}")
            or last in word_set("after_method")
        )
        return plural and not method
    return True


def _without_openers(words: Sequence[str]) -> Sequence[str]:
    """Words without articles and praise in front."""
    start = 0
    while start < len(words) and words[start].lower() in word_set("object_openers"):
        start += 1
    return words[start:]


def _turned(words: Sequence[str]) -> Sequence[str]:
    """An object with one "of" inside, turned round: "structures of proteins", "protein structure"."""
    places = [index for index, word in enumerate(words) if word.lower() == "of"]
    if len(places) != 1:
        return words
    front, whole = words[: places[0]], _without_openers(words[places[0] + 1 :])
    return [*whole[:-1], singular(whole[-1]), *front] if front and whole else words


@cache
def _activities() -> dict[str, _Activity]:
    """The noun of each form of a verb that states a task."""
    found: dict[str, _Activity] = {}
    for verb, (noun, form) in word_table("verb_nouns").items():
        stem = verb.removesuffix("e") if not verb.endswith("ee") else verb
        bare = _Form.NOUN_TOO if form == "gerund" else _Form.VERB
        forms = {verb: bare, _third_person(verb): bare}
        forms |= dict.fromkeys((f"{stem}ing", f"{verb}{verb[-1]}ing"), _Form.GERUND)
        for one, manner in forms.items():
            found[one] = found[one.replace("iz", "is")] = _Activity(noun, manner)
    return found


def _third_person(verb: str) -> str:
    """The form of a verb behind "it": "identifies", "matches", "tracks"."""
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return f"{verb[:-1]}ies"
    return f"{verb}es" if verb.endswith(("s", "sh", "ch", "x", "z")) else f"{verb}s"
