"""The one normal form of titles and abstracts; every offset of litkg refers to it."""

from __future__ import annotations

import html
import re
import unicodedata

_TAG_NAMES = (
    "a abbr article-title b big blockquote bold br center cite code div em fig font h[1-6] head hr"
    " i img inf inline-formula italic label li list list-item math ol overline p pre roman s"
    " sans-serif sc script sec section small span strike strong style sub sup table tbody td tex-math"
    " th title tr tt u ul underline xref"
)
_TAG = re.compile(
    r"</?(?:(?:jats|mml|m|xhtml|ali):[a-z][a-z0-9-]*|(?:" + "|".join(_TAG_NAMES.split()) + r"))"
    r"(?:\s+[A-Za-z_:][\w:.-]*\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'<>]+))*\s*/?>",
    re.IGNORECASE,
)
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\ufeff\u00ad"))
_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")


def normalise(raw: str) -> str:
    """Bring a title or an abstract into the form that offsets refer to.

    HTML entities are decoded, inline HTML and JATS tags removed, the text composed (Unicode NFC),
    control characters and every kind of white space turned into single spaces, zero-width space,
    byte order mark and soft hyphen removed, and the ends trimmed. LaTeX and Markdown stay.
    Lone surrogates become U+FFFD. Angle brackets that open no HTML or JATS tag (``<think>``,
    ``p < 0.05``) stay. The function is idempotent on its own output unless that output
    spells an entity or a tag in doubly escaped form.

    >>> normalise("  H&amp;E <i>histology</i>\\n images ")
    'H&E histology images'
    """
    text = html.unescape(raw)
    if "<" in text:
        text = _TAG.sub("", text)
    if not text.isascii():
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        text = text.translate(_INVISIBLE)
        text = unicodedata.normalize("NFC", text)
    return _SPACE.sub(" ", text).strip()


def encodable(text: str) -> str:
    r"""Replace lone surrogates, which no UTF-8 file can hold, by U+FFFD.

    They come from JSON escapes and from file names that are not UTF-8.

    >>> encodable("caf\udce9.bib")
    'caf�.bib'
    """
    return _SURROGATE.sub("\ufffd", text)
