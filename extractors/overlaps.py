"""Settle overlapping finds of rules: the longest reading, then the most reliable source."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from spacy.tokens import Doc

TAGGER = "tagger"
CHINESE = "chinese"
VOCABULARY = "vocabulary"
SOURCES = (TAGGER, "coined", CHINESE, VOCABULARY, "abbreviation", "name", "phrase", "verb")
"""What finds typed spans, most reliable first; each but the model owns the ``doc.spans`` key."""

_RANK = {source: rank for rank, source in enumerate(SOURCES)}


class Find(NamedTuple):
    """A typed span that one source found; offsets in the Doc's text, entry id or empty string."""

    start: int
    end: int
    type: str
    source: str
    entry: str = ""


class Settled(NamedTuple):
    """A typed span that no other overlaps, with every source that agrees, sorted.

    ``probability`` is 0 where the trained model has not read it.
    """

    start: int
    end: int
    type: str
    sources: tuple[str, ...]
    entry: str = ""
    probability: float = 0.0


def settle(finds: Iterable[Find]) -> list[Settled]:
    """Keep the longest of overlapping finds; of equal spans the most reliable source decides.

    Ties between different spans of one length go to the source, then to the left. The result is in
    text order.

    >>> settle([Find(0, 2, "Modality", "vocabulary"), Find(0, 15, "Task", "phrase")])
    [Settled(start=0, end=15, type='Task', sources=('phrase',), entry='', probability=0.0)]
    """
    by_span: dict[tuple[int, int], list[Find]] = {}
    for find in finds:
        by_span.setdefault((find.start, find.end), []).append(find)
    for rivals in by_span.values():
        rivals.sort(key=lambda find: (_RANK[find.source], find.type, find.entry))
    order = sorted(
        by_span,
        key=lambda span: (span[0] - span[1], _RANK[by_span[span][0].source], span[0]),
    )
    taken = bytearray(max((end for _, end in by_span), default=0))
    kept: list[Settled] = []
    for start, end in order:
        if taken.find(1, start, end) >= 0:
            continue
        taken[start:end] = b"\x01" * (end - start)
        rivals = by_span[start, end]
        best = rivals[0]
        agreeing = {find.source for find in rivals if find.type == best.type}
        entry = next((find.entry for find in rivals if find.type == best.type and find.entry), "")
        kept.append(Settled(start, end, best.type, tuple(sorted(agreeing)), entry))
    kept.sort()
    return kept


def finds_of(doc: Doc, sources: Iterable[str]) -> list[Find]:
    """Read the typed spans that the given sources left on a Doc."""
    return [
        Find(span.start_char, span.end_char, span.label_, source, span.kb_id_)
        for source in sources
        if source in doc.spans
        for span in doc.spans[source]
    ]
