"""Papers written with their mentions marked, so that a reader sees text and entities at once."""

from __future__ import annotations

import re
from bisect import bisect_right

from extractors.sentences import sentence_starts
from ontology.records import Mention, Paper, PaperEntity
from ontology.terms import EntityType, Role

_MARK = re.compile(r"\[([^\]|]+)\|([A-Za-z]+)\]")


def marked_paper(title: str, abstract: str) -> tuple[Paper, tuple[PaperEntity, ...]]:
    """Read ``[surface|Type]`` marks; equal surfaces of one type are one entity, role mentions."""
    texts: dict[str, str] = {}
    mentions: dict[tuple[str, str], list[Mention]] = {}
    for field, marked in (("title", title), ("abstract", abstract)):
        text = texts[field] = _MARK.sub(r"\1", marked)
        starts = [*sentence_starts(text), len(text)]
        removed = 0
        for match in _MARK.finditer(marked):
            start = match.start() - removed
            removed += len(match[0]) - len(match[1])
            place = bisect_right(starts, start)
            sentence = starts[place - 1], len(text[: starts[place]].rstrip())
            mentions.setdefault((match[2], match[1]), []).append(
                Mention(field, start, start + len(match[1]), match[1], *sentence)
            )
    entities = tuple(
        PaperEntity(EntityType(kind), name, (name,), Role.MENTIONS, 1.0, tuple(places), ())
        for (kind, name), places in mentions.items()
    )
    return Paper("p", texts["title"], texts["abstract"]), entities
