"""Sentence boundaries by rule, and always one between title and abstract."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
from spacy.tokens import Doc

from extractors.reading import text_of

_END = re.compile(r"(?<![.!?])[.!?]+[\"'”’)\]*]*\s+|[。！？]+[”’」』）]*\s*|\n+")
_OPENS = re.compile(r"[\"'“‘(\[$\\*`]*[A-Z\d\u00c0-\u00de\u0391-\u03a9\u3040-\uffdc]")
_LAST_WORD = re.compile(r"[^\s(\[]*$")
_ABBREVIATIONS = frozenset(
    """
    e.g. i.e. al. vs. cf. fig. figs. eq. eqs. eqn. sec. secs. tab. ref. refs. no. nos. dr. mr. mrs.
    ms. prof. st. vol. approx. resp. viz. ca. wrt. w.r.t. a.k.a. aka. et. ch. app. alg. thm. inc.
    ltd. co. jr. sr. jan. feb. mar. apr. jun. jul. aug. sep. sept. oct. nov. dec.
    """.split()
)
_SENTENCE_OPENER = re.compile(
    r"(?:We|The|This|These|Our|It|In|To|For|A|An|However|Here|Both|As|By|On|At|With|While)\b"
)
_WINDOW = 16


def sentence_starts(text: str) -> Iterator[int]:
    """Yield the offset of every sentence's first character, in order, 0 first.

    A line feed always ends a sentence. A full stop does where an opening follows, unless it closes
    an abbreviation or an initial.

    >>> text = "See Fig. 2 of J. Doe et al. for e.g. CT. It gains 3.5 points."
    >>> [text[start : start + 6] for start in sentence_starts(text)]
    ['See Fi', 'It gai']
    """
    if text:
        yield 0
    for match in _END.finditer(text):
        end = match.end()
        if end >= len(text):
            return
        if match[0][0] == "." and (not _OPENS.match(text, end) or _abbreviates(text, match)):
            continue
        yield end


def _abbreviates(text: str, match: re.Match[str]) -> bool:
    if "\n" in match[0] or not match[0][1:].isspace():
        return False
    stop = match.start() + 1
    word = _LAST_WORD.search(text[max(0, stop - _WINDOW) : stop])
    last = word[0] if word else ""
    if last.lower() in _ABBREVIATIONS:
        return True
    return len(last) == 2 and last[0].isupper() and not _SENTENCE_OPENER.match(text, match.end())


def mark_sentences(doc: Doc) -> Doc:
    """Set the Doc's sentence boundaries (spaCy component ``litkg_sentences``)."""
    starts = set(sentence_starts(text_of(doc)))
    # One array for the whole Doc: setting a token's flag costs time proportional to the Doc.
    flags = [[1 if token.idx in starts else -1] for token in doc]
    array: Any = np.array(flags, dtype=np.int64).astype(np.uint64).reshape(len(doc), 1)
    return doc.from_array(["SENT_START"], array)
