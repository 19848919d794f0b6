"""Names that the paper itself coins, with the type that their definition tells."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from spacy.tokens import Doc

from extractors.proper_names import has_odd_capitals
from extractors.reading import Word, sentence_words, split_words, text_of, words_of
from ontology.terms import EntityType

_INTRODUCING = frozenset(
    """
    introduce introduces introducing introduced propose proposes proposing proposed present presents
    presenting presented develop develops developed release releases releasing released build builds
    built construct constructed create created design designed devise devised contribute describe
    describes
    """.split()
)
_NAMING = frozenset("called named dubbed termed namely coined entitled titled denoted".split())
_DATASET_HEADS = frozenset(
    "dataset datasets benchmark benchmarks corpus corpora challenge testbed database suite".split()
)
_METHOD_HEADS = frozenset(
    """
    method framework approach model models network algorithm module architecture system pipeline
    technique strategy transformer agent loss paradigm toolkit library
    """.split()
)
_SENTENCE_WINDOW = 12
_TITLE_NAME = re.compile(r"([^\s:：]\S*(?: \S+){0,3})\s?[:：]\s")


_CONTINUES = re.compile(r"[\w+]|-\d")
_NAMESAKES = 8
_LONGEST = 8
"""Words of a name after an introducing verb; a name cut short would be another."""


class Coined(NamedTuple):
    """A name that the paper coins."""

    start: int
    end: int
    type: str


def name_in_title(title: str) -> str:
    """The name before the colon of a title such as "NAME: what it does", or the empty string.

    >>> name_in_title("FooNet: a network for bars"), name_in_title("Foo and bar: a study")
    ('FooNet', '')
    """
    match = _TITLE_NAME.match(title)
    if not match:
        return ""
    name = match[1]
    words = name.split()
    if len(words) == 1:
        return name if len(name) > 1 and not name.endswith("?") else ""
    return name if len(words) <= 3 and has_odd_capitals(words[0]) else ""


def coined_names(words: Sequence[Word]) -> Iterator[Coined]:
    """Yield the names that one sentence of an abstract coins."""
    lower = [word.lower for word in words]
    for index, word in enumerate(lower):
        if word in _NAMING:
            end = _name_end(words, index + 1)
            if end > index + 1:
                context = lower[max(0, index - _SENTENCE_WINDOW) : index]
                yield Coined(words[index + 1].start, words[end - 1].end, _type(context))
        elif word in _INTRODUCING and index + 1 < len(words):
            start = index + 1
            end = _name_end(words, start)
            if end > start:
                yield Coined(words[start].start, words[end - 1].end, _type(lower[end : end + 25]))


def _name_end(words: Sequence[Word], start: int) -> int:
    """End of the capitalised name that begins at a word, or ``start`` where none does."""
    end = start
    while end < len(words) and end < start + _LONGEST and _capitalised(words[end].text):
        end += 1
    return end


def _capitalised(word: str) -> bool:
    return has_odd_capitals(word) or (word[:1].isupper() and len(word) > 2)


def _type(context: Sequence[str]) -> str:
    """Dataset where a data word comes before any method word in the definition."""
    decisive = (word for word in context if word in _DATASET_HEADS or word in _METHOD_HEADS)
    data = next(decisive, "") in _DATASET_HEADS
    return EntityType.DATASET.value if data else EntityType.METHOD.value


def mark_coined_names(doc: Doc) -> Doc:
    """Write all occurrences of coined names to ``doc.spans["coined"]`` (spaCy component)."""
    text = text_of(doc)
    title, _, abstract = text.partition("\n")
    names: dict[str, str] = {}
    name = name_in_title(title)
    if name and (has_odd_capitals(name) or name in abstract or not abstract):
        names[name] = _type(title.lower().split()[1:])
    for words in sentence_words(doc):
        for coined in coined_names(words):
            name = text[coined.start : coined.end]
            if names.get(name) != EntityType.DATASET.value:
                names[name] = coined.type
    found = occurrences(names, text, words_of(doc))
    spans = (doc.char_span(start, end, label=names[name]) for start, end, name in found)
    doc.spans["coined"] = [span for span in spans if span is not None]
    return doc


def occurrences(
    names: Collection[str], text: str, words: Sequence[Word]
) -> Iterator[tuple[int, int, str]]:
    """Spans of names with the name, in one pass over a text; none lies within a longer name.

    >>> text = "Foo Net, Foo Nets"
    >>> list(occurrences({"Foo Net"}, text, split_words(text)))
    [(0, 7, 'Foo Net')]
    """
    by_opening: dict[str, list[str]] = {}
    for name in sorted(names, key=len, reverse=True):
        by_opening.setdefault(split_words(name)[0].text.partition("-")[0], []).append(name)
    for word in words:
        for name in by_opening.get(word.text.partition("-")[0], ())[:_NAMESAKES]:
            if text.startswith(name, word.start):
                end = word.start + len(name)
                if not _CONTINUES.match(text, end):
                    yield word.start, end, name
                    break
