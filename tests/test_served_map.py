"""The map of a running ``kg serve`` in a real browser: what the page lacks comes from the server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import chromium, opened, severe
from graphs import NASTY, E, P, folder_of, graph_of, hostile_graph, rows_of, small_graph
from helpers import ROOT
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select
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
        folder.rename(tmp_path / "retired")  # its store may still be in the making
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
@pytest.mark.parametrize(
    "view", ["", f"entity={TINYSEG}", "paper=p2", "view=sparql", "view=cypher"]
)
def test_axe_finds_nothing(browser: Chrome, small: Server, view: str) -> None:
    """The rules of WCAG 2.1 A and AA, checked by axe-core, hold in the served page."""
    browser.execute_cdp_cmd("Page.setBypassCSP", {"enabled": True})
    opened(browser, f"{small.home}#{view}")
    if "view" in view:
        Select(browser.find_element(By.CSS_SELECTOR, ".ask select")).select_by_value("top-of-year")
        browser.find_element(By.CSS_SELECTOR, ".run").click()
        told(browser, " in ")
    elif view:
        WebDriverWait(browser, 20).until(lambda b: count(b, "#panel.chosen"))
    browser.execute_script(AXE.read_text("utf-8"))
    found: list[dict[str, Any]] = browser.execute_async_script(
        "const done = arguments[0]; axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})"
        ".then((all) => done(all.violations.map(({id, nodes}) =>"
        " ({id, nodes: nodes.map((node) => node.html.slice(0, 200))}))))"
    )
    browser.execute_cdp_cmd("Page.setBypassCSP", {"enabled": False})
    assert found == []


@pytest.fixture(scope="module")
def saved(browser: Chrome, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the browser saves files into."""
    folder = tmp_path_factory.mktemp("saved")
    allowed = {"behavior": "allow", "downloadPath": str(folder)}
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", allowed)
    return folder


def write(browser: Chrome, query: str) -> None:
    """Type a query into the editor in place of what stands there, and run it by keyboard."""
    browser.find_element(By.CSS_SELECTOR, ".cm-content").click()
    keys = ActionChains(browser)
    keys.key_down(Keys.CONTROL).send_keys("a").key_up(Keys.CONTROL).send_keys(query)
    keys.key_down(Keys.CONTROL).send_keys(Keys.ENTER).key_up(Keys.CONTROL).perform()


def told(browser: Chrome, text: str) -> None:
    """Wait until the tab says so."""
    WebDriverWait(browser, 40).until(
        lambda b: text in b.find_element(By.CSS_SELECTOR, ".message").text
    )


def column(browser: Chrome, number: int) -> list[str]:
    cells = browser.find_elements(By.CSS_SELECTOR, f".answer tbody td:nth-child({number})")
    return [cell.text for cell in cells]


@pytest.mark.parametrize("language", ["sparql", "cypher"])
def test_recipe_is_filled_and_run(
    browser: Chrome, small: Server, saved: Path, language: str
) -> None:
    """A question of the cookbook is chosen, its parameter filled in, its rows sorted, saved, drawn."""
    browser.get_log("browser")
    opened(browser, f"{small.home}#view={language}")
    WebDriverWait(browser, 20).until(lambda b: count(b, ".ask option") > 30)
    Select(browser.find_element(By.CSS_SELECTOR, ".ask select")).select_by_value("compared-with")
    field = browser.find_element(By.CSS_SELECTOR, ".values input[name=method]")
    field.clear()
    field.send_keys("unet")
    browser.find_element(By.CSS_SELECTOR, ".run").click()
    told(browser, "1 row in")
    assert column(browser, 1) == ["TinySeg"]
    browser.find_element(By.CSS_SELECTOR, ".answer th button").click()
    assert count(browser, ".answer th[aria-sort=ascending]") == 1
    browser.find_element(By.CSS_SELECTOR, ".save summary").click()
    browser.find_element(By.XPATH, "//button[text()='Rows (CSV)']").click()
    file = saved / f"{language}.csv"
    WebDriverWait(browser, 20).until(lambda _: file.exists() and file.stat().st_size)
    assert file.read_text("utf-8-sig").splitlines() == ["method,papers", "TinySeg,1"]
    browser.find_element(By.XPATH, "//button[text()='Show on the map']").click()
    wait_for(browser, "1 entity")
    assert browser.execute_script("return explorer.position(arguments[0])", TINYSEG)
    browser.back()
    WebDriverWait(browser, 20).until(lambda b: column(b, 1) == ["TinySeg"])
    browser.find_element(By.LINK_TEXT, "TinySeg").click()
    wait_for(browser, "TinySeg")
    assert severe(browser) == []


def test_own_query_has_its_parameters(browser: Chrome, small: Server) -> None:
    """A ``$name`` in a query gets a field; its value is bound, whatever it holds."""
    opened(browser, f"{small.home}#view=cypher")
    write(browser, "MATCH (m:Method {name: $name}) RETURN m // all of it")
    told(browser, "Fill in the parameters")
    assert browser.switch_to.active_element.get_attribute("name") == "name"
    browser.switch_to.active_element.send_keys("TinySeg", Keys.ENTER)
    told(browser, "1 row in")
    assert column(browser, 1) == ["TinySeg"]


@pytest.mark.parametrize(
    ("language", "query", "complaint"),
    [
        ("sparql", "SELECT * { ?s ?p }", "query:1:19: syntax error at the end"),
        ("sparql", "INSERT DATA { <urn:a> <urn:b> 1 }", "INSERT is refused"),
        ("cypher", "MATCH (n) RETUR n", "query:1:18: syntax error"),
        ("cypher", "MATCH (n) DELETE n", "query:1:11: DELETE is refused"),
    ],
)
def test_bad_query_is_shown_where_and_why(
    browser: Chrome, small: Server, language: str, query: str, complaint: str
) -> None:
    """The reason stands under the editor, the place is marked in it, and the next query answers."""
    opened(browser, f"{small.home}#view={language}")
    write(browser, query)
    told(browser, complaint)
    assert count(browser, ".cm-lintRange-error, .cm-lintPoint") == 1
    again = {"sparql": "SELECT (1 AS ?n) { }", "cypher": "RETURN 1 AS n"}[language]
    write(browser, again)
    told(browser, "1 row in")
    assert column(browser, 1) == ["1"]
    assert count(browser, ".cm-lintRange-error, .cm-lintPoint") == 0


def test_answers_stay_text(browser: Chrome, tmp_path: Path) -> None:
    """Hostile texts in an answer are shown as written, and its links stay on the page."""
    with served(folder_of(hostile_graph(), tmp_path / "map"), "--max-nodes", "1") as server:
        opened(browser, f"{server.home}#view=sparql")
        browser.execute_script("window.alert = () => { window.__pwned = true; };")
        browser.get_log("browser")
        write(browser, "SELECT ?p ?title { ?p a litkg:Paper ; dcterms:title ?title } ORDER BY ?p")
        told(browser, "rows in")
        titles = [str(row["title"]) for row in rows_of(hostile_graph(), "papers")]
        shown = browser.execute_script(
            "return [...document.querySelectorAll('.answer td:last-child')].map(c => c.textContent)"
        )
        assert sorted(titles) == sorted(shown)
        hrefs = browser.execute_script("return [...document.querySelectorAll('.answer a')].map(a => a.getAttribute('href'))")  # fmt: skip
        assert hrefs
        assert all(href.startswith("#") for href in hrefs)
        assert browser.execute_script("return window.__pwned") is None
        assert severe(browser) == []


@pytest.mark.parametrize("language", ["sparql", "cypher"])
def test_tabs_fit_a_phone(browser: Chrome, small: Server, language: str) -> None:
    """At 360 pixels nothing is wider than the screen."""
    size = {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        opened(browser, f"{small.home}#view={language}")
        assert browser.execute_script("return document.documentElement.scrollWidth") == 360
        assert browser.find_element(By.CSS_SELECTOR, ".run").is_displayed()
    finally:
        wide = size | {"width": 1280, "height": 800}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", wide)
