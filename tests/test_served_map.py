"""The map of a running ``kg serve`` in a real browser: what the page lacks comes from the server."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import chromium, opened, severe
from graphs import NASTY, E, P, folder_of, graph_of, hostile_graph, rows_of, small_graph
from helpers import ROOT
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait
from served import Server, served

from ontology.terms import EntityType, RelationType, Role

AXE = ROOT / "exports" / "templates" / "explorer" / "node_modules" / "axe-core" / "axe.min.js"
ONLY_LOOPBACK = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
TINYSEG = "urn:litkg:method:tinyseg"

pytestmark = pytest.mark.system("chromium chromium-driver")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The small graph, of which the map shows two entities at first."""
    folder = folder_of(small_graph(), tmp_path_factory.mktemp("small") / "map")
    with served(folder, "--max-nodes", "2") as server:
        yield server


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with chromium(tmp_path_factory.mktemp("profile"), ONLY_LOOPBACK) as driver:
        yield driver


def crowded() -> Any:
    """Ninety papers on one task; of 80 one sentence each says that a method is used for it."""
    papers = [
        P(
            f"p{number:02}", f"Paper {number}",
            f"Step {number} grows. Grow is used for weeding {number} times." if number < 80 else "soil",
            year=1930 + number,
            links=(("weeding", Role.USES, ("weeding",)), ("Grow", Role.USES, ("Grow",))) if number < 80
            else (("soil", Role.USES, ("soil",)),),
            relations=(("Grow", RelationType.USED_FOR, "weeding"),) if number < 80 else (),
        )
        for number in range(90)
    ]  # fmt: skip
    entities = [E(EntityType.TASK, "weeding"), E(EntityType.METHOD, "Grow"), E(EntityType.MODALITY, "soil")]  # fmt: skip
    return graph_of("Crowded", entities, papers)


def heading(browser: Chrome) -> str:
    return str(browser.execute_script("return document.querySelector('#panel h2').textContent"))


def wait_for(browser: Chrome, heading_: str) -> None:
    WebDriverWait(browser, 20).until(lambda b: heading(b) == heading_)


def count(browser: Chrome, selector: str) -> int:
    return len(browser.find_elements(By.CSS_SELECTOR, selector))


def test_map_opens_under_its_policy(browser: Chrome, small: Server) -> None:
    """The page draws itself, asks this server alone, and the browser has nothing to complain of."""
    browser.get_log("performance")
    browser.get_log("browser")
    opened(browser, small.home)
    assert browser.find_element(By.TAG_NAME, "h1").text == "Cells, small"
    assert count(browser, "#map canvas") > 1
    notice = browser.find_element(By.CSS_SELECTOR, ".notice").text
    assert notice == "Showing 2 of 9 entities; search finds all."
    assert severe(browser) == []
    messages = [json.loads(row["message"])["message"] for row in browser.get_log("performance")]
    asked = [
        each["params"]["request"]["url"]
        for each in messages
        if each["method"] == "Network.requestWillBeSent"
    ]
    assert not [url for url in asked if not url.startswith((small.home, "about:", "data:"))]


@pytest.mark.parametrize(
    ("typed", "name"),
    [("tinys", "TinySeg"), ("卷积", "convolutional neural network"), ("micrograph", "microscopy image")],
)  # fmt: skip
def test_search_reaches_beyond_the_map(
    browser: Chrome, small: Server, typed: str, name: str
) -> None:
    """An entity that the map does not show is suggested by any of its names, and opens."""
    opened(browser, small.home)
    field = browser.find_element(By.CSS_SELECTOR, ".search input")
    field.send_keys(typed)
    field.send_keys(Keys.ENTER)
    wait_for(browser, name)


def test_neighbourhood_comes_to_the_map(browser: Chrome, small: Server) -> None:
    """What was fetched stands on the map with its neighbours, relations, sentences and papers."""
    browser.get_log("browser")
    opened(browser, f"{small.home}#entity={TINYSEG}")
    wait_for(browser, "TinySeg")
    panel = browser.find_element(By.ID, "panel").text
    for text in ("TinySeg is smaller than U-Net.", "Broader\nU-Net", "compared with →", "2021"):
        assert text in panel
    for iri in (TINYSEG, "urn:litkg:method:unet", "urn:litkg:dataset:minipix"):
        place = browser.execute_script("return explorer.position(arguments[0])", iri)
        assert 256 < place["x"] < 928
    browser.find_element(By.LINK_TEXT, "MiniPix").click()
    wait_for(browser, "MiniPix")
    browser.find_element(By.CSS_SELECTOR, "button.back").click()
    wait_for(browser, "TinySeg")
    assert severe(browser) == []


def test_addresses_lead_beyond_the_map(browser: Chrome, small: Server) -> None:
    """An address may name a paper or a pair that the page does not hold."""
    opened(browser, f"{small.home}#paper=p2")
    wait_for(browser, "TinySeg: counting cells with few weights")
    marks = "return [...document.querySelectorAll('.abstract .mark')].map(m => m.textContent)"
    WebDriverWait(browser, 20).until(
        lambda b: b.execute_script(marks)[:3] == ["TinySeg", "U-Net", "TinySeg"]
    )
    opened(browser, f"{small.home}#a={TINYSEG}&b=urn:litkg:task:cellcounting")
    WebDriverWait(browser, 20).until(lambda b: "used for" in b.find_element(By.ID, "panel").text)


def test_what_the_graph_lacks_is_said(browser: Chrome, small: Server) -> None:
    """An address of nothing gives a sentence, and the page goes on."""
    opened(browser, f"{small.home}#entity=urn:litkg:method:none")
    alert = browser.find_element(By.CSS_SELECTOR, "#side [role=alert]")
    WebDriverWait(browser, 20).until(lambda _: "the graph has none of this IRI" in alert.text)
    browser.execute_script("location.hash = arguments[0]", f"#entity={TINYSEG}")
    wait_for(browser, "TinySeg")
    assert alert.text == ""


def test_further_papers_and_sentences(browser: Chrome, tmp_path: Path) -> None:
    """Papers and sentences beyond those of the page come when asked for, none twice."""
    with served(folder_of(crowded(), tmp_path / "map"), "--max-nodes", "1") as server:
        opened(browser, f"{server.home}#entity=urn:litkg:method:grow")
        wait_for(browser, "Grow")
        start = count(browser, ".quotes > li")
        for more in browser.find_elements(By.XPATH, "//button[text()='More sentences']"):
            more.click()
        WebDriverWait(browser, 20).until(lambda b: count(b, ".quotes > li") > start + 15)
        quotes = [each.text for each in browser.find_elements(By.TAG_NAME, "blockquote")]
        assert len(quotes) == len(set(quotes))
        opened(browser, f"{server.home}#a=urn:litkg:method:grow&b=urn:litkg:task:weeding")
        WebDriverWait(browser, 20).until(lambda b: count(b, ".quotes > li") == 20)
        for expected in (40, 60, 80):
            browser.find_element(By.XPATH, "//button[text()='More sentences']").click()
            WebDriverWait(browser, 20).until(lambda b, n=expected: count(b, ".quotes > li") == n)
        assert not browser.find_element(
            By.XPATH, "//button[text()='More sentences']"
        ).is_displayed()


def test_rebuilt_graph_is_noticed(browser: Chrome, tmp_path: Path) -> None:
    """A page of the graph before says that it must be loaded again, and mixes nothing."""
    folder = folder_of(small_graph(), tmp_path / "map")
    with served(folder, "--max-nodes", "2") as server:
        opened(browser, server.home)
        shutil.rmtree(folder)
        folder_of(hostile_graph(), folder)
        field = browser.find_element(By.CSS_SELECTOR, ".search input")
        field.send_keys("tinyseg")
        browser.execute_script("location.hash = arguments[0]", f"#entity={TINYSEG}")
        alert = browser.find_element(By.CSS_SELECTOR, "#side [role=alert]")
        WebDriverWait(browser, 20).until(lambda _: alert.text)


def test_hostile_texts_stay_text(browser: Chrome, tmp_path: Path) -> None:
    """Markup in names, titles and abstracts that the server sends is shown as written."""
    graph = hostile_graph()
    with served(folder_of(graph, tmp_path / "map"), "--max-nodes", "1") as server:
        opened(browser, server.home)
        browser.execute_script("window.alert = () => { window.__pwned = true; };")
        browser.get_log("browser")
        assert NASTY[2] == browser.find_element(By.TAG_NAME, "h1").text
        views = [
            ({"entity": row["iri"]}, row["name"])
            for row in rows_of(graph, "entities")
            if row["papers"]
        ]
        views += [({"paper": row["id"]}, row["title"]) for row in rows_of(graph, "papers")]
        for view, expected in views:
            browser.execute_script("location.hash = new URLSearchParams(arguments[0])", view)
            WebDriverWait(browser, 20).until(
                lambda b, expected=expected: b.execute_script(
                    "return document.querySelector('#panel h2').textContent === arguments[0]",
                    expected,
                )
            )
        assert browser.execute_script("return window.__pwned") is None
        assert browser.execute_script("return document.scripts.length") == 1
        assert severe(browser) == []


@pytest.mark.system("explorer-modules")
@pytest.mark.parametrize("view", ["", f"entity={TINYSEG}", "paper=p2"])
def test_axe_finds_nothing(browser: Chrome, small: Server, view: str) -> None:
    """The rules of WCAG 2.1 A and AA, checked by axe-core, hold in the served page."""
    browser.execute_cdp_cmd("Page.setBypassCSP", {"enabled": True})
    opened(browser, f"{small.home}#{view}")
    WebDriverWait(browser, 20).until(lambda b: not view or count(b, "#panel.chosen"))
    browser.execute_script(AXE.read_text("utf-8"))
    found: list[dict[str, Any]] = browser.execute_async_script(
        "const done = arguments[0]; axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})"
        ".then((all) => done(all.violations.map(({id, nodes}) =>"
        " ({id, nodes: nodes.map((node) => node.html.slice(0, 200))}))))"
    )
    browser.execute_cdp_cmd("Page.setBypassCSP", {"enabled": False})
    assert found == []
