"""The example corpus is what its README says, planted faults included."""

from __future__ import annotations

import json
import re
from collections import Counter

from helpers import ROOT

EXAMPLES = ROOT / "examples"
BIBTEX = (EXAMPLES / "medical-imaging.bib").read_text(encoding="utf-8")
FEED = (EXAMPLES / "feed.txt").read_text(encoding="utf-8").splitlines()
HEADERLESS = "走向通才式生物医学模型"


def json_lines() -> tuple[list[dict[str, object]], list[str]]:
    """Parse the JSON Lines file into records and lines that are no JSON."""
    records: list[dict[str, object]] = []
    broken: list[str] = []
    for line in (EXAMPLES / "reviews.jsonl").read_text(encoding="utf-8").splitlines():
        try:
            records.append(json.loads(line))
        except ValueError:
            broken.append(line)
    return records, broken


def bibtex_field(name: str) -> list[str]:
    """Values of one field in file order, white space folded; none of them closes a line with }."""
    found = re.findall(rf"^  {name} *= \{{(.*?)\}},?$", BIBTEX, re.MULTILINE | re.DOTALL)
    return [" ".join(value.split()) for value in found]


def feed_records() -> list[tuple[str, str]]:
    """Pairs of title line and body line."""
    return list(zip(FEED[::2], FEED[1::2], strict=True))


def sentences(abstract: str) -> int:
    """Count sentence ends, those before a space or the end of the text."""
    return len(re.findall(r"[.!?](?=\s|$)", re.sub(r"\b[A-Z]\.", "", abstract)))


def test_the_readme_counts_the_records_of_each_format() -> None:
    """The README's table states how many records each of the three files holds."""
    records, broken = json_lines()
    readme = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    stated = dict(re.findall(r"^\| `([\w.-]+)` \| [\w ]+ \| (\d+)", readme, re.MULTILINE))
    counted = {
        "reviews.jsonl": len(records),
        "medical-imaging.bib": len(re.findall(r"^@\w+\{", BIBTEX, re.MULTILINE)),
        "feed.txt": len(feed_records()),
    }
    assert {name: str(count) for name, count in counted.items()} == stated
    assert sum(counted.values()) >= 44
    assert len(broken) == 1


def test_json_records_have_the_same_fields() -> None:
    """Every JSON record has all seven fields but for the one that lacks its abstract."""
    records, _ = json_lines()
    fields = {"id", "title", "abstract", "authors", "venue", "year", "keywords"}
    missing = {str(record["title"]): fields - set(record) for record in records}
    assert {title: gap for title, gap in missing.items() if gap} == {"Deep learning": {"abstract"}}
    assert all(set(record) <= fields for record in records)


def test_bibtex_entries_have_the_same_fields() -> None:
    """Every BibTeX entry has author, title, year and abstract."""
    entries = len(re.findall(r"^@\w+\{", BIBTEX, re.MULTILINE))
    counts = {name: len(bibtex_field(name)) for name in ("author", "title", "year", "abstract")}
    assert counts == dict.fromkeys(counts, entries)


def test_bibtex_shows_accents_and_nested_braces() -> None:
    """The BibTeX file exercises LaTeX accents, nested braces and an escaped ampersand."""
    for sample in (r"{\c{C}}i{\c{c}}ek, {\"O}zg{\"u}n", r"{{U-Net}:", r"H\&E", r"\emph{Xenopus}"):
        assert sample in BIBTEX


def test_feed_headers_run_together() -> None:
    """All feed records but one have a header without separators and a body with boilerplate."""
    header = re.compile(r"论文(?P<venue>[A-Z][\w ]+?)(?P<year>20\d\d) 年[a-z]+ [a-z]+ \S")
    plain = []
    for line, body in feed_records():
        match = header.match(line)
        if match is None:
            plain.append(line)
        else:
            assert body.startswith(f"{match['venue']} accepted paper at ")
    assert plain == [HEADERLESS]


def test_one_paper_is_in_two_formats() -> None:
    """U-Net, and nothing else, is a record of both the JSON Lines and the BibTeX file."""
    records, _ = json_lines()
    titles = Counter(str(record["title"]) for record in records)
    titles.update(re.sub(r"[{}]", "", title) for title in bibtex_field("title"))
    assert [title for title, count in titles.items() if count > 1] == [
        "U-Net: Convolutional Networks for Biomedical Image Segmentation"
    ]


def test_one_feed_title_belongs_to_another_abstract() -> None:
    """The title on electrocardiograms and survival stands over an abstract on molecules."""
    [(_, body)] = [(line, body) for line, body in feed_records() if "生存分析" in line]
    assert "MoleculeNet" in body
    assert re.search(r"electrocardio|ECG|survival|heart|patient", body) is None


def test_years_span_the_decade_of_deep_learning() -> None:
    """Papers date from 2012 to 2025."""
    records, _ = json_lines()
    years = {int(str(record["year"])) for record in records} | set(map(int, bibtex_field("year")))
    years |= {int(year) for line in FEED for year in re.findall(r"(20\d\d) 年", line)}
    assert (2012, 2025) == (min(years), max(years))


def test_abstracts_have_three_to_six_sentences() -> None:
    """Summaries are short; only the poorer twin of the duplicate has a single sentence."""
    records, _ = json_lines()
    lengths = {
        str(record["id"]): sentences(str(record["abstract"]))
        for record in records
        if "abstract" in record
    }
    assert lengths.pop("ronneberger2015unet") == 1
    counts = [
        *lengths.values(),
        *map(sentences, bibtex_field("abstract")),
        *(
            sentences(body.partition(" accepted paper at ")[2] or body)
            for _, body in feed_records()
        ),
    ]
    assert set(counts) <= {3, 4, 5, 6}


def test_no_record_carries_an_identifier() -> None:
    """The examples state no DOI, arXiv id, PubMed id or address."""
    for path in sorted(EXAMPLES.iterdir()):
        text = path.read_text(encoding="utf-8")
        assert (
            re.findall(r"(?i)https?:|\bdoi\b|\b10\.\d{4}/|\barxiv:|\d{4}\.\d{5}|pmid", text) == []
        )
