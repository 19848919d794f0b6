"""The explorer's views beside the map, its filters, paths and saved files, in a real browser."""

from __future__ import annotations

import csv
import time
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import chromium, opened, severe
from graphs import hostile_graph, rows_of, small_graph
from helpers import ROOT
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from exports.cells import restored
from exports.html import write

AXE = ROOT / "exports" / "templates" / "explorer" / "node_modules" / "axe-core" / "axe.min.js"

pytestmark = pytest.mark.system("chromium chromium-driver")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("pages")
    for name, graph in (("small", small_graph()), ("hostile", hostile_graph())):
        write(graph, folder / f"{name}.html")
    return {path.stem: path.as_uri() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the browser saves files into."""
    return tmp_path_factory.mktemp("saved")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory, saved: Path) -> Iterator[Chrome]:
    with chromium(tmp_path_factory.mktemp("profile")) as driver:
        allowed = {"behavior": "allow", "downloadPath": str(saved)}
        driver.execute_cdp_cmd("Browser.setDownloadBehavior", allowed)
        yield driver


def texts(browser: Chrome, selector: str) -> list[str]:
    return [found.text for found in browser.find_elements(By.CSS_SELECTOR, selector)]


def panel(browser: Chrome) -> str:
    return browser.find_element(By.ID, "panel").text


def address(browser: Chrome) -> str:
    return str(browser.execute_script("return location.hash"))


def click(browser: Chrome, selector: str) -> None:
    browser.find_element(By.CSS_SELECTOR, selector).click()


def save(browser: Chrome, folder: Path, label: str, name: str) -> Path:
    """Choose an entry of the save menu and wait for its file."""
    (folder / name).unlink(missing_ok=True)
    click(browser, ".save summary")
    next(
        each
        for each in browser.find_elements(By.CSS_SELECTOR, ".save button")
        if label in each.text
    ).click()
    WebDriverWait(browser, 10).until(lambda _: (folder / name).exists())
    time.sleep(0.1)
    return folder / name


def test_matrix_counts_papers_and_shows_gaps(browser: Chrome, pages: dict[str, str]) -> None:
    """A cell counts the papers that name both and opens them; an empty one says that none does."""
    opened(browser, pages["small"] + "#view=matrix")
    assert texts(browser, ".matrix thead th") == ["image segmentation", "cell counting"]
    rows = {
        row.find_element(By.TAG_NAME, "th").text: [
            cell.text for cell in row.find_elements(By.TAG_NAME, "td")
        ]
        for row in browser.find_elements(By.CSS_SELECTOR, ".matrix tbody tr")
    }
    assert rows == {
        "U-Net": ["2", "1"],
        "convolutional neural network": ["2", ""],
        "TinySeg": ["1", "1"],
        "skip connection": ["1", ""],
    }
    click(browser, "[aria-label^='U-Net, cell counting']")
    WebDriverWait(browser, 5).until(lambda b: "TinySeg: counting cells" in panel(b))
    click(browser, "[aria-label='skip connection, cell counting: no paper']")
    WebDriverWait(browser, 5).until(lambda b: "No paper names both" in panel(b))


def test_matrix_is_walked_with_arrows(browser: Chrome, pages: dict[str, str]) -> None:
    """The tab key stops once in the cells; arrows move between them and Enter opens one."""
    opened(browser, pages["small"] + "#view=matrix")
    cells = ".matrix tbody td a"
    assert len(browser.find_elements(By.CSS_SELECTOR, f"{cells}[tabindex='0']")) == 1
    browser.execute_script(f"document.querySelector(\"{cells}[tabindex='0']\").focus()")
    ActionChains(browser).send_keys(
        Keys.ARROW_DOWN, Keys.ARROW_UP, Keys.ARROW_RIGHT, Keys.ENTER
    ).perform()
    WebDriverWait(browser, 5).until(lambda b: "No paper names both" in panel(b))
    label = browser.switch_to.active_element.get_attribute("aria-label")
    assert label == "convolutional neural network, cell counting: no paper"


def test_columns_of_the_matrix_are_chosen(browser: Chrome, pages: dict[str, str]) -> None:
    """Datasets and modalities can stand across; the choice is in the address and can be undone."""
    opened(browser, pages["small"] + "#view=matrix")
    browser.find_element(By.LINK_TEXT, "Methods × Modalities").click()
    WebDriverWait(browser, 5).until(lambda b: texts(b, ".matrix thead th") == ["microscopy image"])
    assert address(browser) == "#view=matrix&across=Modality"
    browser.back()
    WebDriverWait(browser, 5).until(
        lambda b: texts(b, ".matrix thead th") == ["image segmentation", "cell counting"]
    )


def test_table_sorts_by_any_column(browser: Chrome, pages: dict[str, str]) -> None:
    """A heading sorts, a second click turns the order; readers of screens are told which."""
    opened(browser, pages["small"] + "#view=table")
    assert texts(browser, ".entities tbody th")[:2] == ["CellPix", "image segmentation"]
    click(browser, ".entities [data-key=sort-name]")
    WebDriverWait(browser, 5).until(lambda b: address(b) == "#view=table&sort=name")
    names = texts(browser, ".entities tbody th")
    assert names == sorted(names, key=str.lower)
    click(browser, ".entities [data-key=sort-name]")
    WebDriverWait(browser, 5).until(
        lambda b: texts(b, ".entities [aria-sort=descending]") == ["Name ↓"]
    )
    assert texts(browser, ".entities tbody th") == names[::-1]


def test_timeline_shows_first_appearances(browser: Chrome, pages: dict[str, str]) -> None:
    """Each entity stands at the year of its first paper, newest year first."""
    opened(browser, pages["small"] + "#view=timeline")
    assert [text.split()[0] for text in texts(browser, ".timeline h3")] == ["2021", "2015"]
    newest = browser.find_element(By.CSS_SELECTOR, ".timeline > li").text
    assert "TinySeg" in newest
    assert "U-Net" not in newest


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ("venue=Data+of+Life", {"CellPix", "cell counting", "microscopy image"}),
        ("role=introduces", {"U-Net", "TinySeg", "CellPix"}),
        ("role=introduces&years=2000-2020", {"U-Net"}),
        ("sure=90", set()),
        ("venue=Data+of+Life&role=introduces&sure=85", {"CellPix"}),
    ],
)
def test_filters_count_links(
    browser: Chrome, pages: dict[str, str], filters: str, expected: set[str]
) -> None:
    """Venue, role, years and confidence leave the entities of the links that pass all of them."""
    opened(browser, f"{pages['small']}#view=table&{filters}")
    assert set(texts(browser, ".entities tbody th")) == expected


def test_filters_stand_in_the_address(browser: Chrome, pages: dict[str, str]) -> None:
    """What is ticked and slid comes into the address, and from it back into the controls."""
    opened(browser, pages["small"])
    click(browser, ".venues summary")
    next(
        each
        for each in browser.find_elements(By.CSS_SELECTOR, ".venues label")
        if "Journal of Cells" in each.text
    ).click()
    browser.find_elements(By.CSS_SELECTOR, ".pairs label")[3].click()
    assert address(browser) == "#venue=Journal+of+Cells&role=introduces%2Cuses%2Ccompares"
    opened(browser, pages["small"] + address(browser))
    boxes = browser.find_elements(By.CSS_SELECTOR, ".pairs input")
    assert [box.is_selected() for box in boxes] == [True, True, True, False]
    assert "1 of 3" in browser.find_element(By.CSS_SELECTOR, ".venues summary").text


def test_path_between_two_entities(browser: Chrome, pages: dict[str, str]) -> None:
    """The panel finds the way from one entity to another, each step with its sentence."""
    opened(browser, pages["small"] + "#entity=urn:litkg:method:tinyseg")
    field = browser.find_element(By.CSS_SELECTOR, ".ways input")
    field.send_keys("skip", Keys.ENTER)
    WebDriverWait(browser, 5).until(lambda b: "Shortest path: 2 steps" in panel(b))
    assert "part of" in panel(browser)
    assert "a convolutional neural network with skip connections" in panel(browser)
    assert "to=urn%3Alitkg%3Amethod%3Askipconnection" in address(browser)
    opened(browser, pages["small"] + address(browser))
    assert "Shortest path: 2 steps" in panel(browser)


def test_second_step_widens_the_focus(browser: Chrome, pages: dict[str, str]) -> None:
    """Neighbours of neighbours join the focus, and the address keeps it."""
    opened(browser, pages["small"] + "#entity=urn:litkg:dataset:minipix")
    browser.find_element(By.LINK_TEXT, "Neighbours of neighbours").click()
    WebDriverWait(browser, 5).until(lambda b: "steps=2" in address(b))
    assert browser.find_elements(By.LINK_TEXT, "Neighbours only") != []


def test_table_is_saved_as_csv(browser: Chrome, pages: dict[str, str], saved: Path) -> None:
    """Names come back from the CSV as they are, and no cell can run in a spreadsheet."""
    opened(browser, pages["hostile"] + "#view=table")
    path = save(browser, saved, "CSV", "table.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert not any(cell[:1] in "=+-@\t\r" for row in rows for cell in row.values() if cell)
    names = {row["name"] for row in rows_of(hostile_graph(), "entities") if row["papers"]}
    assert {restored(row["name"]) for row in rows} == names


def test_papers_are_saved_as_ids(browser: Chrome, pages: dict[str, str], saved: Path) -> None:
    """The list holds the papers of what is chosen under the filters, one id a line."""
    opened(browser, pages["small"])
    whole = save(browser, saved, "Ids", "map.txt").read_text("utf-8")
    assert whole.split() == ["p1", "p2", "p3", "p4"]
    opened(browser, pages["small"] + "#entity=urn:litkg:dataset:cellpix&role=uses,introduces")
    assert save(browser, saved, "Ids", "map.txt").read_text("utf-8").split() == ["p1", "p3"]


@pytest.mark.parametrize("view", ["map", "matrix", "table", "timeline"])
def test_hostile_names_are_saved_in_pictures(
    browser: Chrome, pages: dict[str, str], saved: Path, view: str
) -> None:
    """The SVG is well-formed and holds nothing but shapes and text; the PNG has twice its size."""
    opened(browser, f"{pages['hostile']}#view={view}")
    root = ET.parse(save(browser, saved, "SVG", f"{view}.svg")).getroot()
    space = "{http://www.w3.org/2000/svg}"
    allowed = {"rect", "line", "circle", "polygon", "text"}
    assert {child.tag.removeprefix(space) for child in root} <= allowed
    written = [child.text or "" for child in root.iter(f"{space}text")]
    assert any("</script><script>alert(1)" in text for text in written)
    assert root[0].attrib["fill"] != next(root.iter(f"{space}text")).attrib["fill"]
    picture = save(browser, saved, "PNG", f"{view}.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert int.from_bytes(picture[16:20], "big") == 2 * round(float(root.attrib["width"]))
    assert severe(browser) == []


def test_each_type_has_its_shape(browser: Chrome, pages: dict[str, str], saved: Path) -> None:
    """Types differ on the map and in the legend by shape, not by colour alone."""
    opened(browser, pages["small"])
    root = ET.parse(save(browser, saved, "SVG", "map.svg")).getroot()
    space = "{http://www.w3.org/2000/svg}"
    shapes = Counter(
        (shape.tag.removeprefix(space), "transform" in shape.attrib)
        for shape in root
        if shape.attrib.get("fill", "none") not in {"none", root[0].attrib["fill"]}
        and shape.tag != f"{space}text"
    )
    assert shapes == {
        ("circle", False): 4,
        ("rect", False): 2,
        ("rect", True): 2,
        ("polygon", False): 1,
    }
    looks = browser.execute_script(
        "return [...document.querySelectorAll('.types .dot')].map((dot) => getComputedStyle(dot))"
        ".map((style) => [style.clipPath, style.borderRadius, style.transform].join())"
    )
    assert len(set(looks)) == 4


def test_interface_speaks_chinese(tmp_path: Path, pages: dict[str, str]) -> None:
    """A Chinese browser gets Chinese views, filters and panels; no phrase is left in English."""
    with chromium(tmp_path, "--lang=zh-CN", "--accept-lang=zh-CN") as browser:
        opened(browser, pages["small"] + "#view=matrix&entity=urn:litkg:method:unet")
        assert texts(browser, ".views nav a") == ["图谱", "表格", "矩阵", "时间线"]
        side = browser.find_element(By.CSS_SELECTOR, ".controls").text
        assert not any(letter.isascii() and letter.isalpha() for letter in side.split("\n")[0])
        assert browser.execute_script("return document.documentElement.lang") == "zh"


@pytest.mark.parametrize("view", ["table", "matrix", "timeline"])
def test_views_fit_a_phone(browser: Chrome, pages: dict[str, str], view: str) -> None:
    """At 360 pixels no view is wider than the screen; what is wider scrolls inside."""
    size = {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    opened(browser, f"{pages['small']}#view={view}")
    assert browser.execute_script("return document.documentElement.scrollWidth") == 360
    wide = size | {"width": 1280, "height": 800}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", wide)


@pytest.mark.system("explorer-modules")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "view",
    ["", "view=table", "view=matrix&a=urn:litkg:method:unet&b=urn:litkg:task:imagesegmentation",
     "view=timeline", "entity=urn:litkg:method:unet", "paper=p1"],
)  # fmt: skip
def test_axe_finds_nothing(browser: Chrome, pages: dict[str, str], view: str, scheme: str) -> None:
    """The rules of WCAG 2.1 A and AA, checked by axe-core, hold in every state and scheme."""
    media = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": media})
    opened(browser, f"{pages['small']}#{view}")
    browser.execute_script(AXE.read_text("utf-8"))
    found: list[dict[str, Any]] = browser.execute_async_script(
        "const done = arguments[0]; axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})"
        ".then((all) => done(all.violations.map(({id, nodes}) =>"
        " ({id, nodes: nodes.map((node) => node.html.slice(0, 200))}))))"
    )
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    assert found == []
