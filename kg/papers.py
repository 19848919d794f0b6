"""From sources to papers: read, merge duplicates, name what was dropped, changed or doubted."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from kg.merging import Group, group_records, unlike_titles
from kg.mismatch import log_odds, suspected_mismatch
from kg.source_records import Reading, record_order
from kg.sources.files import expand
from kg.sources.formats import read_file
from kg.sources.raw import shown
from ontology.errors import InputError
from ontology.records import LedgerRow, Origin, Outcome, Paper, Reason, SourceRecord, Sources

_PROGRESS_STEP = 500
_SLUG_LENGTH = 40
_HASH_LENGTH = 8
_LONG_ABSTRACT = 150  # characters from which an abstract is one paper's own
_FIELDS = (
    "title", "abstract", "authors", "venue", "year", "keywords", "doi", "arxiv", "pmid", "url",
)  # fmt: skip
_SORTED_FIELDS = sorted(_FIELDS)


def read_papers(
    sources: Sequence[str],
    *,
    source_format: str | None = None,
    strict: bool = False,
    on_progress: Callable[[int], None] | None = None,
) -> Sources:
    """Read every source, merge records of the same work and report all that was lost or doubted.

    ``sources`` names files, folders, glob patterns or ``-``; ``source_format`` is a key of
    ``kg.sources.formats.FORMATS``, else the content decides. ``on_progress`` hears the number of
    records read so far. Papers are sorted by id; neither they nor the ledger depend on the order
    of the sources. Raises :class:`InputError` where a source does not exist or no paper was found,
    and with ``strict`` on the first record or source that had to be dropped.
    """
    reading = read_records(
        sources, source_format=source_format, strict=strict, on_progress=on_progress
    )
    return merge_records(reading.records, reading.ledger)


def read_records(
    sources: Sequence[str],
    *,
    source_format: str | None = None,
    strict: bool = False,
    on_progress: Callable[[int], None] | None = None,
) -> Reading:
    """Read the source records of every source, unmerged; otherwise as :func:`read_papers`."""
    records: list[SourceRecord] = []
    ledger: list[LedgerRow] = []
    files = expand(sources)
    for file in files:
        for item in read_file(file, source_format):
            row = _without_text(item) if isinstance(item, SourceRecord) else item
            if row is not None:
                if strict and _fatal(row):
                    raise InputError(f"{row.origin}: {row.detail}; --strict allows no loss")
                ledger.append(row)
            elif isinstance(item, SourceRecord):
                records.append(item)
                if on_progress and len(records) % _PROGRESS_STEP == 0:
                    on_progress(len(records))
    if on_progress:
        on_progress(len(records))
    if not records:
        raise InputError(_nothing_found(sources, ledger))
    return Reading(tuple(records), tuple(ledger), frozenset(file.name for file in files))


def merge_records(records: Sequence[SourceRecord], ledger: Sequence[LedgerRow] = ()) -> Sources:
    """Merge source records into papers; ``ledger`` holds the rows of reading them."""
    papers: list[Paper] = []
    rows: list[LedgerRow] = []
    owner: dict[Origin, set[str]] = {}
    for paper, wanted, members, group in _works(records):
        papers.append(paper)
        rows.extend(_rows(paper, wanted, members, group))
        for member in members:
            owner.setdefault(member.origin, set()).add(paper.id)
    doubted = {row.paper for row in rows if row.reason is Reason.SUSPECTED_MISMATCH}
    rows.extend(row for row in _borrowed_abstracts(papers) if row.paper not in doubted)
    rows.extend(_owned(row, owner) for row in ledger)
    papers.sort(key=lambda paper: paper.id)
    return Sources(tuple(papers), tuple(sorted(rows, key=_row_order)))


def records_by_paper(records: Sequence[SourceRecord]) -> dict[str, tuple[SourceRecord, ...]]:
    """The source records of every paper, by its id, as :func:`merge_records` merges them."""
    return {paper.id: tuple(members) for paper, _, members, _ in _works(records)}


def _works(
    records: Sequence[SourceRecord],
) -> Iterator[tuple[Paper, str, list[SourceRecord], Group]]:
    """Each paper, with the id it asked for, its records and how they met; ordered by that id."""
    ordered = sorted(records, key=record_order)
    groups = group_records(ordered)
    taken: set[str] = set()
    merged = [(merge([ordered[i] for i in group.members]), group) for group in groups]
    uses = Counter(paper.id for paper, _ in merged)

    def place(pair: tuple[Paper, Group]) -> tuple[str, str]:
        paper = pair[0]
        return paper.id, _whole_digest(paper) if uses[paper.id] > 1 else ""

    for paper, group in sorted(merged, key=place):
        unique = replace(paper, id=unused_id(paper, taken)) if paper.id in taken else paper
        taken.add(unique.id)
        yield unique, paper.id, [ordered[i] for i in group.members], group


def merge(members: Sequence[SourceRecord]) -> Paper:
    """Make one paper of the records of one work: the fullest value of each field, with its origin.

    The id is the fullest record's own, else the least own id, else one made from the content.
    """
    if len(members) == 1:
        return _alone(members[0])
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


def _alone(record: SourceRecord) -> Paper:
    """The paper of one record, as :func:`merge` makes it."""
    paper = Paper(
        record.id, record.title, record.abstract, record.authors, record.venue, record.year,
        record.keywords, record.doi, record.arxiv, record.pmid, record.url,
        tuple((name, record.origin) for name in _SORTED_FIELDS if getattr(record, name)),
    )  # fmt: skip
    return paper if paper.id else replace(paper, id=content_id(paper))


def fullest(members: Sequence[SourceRecord]) -> SourceRecord:
    """Choose the record with the longest abstract, then the most else; ties by content."""
    if len(members) == 1:
        return members[0]
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


def unused_id(paper: Paper, taken: set[str]) -> str:
    """Give the paper's id, with a suffix from its content where another work already has it."""
    found, length = paper.id, _HASH_LENGTH
    while found in taken:
        found = f"{paper.id}-{_whole_digest(paper)[:length]}"
        length += 1
    return found


def _digest(paper: Paper) -> str:
    text = f"{paper.title}\n{paper.abstract}"
    return hashlib.sha256(text.encode()).hexdigest()


def _whole_digest(paper: Paper) -> str:
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


def _rows(
    paper: Paper, wanted: str, members: Sequence[SourceRecord], group: Group
) -> Iterator[LedgerRow]:
    """Report what became of the records of one paper."""
    first = fullest(members)
    if paper.id != wanted:
        detail = f"another work has the id {wanted!r}; this one is now {paper.id!r}"
        yield LedgerRow(first.origin, Reason.ID_CLASH, Outcome.CHANGED, detail, paper.id)
    if not paper.title:
        yield LedgerRow(first.origin, Reason.NO_TITLE, Outcome.KEPT, "no title", paper.id)
    if not paper.abstract:
        yield LedgerRow(first.origin, Reason.NO_ABSTRACT, Outcome.KEPT, "no abstract", paper.id)
    if (mismatch := suspected_mismatch(paper.title, paper.abstract)) is not None:
        detail = f"title {shown(paper.title)}: {mismatch}"
        yield LedgerRow(first.origin, Reason.SUSPECTED_MISMATCH, Outcome.KEPT, detail, paper.id)
    for member, reason in zip(members, group.reasons, strict=True):
        if member is not first:
            own = f"; its own id was {member.id!r}" if member.id not in ("", paper.id) else ""
            detail = f"{reason} as {first.origin}{own}"
            yield LedgerRow(member.origin, Reason.DUPLICATE, Outcome.MERGED, detail, paper.id)


def _borrowed_abstracts(papers: Sequence[Paper]) -> Iterator[LedgerRow]:
    """Doubt papers under whose title stands the abstract of a paper that it fits better."""
    owners: dict[str, list[Paper]] = {}
    for paper in papers:
        if paper.title and len(paper.abstract) >= _LONG_ABSTRACT:
            owners.setdefault(paper.abstract, []).append(paper)
    for same in owners.values():
        if len(same) == 1:
            continue
        best = max(same, key=lambda paper: (log_odds(paper.title, paper.abstract), paper.id))
        for paper in same:
            if unlike_titles(paper.title, best.title):
                origin = dict(paper.origins)["abstract"]
                detail = f"title {shown(paper.title)}: its abstract fits {best.id!r} better"
                yield LedgerRow(origin, Reason.SUSPECTED_MISMATCH, Outcome.KEPT, detail, paper.id)


def _without_text(record: SourceRecord) -> LedgerRow | None:
    if record.title or record.abstract:
        return None
    detail = "neither title nor abstract; a paper needs one of them"
    return LedgerRow(record.origin, Reason.NO_TEXT, Outcome.DROPPED, detail)


def _fatal(row: LedgerRow) -> bool:
    return row.outcome is Outcome.DROPPED and row.reason is not Reason.NOT_A_PAPER


def _owned(row: LedgerRow, owner: dict[Origin, set[str]]) -> LedgerRow:
    """Name the paper in a row of reading, where the place tells it."""
    found = owner.get(row.origin, set())
    if row.outcome is Outcome.DROPPED or len(found) != 1:
        return row
    return replace(row, paper=next(iter(found)))


def _nothing_found(sources: Sequence[str], ledger: Sequence[LedgerRow]) -> str:
    why = (
        f"{ledger[0].origin}: {ledger[0].detail}" if ledger else "the folder holds no readable file"
    )
    return f"no papers found in {', '.join(sources)}; {why}"


def _row_order(row: LedgerRow) -> tuple[object, ...]:
    return row.origin, row.reason.value, row.detail, row.outcome.value, row.paper
