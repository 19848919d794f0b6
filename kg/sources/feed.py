"""The scraped feed: a header line without separators, then the body of the record.

A header runs together kind (论文), venue, year (2026 年), category and title. The body is English,
often behind "<venue> accepted paper at <venue>." and before "Code/project link: <URL>". Records
without such a header are a line with the title and a body below it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from kg.sources.feed_category import learn_categories, split_category
from kg.sources.raw import Item, RawRecord

_KINDS = (
    "会议论文|期刊论文|学位论文|博士论文|硕士论文|综述论文|论文|预印本|数据集|综述|基准|模型|代码|工具|报告|技术报告"
    "|项目|博客|文章|专著|教程|会议|期刊|研究|资源|挑战赛|竞赛"
)
_HEADER = re.compile(
    rf"^\s*(?P<kind>{_KINDS})\s*(?P<venue>\S.{{0,79}}?)??\s*(?P<year>(?:19|20)\d\d)\s*年"
    r"(?P<rest>.*)$"
)
_OTHER_HEADER = re.compile(
    r"^\s*(?P<kind>[\u3400-\u9fff]{0,6}?)\s*(?P<venue>[A-Za-z][^\u3400-\u9fff]{1,79}?)\s*"
    r"(?P<year>(?:19|20)\d\d)\s*年(?P<rest>.*)$"
)
_INNER_HEADER = re.compile(
    rf"(?<=[^\s\u3400-\u9fff])\s*(?=(?:{_KINDS})[A-Z][ -~]{{1,79}}?(?:19|20)\d\d\s*年)"
)
_BOILERPLATE = re.compile(
    r"^\s*(?P<venue>[^.。]{2,80}?)\s+(?:was\s+)?(?:accepted|published|presented)"
    r"(?:\s+(?:conference|workshop|journal|oral|poster))?(?:\s+(?:paper|article|work))?"
    r"\s+(?:at|by|in|to)\s+(?P<at>[^.。]{2,80}?)[.。]\s*"
)
_LINK = re.compile(
    r"\s*(?:(?:code|project|data(?:set)?|demo|model|paper|website|homepage|repository|代码|项目|数据集?)"
    r"(?:\s*[/&,|、]\s*\w+)*(?:\s+(?:page|site))?\s*(?:link|url|repo(?:sitory)?|链接|地址|主页)?s?)"
    r"\s*[::]\s*(?P<url>https?://\S+)\s*$",
    re.IGNORECASE,
)
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_ENDED = re.compile(r"[.!?。!?…)\]\"”’*]\s*$|https?://\S+\s*$")
_LONG = 120
_TAIL = 1000
"""Characters at the end of a body in which links are sought."""


@dataclass(frozen=True, slots=True)
class Header:
    """The parts of a header line; ``rest`` still runs together category and title."""

    kind: str
    venue: str
    year: int
    rest: str


@dataclass(slots=True)
class _Draft:
    position: int
    header: Header | None
    title: str
    body: list[str]


def read_feed(text: str, source: str) -> Iterator[Item]:  # noqa: ARG001  one shape for all readers
    """Read the records of a feed; positions are the lines on which records start."""
    drafts = _drafts(text)
    categories = learn_categories(draft.header.rest for draft in drafts if draft.header)
    for draft in drafts:
        category, title = "", draft.title
        if draft.header:
            category, title = split_category(draft.header.rest, categories)
        yield RawRecord(draft.position, _values(draft, category, title))


def parse_header(line: str, kinds: frozenset[str] = frozenset()) -> Header | None:
    """Split a header line at its year; ``None`` where the line is no header.

    ``kinds`` are further words that may open a header, beside the usual ones.

    >>> parse_header("预印本arXiv2025 年medical imaging 病理分割")
    Header(kind='预印本', venue='arXiv', year=2025, rest='medical imaging 病理分割')
    """
    match = _HEADER.match(line)
    if match is None:
        match = _OTHER_HEADER.match(line)
        if match is None or match["kind"] not in kinds:
            return None
    venue = (match["venue"] or "").strip()
    return Header(match["kind"], venue, int(match["year"]), match["rest"].strip())


def strip_boilerplate(body: str) -> tuple[str, str]:
    """Part the opening sentence that names the venue from the abstract.

    >>> strip_boilerplate("ICLR 2026 Oral accepted paper at ICLR 2026. We study X.")
    ('We study X.', 'ICLR 2026')
    """
    match = _BOILERPLATE.match(body)
    if match is None or match["at"].casefold() not in match["venue"].casefold():
        return body, ""
    return body[match.end() :], match["at"]


def strip_links(body: str) -> tuple[str, str]:
    """Part trailing link lines from the abstract; of several links the first counts.

    >>> strip_links("We study X. Code/project link: https://example.org/x")
    ('We study X.', 'https://example.org/x')
    """
    url = ""
    while match := _LINK.search(body, max(0, len(body) - _TAIL)):
        body, url = body[: match.start()], match["url"]
    return body, url


def _values(draft: _Draft, category: str, title: str) -> dict[str, object]:
    body, venue = strip_boilerplate(" ".join(" ".join(draft.body).split()))
    abstract, url = strip_links(body)
    header = draft.header
    year = header.year if header else (re.findall(r"(?:19|20)\d\d", venue) or [""])[-1]
    return {
        "title": title,
        "abstract": abstract,
        "venue": venue or (header.venue if header else ""),
        "year": year,
        "keywords": [category] if category else [],
        "url": url,
    }


def _drafts(text: str) -> list[_Draft]:
    lines = _lines(text)
    kinds = _further_kinds([line for _, line in lines])
    drafts: list[_Draft] = []
    for index, (number, line) in enumerate(lines):
        if not line:
            continue
        if header := parse_header(line, kinds):
            drafts.append(_Draft(number, header, "", []))
        elif not drafts or _starts_record(lines, index, drafts[-1], kinds):
            drafts.append(_Draft(number, None, line, []))
        else:
            drafts[-1].body.append(line)
    return drafts


def _lines(text: str) -> list[tuple[int, str]]:
    return [
        (number, part.strip("\ufeff\x00 \t"))
        for number, line in enumerate(re.split(r"\r\n?|\n", text), start=1)
        for part in _INNER_HEADER.split(line)
    ]


def _further_kinds(lines: list[str]) -> frozenset[str]:
    """Learn words that open headers: those that do so on lines followed by the boilerplate."""
    return frozenset(
        match["kind"]
        for line, following in pairwise(lines)
        if (match := _OTHER_HEADER.match(line))
        and following.startswith(match["venue"].strip())
        and _BOILERPLATE.match(following)
    )


def _starts_record(
    lines: list[tuple[int, str]], index: int, draft: _Draft, kinds: frozenset[str]
) -> bool:
    """Tell whether a line is the title of a next record rather than more of this one's body."""
    line = lines[index][1]
    if not draft.body or len(line) > 300 or not _ENDED.search(draft.body[-1]):
        return False
    if line.endswith((".", "。", ";", ",", ",")) or _LINK.search(line):
        return False
    below = (lines[at][1] for at in range(index + 1, len(lines)))
    following = next(filter(None, below), "")
    if not following or parse_header(following, kinds):
        return False
    if _CJK.search(line) and not _CJK.search(draft.body[0]):
        return True
    if not lines[index - 1][1]:
        return len(following) > len(line)
    return (
        len(following) >= _LONG and len(draft.body[-1]) >= _LONG and len(following) > 2 * len(line)
    )
