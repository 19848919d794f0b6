"""The scraped feed: headers without separators, boilerplate, links, records without headers."""

from __future__ import annotations

import re

import pytest
from helpers import SHARED, needs_shared
from hypothesis import given
from hypothesis import strategies as st

from kg.sources.feed import parse_header, read_feed, strip_boilerplate, strip_links
from kg.sources.feed_category import learn_categories, split_category
from kg.sources.raw import RawRecord

BODY = (
    "Robots that walk on ice fall often. We measure how often, with three machines and one frozen"
    " lake, and show that slow steps help more than sharp claws do in every single trial."
)


def read(text: str) -> list[dict[str, object]]:
    items = list(read_feed(text, "feed.txt"))
    assert all(isinstance(item, RawRecord) for item in items)
    return [dict(item.values) for item in items if isinstance(item, RawRecord)]


def titles(text: str) -> list[object]:
    return [record["title"] for record in read(text)]


def test_a_record_of_the_usual_shape_fills_every_field() -> None:
    """Header, boilerplate and link each go to their own field."""
    text = (
        "论文ICLR 2026 Oral2026 年clinical prediction IceWalk:冰面行走的步态预测\n"
        f"ICLR 2026 Oral accepted paper at ICLR 2026. {BODY}"
        " Code/project link: https://example.org/ice\n"
    )
    assert [
        {
            "title": "IceWalk:冰面行走的步态预测",
            "abstract": BODY,
            "venue": "ICLR 2026",
            "year": 2026,
            "keywords": ["clinical prediction"],
            "url": "https://example.org/ice",
        }
    ] == read(text)


@pytest.mark.parametrize(
    ("rest", "category", "title"),
    [
        (
            "trustworthy medical AI PathFinder-R1:冰面",
            "trustworthy medical AI",
            "PathFinder-R1:冰面",
        ),
        ("clinical NLP 冰面行走", "clinical NLP", "冰面行走"),
        ("clinical NLP VLM-Ice:VLM 能走多远?", "clinical NLP", "VLM-Ice:VLM 能走多远?"),
        ("medical LLM agent GLACIER:面向冰面", "medical LLM agent", "GLACIER:面向冰面"),
        ("医学影像 IceDyn:从 4 万条记录学习", "医学影像", "IceDyn:从 4 万条记录学习"),
        (
            "trustworthy medical AI Ice-Net v2:野外场景",
            "trustworthy medical AI",
            "Ice-Net v2:野外场景",
        ),
        (
            "trustworthy medical AI Dual-Kernel Claw:拓展",
            "trustworthy medical AI",
            "Dual-Kernel Claw:拓展",
        ),
        ("clinical prediction 能否用 LLM 预测步态?", "clinical prediction", "能否用 LLM 预测步态?"),
        ("surgical robotics Johnson 引理引导的网络", "surgical robotics", "Johnson 引理引导的网络"),
        ("protein design nnFold:蛋白质设计", "protein design", "nnFold:蛋白质设计"),
        ("speech recognition 3D 音频建模", "speech recognition", "3D 音频建模"),
        ("clinical prediction面向冰面的预测", "clinical prediction", "面向冰面的预测"),
        ("medical imaging Walking on Ice: A Study", "medical imaging", "Walking on Ice: A Study"),
        ("语音处理 面向冰面的语音识别", "语音处理", "面向冰面的语音识别"),
        ("medical AI safety 冰面上的风险", "medical AI safety", "冰面上的风险"),
        ("AI for healthcare IceMed:冰面", "AI for healthcare", "IceMed:冰面"),
        ("可信医学 AI 面向冰面", "可信医学 AI", "面向冰面"),
        ("医学影像IceDyn:从 4 万条记录学习", "医学影像", "IceDyn:从 4 万条记录学习"),
        ("多模态医学推理 冰面问答", "多模态医学推理", "冰面问答"),
        ("基于 CLIP 的冰面分割", "", "基于 CLIP 的冰面分割"),
        ("IceWalk:冰面行走", "", "IceWalk:冰面行走"),
        ("视频理解中的人脑:动态模型", "", "视频理解中的人脑:动态模型"),
        ("从 4 万条记录学习", "", "从 4 万条记录学习"),
    ],
)
def test_a_header_alone_shows_where_its_category_ends(rest: str, category: str, title: str) -> None:
    """No other header of the feed is needed to part category and title."""
    assert (category, title) == split_category(rest, learn_categories([rest]))


def test_repetition_teaches_a_category_in_an_unusual_shape() -> None:
    """A category that stands before several titles wins over a shorter reading of its words."""
    rests = [
        f"clinical {kind} {title}"
        for kind in ("NLP", "imaging", "audio")
        for title in ("冰面", "雪地")
    ]
    support = learn_categories(rests)
    assert ("clinical audio", "雪地") == split_category("clinical audio 雪地", support)


def test_repetition_teaches_a_category_in_title_case() -> None:
    """Capital letters alone would be read as the title's own name."""
    support = learn_categories([f"Medical Imaging {title}" for title in ("冰面", "雪地", "湖面")])
    assert ("Medical Imaging", "雪地") == split_category("Medical Imaging 雪地", support)


def test_a_record_without_a_header_is_a_title_and_a_body() -> None:
    """The line before a long English body is its title, even straight after another record."""
    text = (
        "论文ICLR 2026 Poster2026 年clinical NLP 冰面行走\n"
        f"ICLR 2026 Poster accepted paper at ICLR 2026. {BODY}\n"
        f"迈向通用步行机器\n{BODY} Second.\n"
    )
    assert ["冰面行走", "迈向通用步行机器"] == titles(text)
    assert f"{BODY} Second." == read(text)[1]["abstract"]


def test_an_english_title_without_header_starts_a_record() -> None:
    """English titles are told from body lines by the long line below them."""
    text = f"Walking on ice\n{BODY}\nStanding on snow\n{BODY}\n"
    assert ["Walking on ice", "Standing on snow"] == titles(text)


@pytest.mark.parametrize("gap", ["\n", "\n\n", "\r\n", "\r\n\r\n\r\n"])
def test_blank_lines_between_records_do_not_matter(gap: str) -> None:
    """The same records come out with and without blank lines, whatever ends a line."""
    lines = ["论文ICML 2025 Oral2025 年robotics IceWalk:冰面", BODY] * 2
    lines[2] = "论文ICML 2025 Oral2025 年robotics SnowWalk:雪地"
    assert ["IceWalk:冰面", "SnowWalk:雪地"] == titles(gap.join(lines))
    assert [BODY, BODY] == [record["abstract"] for record in read(gap.join(lines))]


def test_a_wrapped_body_is_joined() -> None:
    """Lines of a wrapped body belong to one abstract."""
    wrapped = re.sub(r"(.{40}\S*) ", r"\1\n", BODY)
    text = f"论文ICML 2025 Oral2025 年robotics IceWalk:冰面\n{wrapped}\n论文ICML 2025 Oral2025 年robotics 雪地\n{BODY}"
    assert [BODY, BODY] == [record["abstract"] for record in read(text)]


def test_files_that_run_together_are_parted() -> None:
    """A header may follow the last body of a file that had no line break at its end."""
    text = f"迈向通用步行机器\n{BODY}论文ICLR 2026 Poster2026 年clinical NLP 冰面行走\n{BODY}"
    assert ["迈向通用步行机器", "冰面行走"] == titles(text)
    assert BODY == read(text)[0]["abstract"]


def test_a_header_without_body_is_a_record_without_abstract() -> None:
    """The next header does not become the body."""
    text = "论文ICLR 2026 Poster2026 年robotics 冰面行走\n论文ICLR 2026 Poster2026 年robotics 雪地行走\n"
    assert [("冰面行走", ""), ("雪地行走", "")] == [(r["title"], r["abstract"]) for r in read(text)]


def test_a_year_in_a_title_makes_no_header() -> None:
    """Only a known kind, or one that the boilerplate below confirms, opens a header."""
    assert None is parse_header("基于 MIMIC 2019 年数据的研究")


def test_a_kind_that_nobody_knows_is_learnt_from_the_boilerplate() -> None:
    """A line that names the venue which the next line repeats is a header."""
    text = f"海报NeurIPS 2025 Poster2025 年robotics 冰面行走\nNeurIPS 2025 Poster accepted paper at NeurIPS 2025. {BODY}"
    assert ["冰面行走"] == titles(text)


def test_an_ordinary_first_sentence_is_no_boilerplate() -> None:
    """A sentence that says where something was published stays in the abstract."""
    body = "This survey covers work published in 2020. More follows."
    assert (body, "") == strip_boilerplate(body)


def test_a_sentence_about_code_stays() -> None:
    """Only a labelled link at the end is parted from the abstract."""
    body = "We walk. Code is available at https://example.org"
    assert (body, "") == strip_links(body)


KINDS = st.sampled_from(["论文", "预印本", "数据集", "综述"])
VENUES = st.sampled_from(
    ["ICLR 2026 Poster", "NeurIPS 2025 Spotlight", "arXiv", "MICCAI", "CVPR Workshop"]
)
CATEGORIES = st.sampled_from(
    [
        "clinical NLP",
        "robotics",
        "trustworthy medical AI",
        "protein design",
        "医学影像",
        "speech recognition",
    ]
)
NAMES = st.sampled_from(
    ["", "IceWalk:", "M3CoT-Ice:", "GLACIER:", "Ice-Net v2:", "nnIce:", "Snow-R1:"]
)
CHINESE = st.text(
    st.sampled_from("面向冰雪行走的机器人基准与步态预测学习"), min_size=4, max_size=20
)


@given(
    st.lists(
        st.tuples(KINDS, VENUES, st.integers(1990, 2035), CATEGORIES, NAMES, CHINESE),
        min_size=1,
        max_size=12,
    ),
    st.sampled_from(["\n", "\n\n", "\r\n"]),
)
def test_synthetic_headers_come_apart_as_they_were_joined(
    parts: list[tuple[str, str, int, str, str, str]], gap: str
) -> None:
    """Kind, venue, year, category and title of any feed are found again."""
    lines = [
        line
        for kind, venue, year, category, name, chinese in parts
        for line in (f"{kind}{venue}{year} 年{category} {name}{chinese}", BODY)
    ]
    assert [
        (f"{name}{chinese}", venue, year, [category], BODY)
        for _, venue, year, category, name, chinese in parts
    ] == [
        (r["title"], r["venue"], r["year"], r["keywords"], r["abstract"])
        for r in read(gap.join(lines))
    ]


@given(st.text(max_size=400))
def test_no_text_is_lost_or_fatal(text: str) -> None:
    """Any text gives records that keep every word of it, links and boilerplate aside."""
    records = read(text)
    kept = "".join(
        f"{r['title']}{r['abstract']}{r['venue']}{r['year']}{r['url']}{r['keywords']}"
        for r in records
    )
    words = re.findall(r"[a-z]{4,}", text.replace("\r", "\n"))
    if "http" not in text and "accepted" not in text:
        assert [] == [word for word in words if word not in kept]


@needs_shared
def test_the_seed_feeds_hold_35_records() -> None:
    """Every record of the real feeds has a title in Chinese and an English abstract."""
    records = [
        record
        for path in sorted((SHARED / "seeds").glob("*.txt"))
        for record in read(path.read_text(encoding="utf-8"))
    ]
    assert 35 == len(records)
    assert [] == [r["title"] for r in records if not re.search("[\u4e00-\u9fff]", str(r["title"]))]
    assert [] == [r["title"] for r in records if "accepted paper" in str(r["abstract"])]
    assert [] == [r["title"] for r in records if "link:" in str(r["abstract"])]
    assert {
        ("clinical NLP",), ("clinical prediction",), ("medical LLM agent",),
        ("trustworthy medical AI",), ("医学影像",), (),
    } == {tuple(r["keywords"]) for r in records}  # fmt: skip
