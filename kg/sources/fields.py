"""Raw field names and values to source records, generously; what is lost goes to the ledger."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from kg.sources.raw import RawRecord, shown
from ontology.records import LedgerRow, Origin, Outcome, Reason, SourceRecord
from ontology.text import encodable, normalise

TEXT_LIMIT = 1_000_000
"""Characters that one field keeps; longer texts are cut and the cut is reported."""

NAMES: dict[str, tuple[str, ...]] = {
    "id": (
        "id", "paperid", "key", "citekey", "citationkey", "bibkey", "recordid", "uid",
        "openreviewid", "corpusid", "openalexid", "accessionnumber",
    ),
    "title": ("title", "papertitle", "documenttitle", "articletitle", "ti", "t1", "标题", "题目"),
    "abstract": (
        "abstract", "summary", "abstractnote", "abstracttext", "paperabstract", "ab", "n2",
        "description", "摘要",
    ),
    "authors": ("authors", "author", "au", "a1", "authornames", "creators", "authorlist", "作者"),
    "venue": (
        "venue", "journal", "booktitle", "publicationtitle", "conference", "journaltitle",
        "sourcetitle", "containertitle", "publicationname", "journalname", "t2", "jo", "jf",
        "source", "journalref", "会议", "期刊",
    ),
    "year": (
        "year", "publicationyear", "py", "pubyear", "y1", "date", "publicationdate", "published",
        "issued", "publisheddate", "da", "coverdate", "年份", "年",
    ),
    "keywords": (
        "keywords", "authorkeywords", "keyword", "kw", "tags", "subjects", "categories",
        "category", "indexkeywords", "ieeeterms", "meshterms", "fieldsofstudy", "manualtags",
        "关键词",
    ),
    "doi": ("doi", "do", "doiurl"),
    "arxiv": ("arxiv", "arxivid", "eprint"),
    "pmid": ("pmid", "pubmedid", "pubmed"),
    "url": (
        "url", "link", "ur", "pdf", "pdflink", "urlpdf", "pdfurl", "paperurl", "openreviewurl",
        "absurl", "lk",
    ),
}  # fmt: skip
"""Names under which sources keep each field, folded; where several are filled the first wins."""

IGNORED = frozenset(
    """
    type ty er entrytype kind language la lang volume vl vo number issue is pages startpage endpage
    sp ep pageend pagestart issn sn isbn isbns publisher pb address cy editor editors series month
    ja j1 j2 n1 note notes copyright license accessed urldate y2 db dp pmc pmcid affiliation
    affiliations authoraffiliations authoraddress ad av st an c1 c2 c3 c4 c5 c6 c7 c8 l1 l2 m3 u1 u2 u3 u4
    dateaddedtoxplore fundinginformation articlecitationcount patentcitationcount referencecount
    onlinedate issuedate meetingdate documentidentifier inspeccontrolledterms
    inspecnoncontrolledterms citationcount file organization school institution howpublished
    shorttitle archiveprefix primaryclass timestamp biburl bibsource crossref entities relations
    """.split()
)
"""Folded names that are known and of no use here, so that nobody needs to hear of them."""

_FIELD_OF = {name: field for field, names in NAMES.items() for name in names}
_RANK = {name: rank for names in NAMES.values() for rank, name in enumerate(names)}
_FOLD = re.compile(r"[\W_]+")
_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_ARXIV = re.compile(r"(?<![\d.])(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Za-z]{2})?/\d{7})(?:v\d+)?(?!\d)")
_DOI_LINK = re.compile(r"(?i)https?://(?:dx\.)?doi\.org/(10\.\d{4,9}/[^\s?#]+)")
_ARXIV_LINK = re.compile(r"(?i)(?:arxiv\.org/(?:abs|pdf)/|10\.48550/arxiv\.)(\S+)")
_PMID = re.compile(r"(?<!\d)\d{1,9}(?!\d)")
_AND = re.compile(r"\s+and\s+")
_IDENTIFIER_LIMIT = 500  # characters in which an identifier is sought
_SUFFIX = re.compile(r"(?i)(?:jr|sr|i{1,3}|iv|phd|md|msc|inc|ltd)\.?")


def source_records(raw: RawRecord, source: str) -> Iterator[SourceRecord | LedgerRow]:
    """Turn one raw record into a source record, after ledger rows for values that were lost."""
    origin = Origin(source, raw.position)
    filled: dict[str, object] = {}
    problems: list[tuple[Reason, Outcome, str]] = []
    for name, value in _known(raw.values):
        field = _FIELD_OF[name]
        if field in filled or _empty(value):
            continue
        clean, problem = _READERS[field](value)
        if problem is not None:
            problems.append((problem[0], problem[1], f"{field}: {problem[2]}"))
        if clean:
            filled[field] = clean
    yield from (LedgerRow(origin, reason, outcome, text) for reason, outcome, text in problems)
    yield _identified(SourceRecord(origin, **filled))  # type: ignore[arg-type]


def _identified(record: SourceRecord) -> SourceRecord:
    """Fill DOI and arXiv id from a link, and the arXiv id from arXiv's own DOIs."""
    doi, arxiv = record.doi, record.arxiv
    if not doi and (match := _DOI_LINK.match(record.url)):
        doi = match[1].rstrip(".,;").casefold()
    if not arxiv and (match := _ARXIV_LINK.search(f"{record.url} {doi}")):
        arxiv = clean_arxiv(match[1])[0]
    return (
        record
        if (doi, arxiv) == (record.doi, record.arxiv)
        else replace(record, doi=doi, arxiv=arxiv)
    )


def unknown_names(values: Mapping[str, object]) -> set[str]:
    """Give the field names of a record that litkg does not know and that hold a value.

    >>> unknown_names({"Title": "A", "colour": "red", "Volume": "3"})
    {'colour'}
    """
    return {
        name
        for name, value in values.items()
        if (folded := fold_name(name)) not in _FIELD_OF
        and folded not in IGNORED
        and not _empty(value)
    }


@lru_cache(maxsize=10_000)
def fold_name(name: str) -> str:
    """Fold a field name: case, spaces, underscores and punctuation do not matter.

    >>> fold_name("Publication_Year")
    'publicationyear'
    """
    return _FOLD.sub("", name).casefold()


def _known(values: Mapping[str, object]) -> list[tuple[str, object]]:
    folded = ((fold_name(name), value) for name, value in values.items())
    return sorted(
        ((name, value) for name, value in folded if name in _FIELD_OF), key=lambda p: _RANK[p[0]]
    )


def _empty(value: object) -> bool:
    return value is None or (isinstance(value, str | list | dict) and not value)


_Problem = tuple[Reason, Outcome, str] | None


def _ignored(value: object, rule: str) -> _Problem:
    return Reason.VALUE_IGNORED, Outcome.CHANGED, f"{shown(value)} was ignored; {rule}"


def _text(value: object) -> tuple[str, _Problem]:
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        value = " ".join(value)
    if isinstance(value, bool | dict | list):
        return "", _ignored(value, "it must be text")
    text = normalise(str(value))
    if len(text) <= TEXT_LIMIT:
        return text, None
    cut = f"{len(text)} characters; cut to the first {TEXT_LIMIT}"
    return text[:TEXT_LIMIT].rstrip(), (Reason.TOO_LONG, Outcome.CHANGED, cut)


def _identity(value: object) -> tuple[str, _Problem]:
    """Keep an id exactly as the source has it, except what no UTF-8 file can hold."""
    if isinstance(value, bool | dict | list | float):
        return "", _ignored(value, "it must be text or a whole number")
    text = str(value)
    if not text.strip():
        return "", None
    return encodable(text), None


def _year(value: object) -> tuple[int | None, _Problem]:
    if isinstance(value, dict):  # CSL JSON: {"date-parts": [[2023, 5]]}
        value = value.get("date-parts", value)
    match = None if isinstance(value, bool) else _YEAR.search(str(value))
    if match:
        return int(match[1]), None
    return None, None if str(value).strip() == "" else _ignored(value, "it holds no year 1500-2099")


def _authors(value: object) -> tuple[tuple[str, ...], _Problem]:
    return _strings(split_authors(normalise(value)) if isinstance(value, str) else value, _person)


def split_authors(text: str) -> list[str]:
    """Part a string of names at semicolons, at "and", or at commas between full names.

    >>> split_authors("Ada Lovelace, Alan Turing"), split_authors("Lovelace, Ada")
    (['Ada Lovelace', 'Alan Turing'], ['Lovelace, Ada'])
    """
    if ";" in text:
        return text.split(";")
    parts = _AND.split(text)
    if all(
        "," not in part or all(" " in name.strip() for name in part.split(",")) for part in parts
    ):
        return [name.strip() for part in parts for name in part.split(",")]
    return parts


def _keywords(value: object) -> tuple[tuple[str, ...], _Problem]:
    if isinstance(value, str):
        value = list(re.split(r"[;；]" if ";" in value or "；" in value else r"[,，、|]", value))
    return _strings(value, _keyword)


def _person(value: object) -> str:
    """Read a name from a string or from the usual keys of a name object, given name first."""
    if isinstance(value, str):
        return given_first(normalise(value))
    if not isinstance(value, dict):
        return ""
    keys = {
        fold_name(str(key)): part for key, part in value.items() if isinstance(part, str | dict)
    }
    if isinstance(literal := keys.get("literal"), str):
        return normalise(literal)
    for whole in ("name", "fullname", "displayname", "author"):
        if keys.get(whole):
            return _person(keys[whole])
    given = next((keys[k] for k in ("given", "first", "firstname", "forename") if k in keys), "")
    family = next((keys[k] for k in ("family", "last", "lastname", "surname") if k in keys), "")
    return normalise(f"{given} {family}")


def given_first(name: str) -> str:
    """Turn "Family, Given" into "Given Family"; suffixes go to the end.

    >>> given_first("Lovelace, Ada"), given_first("Downey, Jr, Robert"), given_first("R. Downey, Jr")
    ('Ada Lovelace', 'Robert Downey Jr', 'R. Downey, Jr')
    """
    parts = [part.strip() for part in name.split(",")]
    if len(parts) == 2 and parts[1] and not _SUFFIX.fullmatch(parts[1]):
        return f"{parts[1]} {parts[0]}".strip()
    if len(parts) == 3 and _SUFFIX.fullmatch(parts[1]):
        return f"{parts[2]} {parts[0]} {parts[1]}".strip()
    return name


def _keyword(value: object) -> str:
    if isinstance(value, dict):
        value = next(
            (value[k] for k in ("name", "display_name", "keyword", "term", "tag") if k in value), ""
        )
    return normalise(value) if isinstance(value, str) else ""


def _strings(value: object, read: Callable[[object], str]) -> tuple[tuple[str, ...], _Problem]:
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list):
        return (), _ignored(value, "it must be a list or text")
    texts = [(part, read(part)) for part in value]
    lost = [part for part, text in texts if not text and not _empty(part)]
    lost = [part for part in lost if not isinstance(part, str) or part.strip()]
    problem = _ignored(lost[0], "each must be text or an object with a name") if lost else None
    return tuple(dict.fromkeys(text[:1000] for _, text in texts if text)), problem


def clean_doi(value: object) -> tuple[str, _Problem]:
    """Read a DOI out of any of its usual spellings, in lower case.

    >>> clean_doi("https://doi.org/10.1000/ABC.1")[0]
    '10.1000/abc.1'
    """
    match = _DOI.search(normalise(str(value)[:_IDENTIFIER_LIMIT]))
    if match is None:
        return "", _ignored(value, "a DOI starts with 10. and holds a slash")
    return match[0].rstrip(".,;").casefold(), None


def clean_arxiv(value: object) -> tuple[str, _Problem]:
    """Read an arXiv id without prefix and version.

    >>> clean_arxiv("arXiv:2101.00001v3")[0]
    '2101.00001'
    """
    match = _ARXIV.search(str(value)[:_IDENTIFIER_LIMIT])
    return (match[1], None) if match else ("", _ignored(value, "it holds no arXiv id"))


def _pmid(value: object) -> tuple[str, _Problem]:
    match = None if isinstance(value, bool) else _PMID.search(str(value)[:_IDENTIFIER_LIMIT])
    return (match[0].lstrip("0"), None) if match else ("", _ignored(value, "it holds no PMID"))


def _url(value: object) -> tuple[str, _Problem]:
    text, problem = _text(value)
    if problem is None and not re.match(r"(?i)(?:https?|ftp)://\S+$", text):
        return "", _ignored(value, "a link starts with http:// or https://")
    return text, problem


_READERS = {
    "id": _identity,
    "title": _text,
    "abstract": _text,
    "authors": _authors,
    "venue": _text,
    "year": _year,
    "keywords": _keywords,
    "doi": clean_doi,
    "arxiv": clean_arxiv,
    "pmid": _pmid,
    "url": _url,
}
