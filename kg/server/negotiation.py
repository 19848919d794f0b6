"""Which media type a client likes best of those on offer (RFC 9110, section 12.5.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence

RESULTS = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
    "application/json",
    "application/xml",
    "text/xml",
    "text/html",
)
"""What SELECT and ASK can be answered in; the first where a client does not care."""
GRAPHS = (
    "text/turtle",
    "application/n-triples",
    "application/rdf+xml",
    "application/ld+json",
    "application/xml",
    "text/html",
)
"""What CONSTRUCT, DESCRIBE and the service description can be answered in."""

_QUALITY = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\Z")


def preferred(accept: str, offered: Sequence[str]) -> str | None:
    """Choose of ``offered`` what an Accept header likes best; the earlier one where it likes equally.

    The most exact range counts for a media type. Parameters other than ``q`` are not looked at, and
    a range that breaks the grammar counts for nothing.

    >>> preferred("text/*;q=0.5, text/csv;q=0.1, */*;q=0.2", ["text/csv", "a/b", "text/html"])
    'text/html'
    >>> preferred("application/json;q=0, image/png", ["application/json"])
    >>> preferred("", ["text/csv"])
    'text/csv'
    """
    if not accept.strip():
        return offered[0]
    ranges = {}
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((p[2:].strip() for p in parameters if p.startswith("q=")), "1")
        if _QUALITY.match(quality):
            ranges[name] = float(quality)
    chosen = max(offered, key=lambda media_type: _quality(media_type, ranges))
    return chosen if _quality(chosen, ranges) > 0 else None


def _quality(media_type: str, ranges: dict[str, float]) -> float:
    kind = media_type.partition("/")[0]
    for name in (media_type, f"{kind}/*", "*/*"):
        if name in ranges:
            return ranges[name]
    return 0.0
