"""One type for all mentions of a name, by what the text around them says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from extractors.overlaps import Settled
from extractors.word_lists import word_set
from ontology.names import match_key
from ontology.terms import EntityType

_BEFORE = re.compile(r"([^\W\d_]+)[^\w.]*$")
_AFTER = re.compile(r"\W{0,3}?([^\W\d_]+)")
_WINDOW = 24
_TASK, _METHOD = EntityType.TASK.value, EntityType.METHOD.value
_OPEN = frozenset({_TASK, _METHOD})
_DECIDING = frozenset({"coined", "tagger"})
"""Sources that have seen the context themselves."""


def retyped(spans: Sequence[Settled], text: str) -> list[Settled]:
    """Give all mentions of one spelling one type, in place and order.

    Task or Method is decided by the words around the mentions and the first word within ("via …",
    "… tasks", "contrastive …"); among other types the commonest wins, then the alphabet.

    >>> text = "It works via image translation."
    >>> [span.type for span in retyped([Settled(13, 30, "Task", ("phrase",))], text)]
    ['Method']
    """
    votes: dict[str, Counter[str]] = {}
    keys = [match_key(text[span.start : span.end]) for span in spans]
    for key, span in zip(keys, spans, strict=True):
        votes.setdefault(key, Counter())[span.type] += 1
    for key, span in zip(keys, spans, strict=True):
        undecided = set(votes[key]) <= _OPEN and not _DECIDING & set(span.sources)
        if undecided and (kind := context_type(text, span.start, span.end)):
            votes[key][kind] += 2
    best = {key: min(count, key=lambda kind: (-count[kind], kind)) for key, count in votes.items()}
    return [span._replace(type=best[key]) for key, span in zip(keys, spans, strict=True)]


def context_type(text: str, start: int, end: int) -> str:
    """Task or Method where the words around and within a term tell which, else the empty string.

    >>> context_type("We test on image translation tasks.", 11, 28)
    'Task'
    """
    before = _BEFORE.search(text, max(0, start - _WINDOW), start)
    after = _AFTER.match(text, end, end + _WINDOW)
    last = re.split(r"[\s\-]", text[start:end])[-1].lower()
    if last in word_set("firm_tasks"):
        return ""
    if after and after[1].lower() in word_set("after_task"):
        return _TASK
    if after and after[1].lower() in word_set("after_method"):
        return _METHOD
    if before and before[1].lower() in word_set("before_method"):
        return _METHOD
    first = re.split(r"[\s\-]", text[start:end], maxsplit=1)[0].lower()
    return _METHOD if first in word_set("method_openers") else ""
