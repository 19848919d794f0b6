"""Short forms of abbreviations get the type of their long forms."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from spacy.tokens import Doc, Span

from extractors.descriptive_terms import head_type
from extractors.overlaps import finds_of
from extractors.reading import Word, split_words, text_of, words_of
from ontology.names import singular

_LONG_SOURCES = ("coined", "vocabulary", "name", "phrase")


class TypedForm(NamedTuple):
    """A long form or an occurrence of its short form; offsets in the text."""

    start: int
    end: int
    type: str


def occurrences(shorts: Collection[str], words: Sequence[Word]) -> Iterator[tuple[int, int, str]]:
    """Spans of short forms and their plurals, with the short form, in one pass over a text.

    A short form may begin a compound with a hyphen, but not stand within a longer name.

    >>> list(occurrences({"LLM"}, split_words("LLM-based LLMs and LLM-4, but MLLM")))
    [(0, 3, 'LLM'), (10, 14, 'LLM')]
    """
    stems = {singular(short): short for short in shorts}
    for word in words:
        first = word.text
        if first not in stems and singular(first) not in stems:
            first, _, rest = first.partition("-")
            if not rest or rest[0].isdigit():
                continue
        if short := stems.get(first) or stems.get(singular(first)):
            yield word.start, word.start + len(first), short


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
        known = name.text in defined or name.text in untyped
        if bracketed and long_end in ending and not known:
            kind = ending[long_end][1]
            definitions.append(TypedForm(ending[long_end][0], long_end, kind))
            definitions.append(TypedForm(start, name.end_char, kind))
    types = {text[form.start : form.end]: form.type for form in reversed(definitions[1::2])}
    later = (
        TypedForm(start, end, types[short])
        for start, end, short in occurrences(types, words_of(doc))
    )
    doc.spans["abbreviation"] = _spans(doc, dict.fromkeys((*definitions, *later)))
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
