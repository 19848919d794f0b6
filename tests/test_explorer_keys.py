"""The explorer by keyboard alone: the map, the order of stops, what a screen reader is told."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest
from browser import chromium, heading, opened
from graphs import small_graph
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from exports.html import write

pytestmark = pytest.mark.system("chromium chromium-driver")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("pages") / "small.html"
    write(small_graph(), path)
    return path.as_uri()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with chromium(tmp_path_factory.mktemp("profile"), "--force-prefers-reduced-motion") as driver:
        yield driver


def press(browser: Chrome, *keys: str) -> None:
    ActionChains(browser).send_keys(*keys).perform()


def spoken(browser: Chrome) -> str:
    return browser.find_element(By.ID, "spoken").get_attribute("textContent") or ""


def on_map(browser: Chrome, page: str) -> None:
    """Open the page and go to the map by the keyboard, so that the browser shows its focus."""
    opened(browser, page)
    browser.find_element(By.CSS_SELECTOR, ".save summary").send_keys(Keys.TAB)
    assert browser.switch_to.active_element.get_attribute("id") == "map"


def place(browser: Chrome, name: str) -> dict[str, float]:
    found: dict[str, float] = browser.execute_script(
        "return explorer.position(arguments[0])", f"urn:litkg:{name}"
    )
    return found


def test_map_speaks_where_it_stands(browser: Chrome, page: str) -> None:
    """Coming to the map stands on the entity of most papers and says its name, type and papers."""
    on_map(browser, page)
    assert spoken(browser) == "CellPix, Dataset, 3 papers, 5 lines"


def test_arrows_walk_and_enter_opens(browser: Chrome, page: str) -> None:
    """An arrow leads to an entity on its side of the screen, the opposite one back; Enter opens it."""
    on_map(browser, page)
    addresses = {
        "Method": "method", "Task": "task", "Dataset": "dataset", "Modality": "modality",
    }  # fmt: skip

    def stand(words: str) -> dict[str, float]:
        name, kind, *_ = words.split(", ")
        return place(browser, f"{addresses[kind]}:{name.replace(' ', '').replace('-', '').lower()}")

    walked = 0
    for key, axis, sign in (
        (Keys.ARROW_LEFT, "x", -1), (Keys.ARROW_RIGHT, "x", 1),
        (Keys.ARROW_UP, "y", -1), (Keys.ARROW_DOWN, "y", 1),
    ):  # fmt: skip
        before = spoken(browser)
        press(browser, key)
        if spoken(browser) != before:
            walked += 1
            # The map may have moved along, so both places are asked for now.
            assert (stand(spoken(browser))[axis] - stand(before)[axis]) * sign > 0
    assert walked >= 3
    name = spoken(browser).split(", ")[0]
    press(browser, Keys.ENTER)
    WebDriverWait(browser, 5).until(lambda b: heading(b) == name)
    focused = "return document.activeElement.closest('#panel, #map').id"
    assert browser.execute_script(focused) == "panel"
    press(browser, Keys.ESCAPE)
    WebDriverWait(browser, 5).until(lambda b: "Most studied" in b.find_element(By.ID, "panel").text)
    assert browser.execute_script(focused) == "map"


def test_keys_zoom(browser: Chrome, page: str) -> None:
    """Plus draws two entities apart, minus together again, and 0 shows all."""
    on_map(browser, page)

    def apart() -> int:
        a, b = place(browser, "method:unet"), place(browser, "dataset:minipix")
        if a is None or b is None:  # drawn so far apart that one is out of sight
            return 1_000_000
        return round(((a["x"] - b["x"]) ** 2 + (a["y"] - b["y"]) ** 2) ** 0.5)

    whole = apart()
    press(browser, "+")
    WebDriverWait(browser, 5).until(lambda _: apart() > 1.4 * whole)
    press(browser, "-")
    WebDriverWait(browser, 5).until(lambda _: abs(apart() - whole) < 3)
    press(browser, "+", "+")
    press(browser, "0")
    WebDriverWait(browser, 5).until(lambda _: abs(apart() - whole) < 3)


def test_tab_goes_through_the_page_in_order(browser: Chrome, page: str) -> None:
    """The tab key visits search, filters, views, map, tools and panel in the order they are seen."""
    opened(browser, page)
    parts = []
    for _ in range(40):
        press(browser, Keys.TAB)
        part = browser.execute_script(
            "const found = document.activeElement.closest("
            "'.search, .filters, .views, #map, .tools, #panel'); return found && (found.id || found.className)"
        )
        if part is None:
            break
        parts.append(part)
    order = [part for part, _ in groupby(parts)]
    assert order == ["search", "filters", "views", "map", "tools", "panel"]


def test_map_without_entities_is_no_application(browser: Chrome, tmp_path: Path) -> None:
    """A page without a map keeps the keys of the browser and screen reader as they are."""
    from ontology.tables import MemoryTables

    write(MemoryTables("Empty", {}), tmp_path / "empty.html")
    opened(browser, (tmp_path / "empty.html").as_uri())
    host = browser.find_element(By.ID, "map")
    assert (host.get_attribute("role"), host.get_attribute("tabindex")) == ("region", "-1")
