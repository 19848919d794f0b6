"""Short forms of abbreviations get the type of their long forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from spacy.tokens import Doc

from extractors.descriptive_terms import head_type
from extractors.overlaps import finds_of
from extractors.reading import split_words, text_of

_LONG_SOURCES = ("coined", "vocabulary", "name", "phrase")


class TypedForm(NamedTuple):
    """A long form or an occurrence of its short form; offsets in the text."""

    start: int
    end: int
    type: str


def occurrences(short: str, text: str) -> Iterator[tuple[int, int]]:
    """Spans of a short form and its plural, not inside longer names.

    >>> list(occurrences("LLM", "LLMs and LLM-4, but MLLM"))
    [(0, 4)]
    """
    stem = short[:-1] if short.endswith("s") and short[-2:-1].isupper() else short
    for match in re.finditer(rf"(?<![\w-]){re.escape(stem)}s?(?![\w+])(?!-\d)", text):
        yield match.span()


def long_form_type(long_form: str) -> str:
    """Type that the head of a long form tells, or the empty string.

    >>> long_form_type("data-driven regularization"), long_form_type("Alzheimer's disease")
    ('Method', '')
    """
    words = split_words(long_form)
    return head_type(words, len(words) - 1) if words else ""


def mark_short_forms(doc: Doc) -> Doc:
    """Write long forms and all occurrences of short forms to ``doc.spans["abbreviation"]``."""
    ending: dict[int, tuple[int, str]] = {}
    for find in finds_of(doc, _LONG_SOURCES):
        if find.end not in ending or find.start < ending[find.end][0]:
            ending[find.end] = (find.start, find.type)
    text = text_of(doc)
    pairs = doc.spans["abbreviations"]
    forms: list[TypedForm] = []
    untyped: set[str] = set()
    for index in range(0, len(pairs), 2):
        long_form, short_form = pairs[index], pairs[index + 1]
        start, end = long_form.start_char, long_form.end_char
        known_start, kind = ending.get(end, (start, ""))
        kind = kind or long_form_type(text[start:end])
        if not kind:
            untyped.add(short_form.text)
            continue
        forms.append(TypedForm(min(start, known_start), end, kind))
        forms += [TypedForm(*span, kind) for span in occurrences(short_form.text, text)]
    spans = (doc.char_span(form.start, form.end, label=form.type) for form in forms)
    doc.spans["abbreviation"] = [span for span in spans if span is not None]
    doc.spans["name"] = [span for span in doc.spans["name"] if span.text not in untyped]
    return doc
