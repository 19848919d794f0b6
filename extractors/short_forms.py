"""Short forms of abbreviations get the type of their long forms."""

from __future__ import annotations

import re

from spacy.tokens import Doc

from extractors.overlaps import finds_of
from extractors.reading import text_of

_LONG_SOURCES = ("coined", "vocabulary", "name", "phrase")


def mark_short_forms(doc: Doc) -> Doc:
    """Write long forms and all occurrences of short forms to ``doc.spans["abbreviation"]``."""
    ending: dict[int, tuple[int, str]] = {}
    for find in finds_of(doc, _LONG_SOURCES):
        if find.end not in ending or find.start < ending[find.end][0]:
            ending[find.end] = (find.start, find.type)
    text = text_of(doc)
    pairs = doc.spans["abbreviations"]
    spans = []
    for index in range(0, len(pairs), 2):
        long_form, short_form = pairs[index], pairs[index + 1]
        if long_form.end_char not in ending:
            continue
        start, kind = ending[long_form.end_char]
        start = min(start, long_form.start_char)
        spans.append(doc.char_span(start, long_form.end_char, label=kind))
        short = short_form.text
        stem = short[:-1] if short.endswith("s") and short[-2:-1].isupper() else short
        for match in re.finditer(rf"(?<![\w-]){re.escape(stem)}s?(?![\w+])(?!-\d)", text):
            spans.append(doc.char_span(match.start(), match.end(), label=kind))
    doc.spans["abbreviation"] = [span for span in spans if span is not None]
    return doc
