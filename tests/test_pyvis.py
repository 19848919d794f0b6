from __future__ import annotations

import re
from pathlib import Path

import pytest
from browser import chromium
from graphs import NASTY, E, P, graph_of, hostile_graph, small_graph
from selenium.webdriver.support.wait import WebDriverWait

from exports.pyvis import generate, write
from ontology.errors import InputError
from ontology.terms import EntityType, Role


@pytest.mark.parametrize("name", ["U-Net", "u net", "UNet", "urn:litkg:method:unet"])
def test_any_spelling_finds_the_entity(name: str) -> None:
    """The name in another spelling, an alias and the IRI open the same page."""
    assert generate(small_graph(), around="U-Net") == generate(small_graph(), around=name)


def test_chinese_alias_finds_the_entity() -> None:
    """An alias in Chinese opens the page of its entity."""
    assert "<h1>image segmentation in Cells, small</h1>" in generate(
        small_graph(), around="图像分割"
    )


def test_unknown_name_lists_the_nearest() -> None:
    """An unknown name raises and offers names that look alike."""
    with pytest.raises(InputError) as caught:
        generate(small_graph(), around="TinySge")
    assert str(caught.value) == (
        '"TinySge": no entity has this name; the nearest names are "TinySeg"'
    )


def test_page_has_one_heading_and_no_address() -> None:
    """Nothing is loaded from elsewhere, and the heading stands once."""
    page = generate(small_graph(), around="U-Net")
    assert re.findall(r"<h1>.*?</h1>", page) == ["<h1>U-Net in Cells, small</h1>"]
    assert re.findall(r"(?:src|href)\s*=\s*[\"']?https?:|url\(\s*[\"']?https?:", page) == []


def test_neighbourhood_is_bounded() -> None:
    """No more entities than asked for stand on the page, those with most papers shared first."""
    page = generate(small_graph(), around="image segmentation", max_nodes=2)
    labels = re.findall(r'"label": "([^"]+)", "shape"|"label": "([^"]+)", "size"', page)
    assert {name for pair in labels for name in pair if name} == {"image segmentation", "U-Net"}


def test_more_than_such_a_page_can_draw_is_refused() -> None:
    """The error names the format that can."""
    with pytest.raises(InputError, match="--format html"):
        generate(small_graph(), around="U-Net", max_nodes=501)


def test_entity_without_papers_stands_alone() -> None:
    """An entity that the vocabulary knows and no paper names has a page of its own."""
    assert "<h1>image in Cells, small</h1>" in generate(small_graph(), around="image")


def test_same_graph_same_bytes() -> None:
    """Two runs write the same page."""
    assert generate(small_graph(), around="CellPix") == generate(small_graph(), around="CellPix")


@pytest.mark.system("chromium chromium-driver")
def test_hostile_names_stay_text(tmp_path: Path) -> None:
    """In a browser, markup in names runs no code, asks for nothing and raises no error."""
    page = tmp_path / "near.html"
    write(hostile_graph(), page, around=NASTY[2])
    with chromium(tmp_path / "profile") as browser:
        browser.get(page.as_uri())
        assert browser.find_element("tag name", "h1").text == f"{NASTY[2]} in {NASTY[2]}"
        assert browser.execute_script("return nodes.length") == 5
        assert browser.execute_script("return performance.getEntriesByType('resource').length") == 0
        assert [row for row in browser.get_log("browser") if row["level"] == "SEVERE"] == []


@pytest.mark.system("chromium chromium-driver")
def test_names_are_seen_at_once(tmp_path: Path) -> None:
    """In the first view of a wide neighbourhood the names of the centre and of much-named entities show."""
    near = [E(EntityType.METHOD, f"method {n}") for n in range(200)]
    papers = [
        P(
            f"p{n}", f"U-Net, method {n} and method {n // 8}", "",
            links=tuple(
                (name, Role.USES, (name,))
                for name in dict.fromkeys(("U-Net", f"method {n}", f"method {n // 8}"))
            ),
        )
        for n in range(200)
    ]  # fmt: skip
    page = tmp_path / "wide.html"
    write(graph_of("Wide", [E(EntityType.METHOD, "U-Net"), *near], papers), page, around="U-Net")
    with chromium(tmp_path / "profile") as browser:
        browser.get(page.as_uri())
        WebDriverWait(browser, 10).until(lambda b: b.execute_script("return network.getScale()"))
        pixels = browser.execute_script(
            "return nodes.get().map(({label, font}) => [label, font.size * network.getScale()])"
        )
        sizes = dict(pixels)
        assert sizes["U-Net"] >= 12
        assert sizes["method 3"] >= 9
        assert min(sizes.values()) < 9
