"""Mentions of one paper that say the same in other words.

In training annotations, 98 % of the terms with a term of the same type in brackets behind them are
one entity with it, 97 % of those with the same words in another form or order ("predict outages",
"outage prediction"), and 76 % of the tasks whose words another one has and adds to, unless it merely
adds words in front.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from extractors.overlaps import Settled
from ontology.names import key_tokens, match_key, stem
from ontology.terms import EntityType

_FILLERS = frozenset("a an and for from in of on the to with".split())


def bracketed(spans: Sequence[Settled], text: str) -> Iterator[tuple[int, int]]:
    """Yield neighbours of one type of which the second stands in brackets behind the first.

    >>> text = "Masked autoencoders (MAE)"
    >>> list(bracketed([Settled(0, 19, "Method", ()), Settled(21, 24, "Method", ())], text))
    [(0, 1)]
    """
    for index in range(1, len(spans)):
        before, span = spans[index - 1], spans[index]
        between = text[before.end : span.start]
        if before.type == span.type and between == " (" and text[span.end : span.end + 1] == ")":
            yield index - 1, index


def reworded(
    spans: Sequence[Settled], text: str, long_forms: Mapping[str, str]
) -> Iterator[tuple[int, int]]:
    """Yield pairs of mentions of one type with the same words; of tasks, also with some of them.

    ``long_forms`` gives the long form of each defined abbreviation by its key; those are read for
    the abbreviation. A task that several longer ones could shorten to joins none.
    """
    first: dict[tuple[str, frozenset[str]], int] = {}
    tasks: dict[frozenset[str], tuple[str, ...]] = {}
    for index, span in enumerate(spans):
        words = _content(text[span.start : span.end], long_forms)
        stems = frozenset(words)
        if len(stems) > 1:
            yield first.setdefault((span.type, stems), index), index
            if span.type == EntityType.TASK.value:
                tasks.setdefault(stems, words)
    for stems, words in tasks.items():
        longer = [
            more
            for more, others in tasks.items()
            if stems < more and others[-len(words) :] != words
        ]
        if len(longer) == 1:
            yield first[EntityType.TASK.value, longer[0]], first[EntityType.TASK.value, stems]


def _content(form: str, long_forms: Mapping[str, str]) -> tuple[str, ...]:
    words: list[str] = []
    for word in form.split():
        words += key_tokens(long_forms.get(match_key(word), word))
    return tuple(stem(word) for word in words if word not in _FILLERS)
