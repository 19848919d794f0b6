"""Abbreviations that a text defines, after Schwartz and Hearst (2003).

A. S. Schwartz and M. A. Hearst, "A simple algorithm for identifying abbreviation definitions in
biomedical text", Pacific Symposium on Biocomputing 8, 2003. Beyond the paper: plural forms
("LLMs") and the order "ABBR (long form)".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from spacy.tokens import Doc

from extractors.reading import text_of

_BRACKET = re.compile(r"[(（]([^()（）\n]{2,200})[)）]")
_SHORT = re.compile(r"[^\W_][^\s]{0,11}[^\W_]\+*|[^\W_]\+*")
_WORD_BEFORE = re.compile(r"(\S{2,14})\s*$")
_LONGEST = 200


class Definition(NamedTuple):
    """A long form and the short form that a text defines for it, by offsets in the text."""

    long_start: int
    long_end: int
    short_start: int
    short_end: int


def definitions(text: str) -> Iterator[Definition]:
    """Yield the abbreviations that a text defines, in text order.

    >>> text = "Large language models (LLMs) meet RNA (ribonucleic acid)."
    >>> [(text[d.long_start : d.long_end], text[d.short_start : d.short_end])
    ...  for d in definitions(text)]
    [('Large language models', 'LLMs'), ('ribonucleic acid', 'RNA')]
    """
    for match in _BRACKET.finditer(text):
        found = _short_inside(text, match) or _long_inside(text, match)
        if found:
            yield found


def _short_inside(text: str, match: re.Match[str]) -> Definition | None:
    inner = re.split(r"[;,:]|\s(?:or|i\.e\.|hereafter)\s", match[1], maxsplit=1)[0]
    short = inner.strip()
    if not _is_short(short):
        return None
    before = text[max(0, match.start() - _LONGEST) : match.start()].rstrip(" ")
    newline = before.rfind("\n") + 1
    before = before[newline:]
    start = long_form_start(short, before)
    if start is None:
        return None
    offset = max(0, match.start() - _LONGEST) + newline
    short_start = match.start(1) + match[1].index(short)
    return Definition(offset + start, offset + len(before), short_start, short_start + len(short))


def _long_inside(text: str, match: re.Match[str]) -> Definition | None:
    word = _WORD_BEFORE.search(text[max(0, match.start() - 16) : match.start()])
    if not word or not _is_short(word[1]) or " " not in match[1].strip():
        return None
    inner = re.split(r"[;,]", match[1], maxsplit=1)[0].rstrip()
    start = long_form_start(word[1], inner)
    if start is None or inner[:start].strip():
        return None
    short_start = max(0, match.start() - 16) + word.start(1)
    long_start = match.start(1) + start
    return Definition(
        long_start, match.start(1) + len(inner), short_start, short_start + len(word[1])
    )


def _is_short(candidate: str) -> bool:
    return (
        _SHORT.fullmatch(candidate) is not None
        and sum(character.isupper() for character in candidate) >= (2 if len(candidate) > 2 else 1)
        and len(candidate) >= 2
    )


def long_form_start(short: str, before: str) -> int | None:
    """Find where in the text before a short form its long form begins, if it holds one.

    Every letter and digit of the short form must occur in order, its first at a word's beginning;
    the search goes from right to left and spans at most ``min(n + 5, 2n)`` words.

    >>> long_form_start("RNN", "a gated recurrent neural network")
    8
    >>> long_form_start("XYZ", "something else") is None
    True
    """
    letters = [character for character in short.casefold() if character.isalnum()]
    if len(letters) > 2 and short.endswith("s") and short[-2].isupper():
        letters.pop()
    position = len(before)
    folded = before.casefold()
    if len(folded) != len(before) or not letters:
        return None
    for index in range(len(letters) - 1, -1, -1):
        position -= 1
        while position >= 0 and (
            folded[position] != letters[index]
            or (index == 0 and position > 0 and folded[position - 1].isalnum())
        ):
            position -= 1
        if position < 0:
            return None
    start = position
    while start > 0 and before[start - 1] not in " (":
        start -= 1
    long_form = before[start:]
    words = re.split(r"[\s\-]+", long_form)
    if len(words) > min(len(letters) + 5, 2 * len(letters)) or short in long_form.split():
        return None
    return start if len(long_form) > len(short) else None


def mark_abbreviations(doc: Doc) -> Doc:
    """Keep the definitions (spaCy component ``litkg_abbreviations``).

    ``doc.spans["abbreviations"]`` holds long and short form of each definition in turn; a long form
    that runs over the end of a sentence is none.
    """
    spans = []
    for found in definitions(text_of(doc)):
        long_form = doc.char_span(found.long_start, found.long_end, label="long")
        short_form = doc.char_span(found.short_start, found.short_end, label="short")
        if long_form is None or short_form is None or long_form[0].sent.end < long_form.end:
            continue
        spans += [long_form, short_form]
    doc.spans["abbreviations"] = spans
    return doc
