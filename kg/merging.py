"""Which source records describe the same work: groups, independent of the order of reading.

Records meet as exact copies, by identifier, by own id with title, by title with year, and by long
abstract. Where the texts of a pair contradict each other, a shared identifier or title counts for
nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import combinations, pairwise

from ontology.records import SourceRecord

CROWD = 200
"""More different records than this under one key, and the key identifies nothing."""
SEPARATOR = "\x1f"
"""Between an own id and a title in the key of both."""

Key = tuple[str, str]
"""What several records may share: the kind of key, and the key."""

_SPLIT = re.compile(r"[^\w+#]+|_")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
LONG_ABSTRACT = 150
"""Characters from which an abstract is one paper's own."""
KEY_LENGTH = 120
"""Characters of a folded abstract in its key, at most; twice as many of the abstract are read."""
_DISTINCTIVE_WORDS = 4
_DISTINCTIVE_CJK = 8
_ALIKE = 0.6  # share of the shorter title's words that titles of one work have in common


@dataclass(frozen=True, slots=True)
class Group:
    """Positions of the records of one work, ascending, each with why it belongs to the others."""

    members: tuple[int, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Text:
    title: str
    abstract: str
    title_words: frozenset[str]
    abstract_words: frozenset[str]
    cjk: bool


class _Texts:
    """Folded texts, made on first use: most records never meet another."""

    def __init__(self, records: Sequence[SourceRecord]) -> None:
        self._records = records
        self._made: dict[int, _Text] = {}

    def __getitem__(self, position: int) -> _Text:
        if position not in self._made:
            record = self._records[position]
            self._made[position] = _read(record.title, record.abstract)
        return self._made[position]


def group_records(
    records: Sequence[SourceRecord], crowded: AbstractSet[Key] = frozenset()
) -> list[Group]:
    """Group records of the same work, transitively; every record is in exactly one group.

    Keys that are ``crowded`` count for nothing (see ``CROWD``).
    """
    texts = _Texts(records)
    parents = list(range(len(records)))
    reasons: dict[int, str] = {}
    for first, second, reason in _links(records, texts, crowded):
        for member in (first, second):
            reasons[member] = min(reason, reasons.get(member, reason))
        a, b = _root(parents, first), _root(parents, second)
        parents[max(a, b)] = min(a, b)
    members: defaultdict[int, list[int]] = defaultdict(list)
    for position in range(len(records)):
        members[_root(parents, position)].append(position)
    return [
        Group(tuple(found), tuple(reasons.get(member, "") for member in found))
        for found in members.values()
    ]


def unlike_titles(first: str, second: str) -> bool:
    """Tell whether two titles in one script share so little that they name different works.

    >>> unlike_titles("Walking on ice", "Walking on ice: a study"), unlike_titles("Ice", "冰面")
    (False, False)
    """
    return _titles_contradict(_read(first, ""), _read(second, ""), _ALIKE)


def fold_text(text: str) -> str:
    """Fold a title or an abstract so that case, spacing and punctuation do not matter.

    >>> fold_text("Flow-Matching: a  Survey!") == fold_text("flow matching a survey")
    True
    """
    return "".join(_words(text))


def distinctive(title: str) -> bool:
    """Tell whether a title is long enough to identify a work together with the year.

    >>> distinctive("Editorial"), distinctive("A survey of flow matching"), distinctive("图像分割")
    (False, True, False)
    """
    cjk = len(_CJK.findall(title))
    return len(_words(title)) >= _DISTINCTIVE_WORDS or cjk >= _DISTINCTIVE_CJK


def _read(title: str, abstract: str) -> _Text:
    title_words, abstract_words = _words(title), _words(abstract)
    return _Text(
        title="".join(title_words),
        abstract="".join(abstract_words),
        title_words=frozenset(title_words),
        abstract_words=frozenset(word for word in abstract_words if len(word) > 3),
        cjk=bool(_CJK.search(title)),
    )


def _words(text: str) -> list[str]:
    return [word for word in _SPLIT.split(unicodedata.normalize("NFKC", text).casefold()) if word]


def _links(
    records: Sequence[SourceRecord], texts: _Texts, crowded: AbstractSet[Key]
) -> Iterator[tuple[int, int, str]]:
    def buckets(kind: str, keys: Sequence[str]) -> Iterator[list[int]]:
        yield from (found for key, found in _shared(keys) if (kind, key) not in crowded)

    for _, bucket in _shared([_content(record) for record in records]):
        for a, b in pairwise(bucket):
            yield a, b, "same record"
    for name, kind in (("doi", "DOI"), ("arxiv", "arXiv id"), ("pmid", "PMID")):
        for bucket in buckets(kind, [getattr(record, name) for record in records]):
            for a, b in _pairs(bucket, records):
                if not _contradict(texts[a], texts[b]):
                    yield a, b, f"same {kind}"
    titles = [fold_text(record.title) for record in records]
    own = [r.id and f"{r.id}{SEPARATOR}{title}" for r, title in zip(records, titles, strict=True)]
    for bucket in buckets("id and title", own):
        for a, b in _pairs(bucket, records):
            if not _abstracts_contradict(texts[a], texts[b]):
                yield a, b, "same id and title"
    for bucket in buckets("title", titles):
        yield from _title_links(bucket, records, texts)
    for bucket in buckets("abstract", [abstract_key(record.abstract) for record in records]):
        for a, b in _pairs(bucket, records):
            if _same_abstract(texts[a], texts[b]) and _may_share(
                records[a], records[b], texts[a], texts[b]
            ):
                yield a, b, "same abstract"


def abstract_key(abstract: str) -> str:
    """Fold the beginning of a long abstract; short ones identify nothing."""
    if len(abstract) < LONG_ABSTRACT:
        return ""
    return fold_text(abstract[: 2 * KEY_LENGTH])[:KEY_LENGTH]


def _title_links(
    bucket: list[int], records: Sequence[SourceRecord], texts: _Texts
) -> Iterator[tuple[int, int, str]]:
    """Link records of one title: years agree, or the only year of the title is missing in one."""
    years = {year for position in bucket if (year := records[position].year) is not None}
    for a, b in _pairs(bucket, records):
        if records[a].year != records[b].year and len(years) > 1:
            continue
        if _same_abstract(texts[a], texts[b]):
            yield a, b, "same title and abstract"
        elif distinctive(records[a].title) and not _abstracts_contradict(texts[a], texts[b]):
            yield a, b, "same title and year"


def _shared(keys: Sequence[Hashable]) -> Iterator[tuple[Hashable, list[int]]]:
    """Yield each key of several positions with these; empty keys share nothing."""
    found: defaultdict[Hashable, list[int]] = defaultdict(list)
    for position, key in enumerate(keys):
        if key:
            found[key].append(position)
    yield from ((key, positions) for key, positions in found.items() if len(positions) > 1)


def _pairs(bucket: list[int], records: Sequence[SourceRecord]) -> Iterator[tuple[int, int]]:
    """Yield all pairs of different records; of exact copies one stands for all."""
    different = {_content(records[position]): position for position in reversed(bucket)}
    yield from combinations(sorted(different.values()), 2)


def _content(record: SourceRecord) -> tuple[Hashable, ...]:
    """The record without its place: equal for copies in several files."""
    return (
        record.id, record.title, record.abstract, record.authors, record.venue, record.year,
        record.keywords, record.doi, record.arxiv, record.pmid, record.url,
    )  # fmt: skip


def _same_abstract(a: _Text, b: _Text) -> bool:
    """Equal, or one the beginning of the other, as cut abstracts are."""
    short, long = sorted((a.abstract, b.abstract), key=len)
    if len(short) < LONG_ABSTRACT:
        return short == long != ""
    return long.startswith(short)


def _contradict(a: _Text, b: _Text) -> bool:
    return _titles_contradict(a, b) and not _same_abstract(a, b)


def _may_share(a: SourceRecord, b: SourceRecord, first: _Text, second: _Text) -> bool:
    """Tell whether two records of one abstract may be one work.

    Not so with other years (an extended abstract, a reprint), with ids by which one source tells
    them apart, or with unlike titles in one script (one of them stands over another's abstract).
    """
    if None not in (a.year, b.year) and a.year != b.year:
        return False
    if a.id and b.id and a.id != b.id and a.origin.source == b.origin.source:
        return False
    return not _titles_contradict(first, second, _ALIKE)


def _titles_contradict(a: _Text, b: _Text, shared: float = 0.3) -> bool:
    """Titles in one script that share hardly a word are of different works."""
    if not a.title or not b.title or a.cjk != b.cjk:
        return False
    first: frozenset[str] = frozenset(a.title) if a.cjk else a.title_words
    second: frozenset[str] = frozenset(b.title) if a.cjk else b.title_words
    return len(first & second) < shared * min(len(first), len(second))


def _abstracts_contradict(a: _Text, b: _Text) -> bool:
    """Long abstracts that share few words are of different works."""
    if min(len(a.abstract), len(b.abstract)) < LONG_ABSTRACT:
        return False
    first, second = a.abstract_words, b.abstract_words
    return len(first & second) < 0.4 * min(len(first), len(second))


def _root(parents: list[int], position: int) -> int:
    while parents[position] != position:
        parents[position] = parents[parents[position]]
        position = parents[position]
    return position
