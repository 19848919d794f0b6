"""Field names and values of all kinds of exports."""

from __future__ import annotations

import pytest

from kg.sources.fields import TEXT_LIMIT, source_records, unknown_names
from kg.sources.raw import RawRecord
from ontology.records import LedgerRow, Origin, Outcome, Reason, SourceRecord

ORIGIN = Origin("s", 1)


def read(**values: object) -> SourceRecord:
    *_, record = source_records(RawRecord(1, values), "s")
    assert isinstance(record, SourceRecord)
    return record


def rows(**values: object) -> list[LedgerRow]:
    return [row for row in source_records(RawRecord(1, values), "s") if isinstance(row, LedgerRow)]


@pytest.mark.parametrize(
    "name", ["title", "Title", "paper_title", "Document Title", "TI", "T1", "Article-Title", "标题"]
)
def test_titles_go_by_many_names(name: str) -> None:
    """Case, spaces and underscores of a field name do not matter."""
    assert SourceRecord(ORIGIN, title="On ice") == read(**{name: "On  ice"})


@pytest.mark.parametrize(
    ("value", "year"),
    [
        (2013, 2013),
        ("2013", 2013),
        (2013.0, 2013),
        ("4 Feb 2014", 2014),
        ("1 Jan.-Feb. 2019", 2019),
        ("2021-07-01T00:00:00Z", 2021),
        ({"date-parts": [[2023, 5]]}, 2023),
    ],
)
def test_years_are_found_in_dates(value: object, year: int) -> None:
    """A date in any spelling gives its year."""
    assert year == read(year=value).year


@pytest.mark.parametrize("value", ["soon", 12, True, "20213", -2020.5e9])
def test_a_value_without_a_year_is_ignored_and_reported(value: object) -> None:
    """The ledger quotes what was ignored."""
    assert None is read(title="A", year=value).year
    assert [(Reason.VALUE_IGNORED, Outcome.CHANGED)] == [
        (row.reason, row.outcome) for row in rows(title="A", year=value)
    ]


@pytest.mark.parametrize(
    "value",
    [
        ["Ada Lovelace", "Alan Turing"],
        "Ada Lovelace; Alan Turing",
        "Ada Lovelace and Alan Turing",
        "Ada Lovelace, Alan Turing",
        "Lovelace, Ada; Turing, Alan",
        "Lovelace, Ada and Turing, Alan",
        [{"name": "Ada Lovelace"}, {"name": "Alan Turing"}],
        [{"given": "Ada", "family": "Lovelace"}, {"firstName": "Alan", "lastName": "Turing"}],
        [{"author": {"display_name": "Ada Lovelace"}}, {"author": {"display_name": "Alan Turing"}}],
    ],
)
def test_author_lists_of_every_shape(value: object) -> None:
    """Lists, strings and objects give the same names, given name first."""
    assert ("Ada Lovelace", "Alan Turing") == read(authors=value).authors


@pytest.mark.parametrize(
    "value", [["ice", "snow"], "ice; snow", "ice, snow", "ice；snow", [{"name": "ice"}, "snow"]]
)
def test_keyword_lists_of_every_shape(value: object) -> None:
    """Lists and strings with the usual marks give the same keywords."""
    assert ("ice", "snow") == read(keywords=value).keywords


def test_identifiers_lose_their_wrapping() -> None:
    """DOI, arXiv id and PMID are compared bare."""
    record = read(doi="https://doi.org/10.1234/ABC", arxiv="arXiv:2101.00001v2", pmid="PMID: 0123")
    assert ("10.1234/abc", "2101.00001", "123") == (record.doi, record.arxiv, record.pmid)


def test_links_give_identifiers() -> None:
    """A link to arXiv or to a DOI says what the fields for them do not."""
    assert "2101.00001" == read(url="https://arxiv.org/abs/2101.00001v3").arxiv
    assert "2101.00001" == read(doi="10.48550/arXiv.2101.00001").arxiv
    assert "10.1234/abc" == read(url="https://doi.org/10.1234/ABC").doi


@pytest.mark.parametrize("value", ["a b<c>", " padded ", "x/y#z", "第1", "a\nb"])
def test_an_id_is_kept_exactly(value: str) -> None:
    """Other programs look records up by the id that the source gave."""
    assert value == read(id=value).id


def test_a_number_is_an_id() -> None:
    """Whole numbers are ids as they are written."""
    assert "17" == read(id=17).id


def test_an_overlong_text_is_cut_and_reported() -> None:
    """Ten megabytes of abstract cost neither the record nor the run."""
    values: dict[str, object] = {"title": "A", "abstract": "ice " * 2_500_000}
    assert TEXT_LIMIT >= len(read(**values).abstract) > TEXT_LIMIT - 5
    assert [(Reason.TOO_LONG, Outcome.CHANGED)] == [(r.reason, r.outcome) for r in rows(**values)]


@pytest.mark.parametrize("value", [{"a": 1}, [1, 2], True])
def test_a_title_that_is_no_text_is_reported(value: object) -> None:
    """Nothing is turned into text that never was one."""
    assert "" == read(title=value, abstract="B").title
    assert [Reason.VALUE_IGNORED] == [row.reason for row in rows(title=value, abstract="B")]


def test_the_first_of_several_names_counts() -> None:
    """The author's own keywords go before those of an index."""
    values = {
        "IEEE Terms": "water",
        "Author Keywords": "ice",
        "Publication Year": "2013",
        "Date": "2014",
    }
    assert (("ice",), 2013) == (read(**values).keywords, read(**values).year)


def test_unknown_fields_are_those_that_hold_something() -> None:
    """Fields known to be of no use, and empty ones, are not worth a word."""
    assert {"colour"} == unknown_names({"colour": "red", "Volume": "3", "smell": "", "Title": "A"})


def test_a_script_link_is_no_url() -> None:
    """Only web addresses get into the field that pages turn into links."""
    assert "" == read(title="A", url="javascript:alert(1)").url


def test_a_lone_surrogate_in_an_id_becomes_a_replacement_character() -> None:
    """What UTF-8 cannot hold would stop the run at the first file written."""
    assert "a\ufffd" == read(id="a\ud800").id
