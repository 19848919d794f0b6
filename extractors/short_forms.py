"""Short forms of abbreviations get the type of their long forms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from spacy.tokens import Doc, Span

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
    """Write typed long forms and all occurrences of their short forms.

    They stand in ``doc.spans["abbreviation"]``. A name in brackets behind a typed span is a short
    form too, though its letters do not tell. ``doc.spans["definitions"]`` keeps long and short form
    of each definition in turn. Names that abbreviate what has no type are none.
    """
    ending: dict[int, tuple[int, str]] = {}
    for find in finds_of(doc, _LONG_SOURCES):
        if find.end not in ending or find.start < ending[find.end][0]:
            ending[find.end] = (find.start, find.type)
    text = text_of(doc)
    definitions: list[TypedForm] = []
    untyped: set[str] = set()
    pairs = doc.spans["abbreviations"]
    for index in range(0, len(pairs), 2):
        long_form, short_form = pairs[index], pairs[index + 1]
        start, end = long_form.start_char, long_form.end_char
        known_start, kind = ending.get(end, (start, ""))
        kind = kind or long_form_type(text[start:end])
        if kind:
            definitions.append(TypedForm(min(start, known_start), end, kind))
            definitions.append(TypedForm(short_form.start_char, short_form.end_char, kind))
        else:
            untyped.add(short_form.text)
    defined = {text[form.start : form.end] for form in definitions}
    for name in doc.spans["name"]:
        start = name.start_char
        long_end = start - 2
        bracketed = text[long_end:start] == " (" and text[name.end_char : name.end_char + 1] == ")"
        if bracketed and long_end in ending and name.text not in defined | untyped:
            kind = ending[long_end][1]
            definitions.append(TypedForm(ending[long_end][0], long_end, kind))
            definitions.append(TypedForm(start, name.end_char, kind))
    forms = list(definitions)
    for form in definitions[1::2]:
        spans = occurrences(text[form.start : form.end], text)
        forms += [TypedForm(*span, form.type) for span in spans]
    doc.spans["abbreviation"] = _spans(doc, forms)
    doc.spans["definitions"] = [
        span
        for pair in zip(definitions[::2], definitions[1::2], strict=True)
        if len(both := _spans(doc, pair)) == len(pair)
        for span in both
    ]
    doc.spans["name"] = [span for span in doc.spans["name"] if span.text not in untyped]
    return doc


def _spans(doc: Doc, forms: Iterable[TypedForm]) -> list[Span]:
    spans = (doc.char_span(form.start, form.end, label=form.type) for form in forms)
    return [span for span in spans if span is not None]
