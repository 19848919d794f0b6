"""From the source records of a work to its paper, and the ledger rows of what was merged or doubted."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import count

from kg.mismatch import log_odds, suspected_mismatch
from kg.source_records import record_order
from kg.sources.raw import shown
from ontology.records import LedgerRow, Origin, Outcome, Paper, Reason, SourceRecord

_SLUG_LENGTH = 40
_HASH_LENGTH = 8
_FIELDS = (
    "title", "abstract", "authors", "venue", "year", "keywords", "doi", "arxiv", "pmid", "url",
)  # fmt: skip
SORTED_FIELDS = sorted(_FIELDS)
"""The fields of a paper that have an origin, in the order of their origins."""


def merge(members: Sequence[SourceRecord]) -> Paper:
    """Make one paper of the records of one work: the fullest value of each field, with its origin.

    The id is the fullest record's own, else the least own id, else one made from the content.
    """
    values: dict[str, object] = {"title": "", "abstract": ""}
    origins: list[tuple[str, Origin]] = []
    for name in _FIELDS:
        filled = [member for member in members if getattr(member, name)]
        if len(filled) == 1:
            values[name] = getattr(filled[0], name)
            origins.append((name, filled[0].origin))
        elif filled:
            counts = Counter(getattr(member, name) for member in filled)
            best = max(filled, key=lambda m: _fullness(name, getattr(m, name), counts))
            values[name] = getattr(best, name)
            same = [member.origin for member in filled if getattr(member, name) == values[name]]
            origins.append((name, min(same)))
    own = fullest(members).id or min((m.id for m in members if m.id), default="")
    paper = Paper(own, **values, origins=tuple(sorted(origins)))  # type: ignore[arg-type]
    return paper if own else replace(paper, id=content_id(paper))


def fullest(members: Sequence[SourceRecord]) -> SourceRecord:
    """Choose the record with the longest abstract, then the most else; ties by content."""
    return min(
        members,
        key=lambda m: (-len(m.abstract), -len(m.title), -len(m.authors), not m.id, record_order(m)),
    )


def content_id(paper: Paper) -> str:
    """Make a readable id from title, year and text, the same wherever the record is read.

    >>> content_id(Paper("", "Flow matching, slowly", "We wait.", year=2024))
    'flow-matching-slowly-2024-75c150a1'
    """
    words = re.findall(r"\w+", (paper.title or paper.abstract).casefold())
    slug = ""
    for word in words:
        if len(slug) + len(word) > _SLUG_LENGTH:
            break
        slug += f"{word}-"
    slug = slug or f"{''.join(words)[:_SLUG_LENGTH]}-"
    year = f"{paper.year}-" if paper.year else ""
    return f"{slug}{year}{_digest(paper)[:_HASH_LENGTH]}"


def suffixed_id(wanted: str, digest: str, taken: AbstractSet[str]) -> str:
    """Give an id with so much of the paper's :func:`whole_digest` that none has it yet.

    >>> suffixed_id("a", "0123456789", {"a-01234567"})
    'a-012345678'
    """
    lengths = count(_HASH_LENGTH)
    return next(
        found for length in lengths if (found := f"{wanted}-{digest[:length]}") not in taken
    )


def _digest(paper: Paper) -> str:
    text = f"{paper.title}\n{paper.abstract}"
    return hashlib.sha256(text.encode()).hexdigest()


def whole_digest(paper: Paper) -> str:
    """Digest of everything but the origins, so that no place of reading shows in it."""
    return hashlib.sha256(repr(replace(paper, origins=())).encode()).hexdigest()


def _fullness(name: str, value: object, counts: Counter[object]) -> tuple[object, ...]:
    """Rank one field's values: most text, most names, most common year; ties by the value."""
    if name == "year":
        return counts[value], value
    if name in {"authors", "keywords"} and isinstance(value, tuple):
        return len(value), sum(map(len, value)), value
    text = str(value)
    if name == "doi":  # a publisher's DOI says more than the one of the preprint
        return not text.startswith("10.48550/"), text
    return not text.isupper(), len(text), text


def merge_rows(
    paper: Paper, members: Sequence[SourceRecord], reasons: Sequence[str]
) -> Iterator[LedgerRow]:
    """Report the records that went into a paper beside the fullest of them, each with why."""
    first = fullest(members)
    for member, reason in zip(members, reasons, strict=True):
        if member is not first:
            own = f"; its own id was {member.id!r}" if member.id not in ("", paper.id) else ""
            detail = f"{reason} as {first.origin}{own}"
            yield LedgerRow(member.origin, Reason.DUPLICATE, Outcome.MERGED, detail, paper.id)


def doubt(title: str, abstract: str) -> str:
    """Say why a title seems not to belong to its abstract; empty where it does."""
    mismatch = suspected_mismatch(title, abstract)
    return "" if mismatch is None else f"title {shown(title)}: {mismatch}"


def best_fitting(titles: Sequence[tuple[str, str]], abstract: str) -> tuple[str, str]:
    """Choose among papers (title, id) of one abstract the one that it fits best."""
    return max(titles, key=lambda one: (log_odds(one[0], abstract), one[1]))
