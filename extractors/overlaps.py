"""Settle overlapping finds: the longest reading, then the most reliable source.

Where the trained model has read the paper, too, most of what it doubts is left out first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from spacy.tokens import Doc

from extractors.reading import has_cjk, text_of
from ontology.names import match_key
from ontology.terms import EntityType

TAGGER = "tagger"
CHINESE = "chinese"
SOURCES = (TAGGER, "coined", CHINESE, "vocabulary", "abbreviation", "name", "phrase", "verb")
"""Extractors that find typed spans, most reliable first; each owns the ``doc.spans`` key."""

_VOCABULARY = "vocabulary"
_DATASET = EntityType.DATASET.value
SURE_ALONE = 0.8
"""Probability from which a find of the model needs no rule ..."""
SURE_TOGETHER = 0.3
"""... and from which it stands where a rule finds the same."""

_RANK = {source: rank for rank, source in enumerate(SOURCES)}


class Find(NamedTuple):
    """A typed span that one source found; offsets in the Doc's text, entry id or empty string.

    ``probability`` is the model's, and 1 for rules.
    """

    start: int
    end: int
    type: str
    source: str
    entry: str = ""
    probability: float = 1.0


class Settled(NamedTuple):
    """A typed span that no other overlaps, with every source that agrees, sorted.

    ``probability`` is the model's where it agrees, else 0.
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
        sure = best.probability if best.source == TAGGER else 0.0
        kept.append(Settled(start, end, best.type, tuple(sorted(agreeing)), entry, sure))
    kept.sort()
    return kept


def agreed(finds: Sequence[Find], text: str) -> list[Find]:
    """Leave out what the model doubts and no rule supports, and what rules find without it.

    Without the model's consent stand only datasets that the vocabulary lists, what it and another
    rule find alike, and names with Chinese characters, which the model cannot read. A name is as
    sure as the surest of its mentions of one type.
    """
    finds = _typed_by_vocabulary(finds)
    by_rules = {(find.start, find.end, find.type) for find in finds if find.source != TAGGER}
    listed = {find[:2] for find in finds if find.source == _VOCABULARY}
    strong = {
        find[:2]
        for find in finds
        if (find.source == _VOCABULARY and find.type == _DATASET)
        or (find.source not in (TAGGER, _VOCABULARY) and find[:2] in listed)
        or find.source == CHINESE
        or (find.source != TAGGER and has_cjk(text[find.start : find.end]))
    }
    surest: dict[tuple[str, str], float] = {}
    for find in finds:
        if find.source == TAGGER:
            key = find.type, match_key(text[find.start : find.end])
            surest[key] = max(surest.get(key, 0.0), find.probability)
    kept: set[tuple[int, int]] = set()
    for find in finds:
        if find.source == TAGGER:
            sure = surest[find.type, match_key(text[find.start : find.end])]
            backed = (find.start, find.end, find.type) in by_rules
            if sure >= (SURE_TOGETHER if backed else SURE_ALONE):
                kept.add(find[:2])
    return [
        find for find in finds if find[:2] in kept or (find.source != TAGGER and find[:2] in strong)
    ]


def _typed_by_vocabulary(finds: Sequence[Find]) -> list[Find]:
    """Give finds of the model the type that the vocabulary lists, unless the model is sure.

    Datasets, which are few to learn from, always have the vocabulary's type.
    """
    listed = {find[:2]: find.type for find in reversed(finds) if find.source == _VOCABULARY}
    return [
        find._replace(type=kind)
        if find.source == TAGGER
        and (kind := listed.get(find[:2], ""))
        and (kind == _DATASET or find.probability < SURE_ALONE)
        else find
        for find in finds
    ]


def trusted_finds(doc: Doc) -> list[Find]:
    """All typed spans left on a Doc, of which :func:`agreed` decides where the model has read."""
    finds = finds_of(doc, SOURCES)
    return agreed(finds, text_of(doc)) if TAGGER in doc.spans else finds


def finds_of(doc: Doc, sources: Iterable[str]) -> list[Find]:
    """Read the typed spans that the given sources left on a Doc."""
    finds: list[Find] = []
    for source in sources:
        if source in doc.spans:
            group = doc.spans[source]
            sure = group.attrs.get("probabilities") or [1.0] * len(group)
            finds += [
                Find(span.start_char, span.end_char, span.label_, source, span.kb_id_, probability)
                for span, probability in zip(group, sure, strict=True)
            ]
    return finds
