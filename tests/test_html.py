from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import zlib
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest
from browser import chromium, opened, severe
from graphs import NASTY, E, P, graph_of, hostile_graph, rows_of, small_graph
from helpers import ROOT
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from exports.addresses import address
from exports.cut import cut, strongest
from exports.html import generate, write
from ontology.tables import SCHEMAS, MemoryTables
from ontology.terms import EntityType, Role

EXPLORER = ROOT / "exports" / "templates" / "explorer"


def data_of(page: str) -> Any:
    """The graph that stands in a page."""
    found = re.search(r'id="data">([^<]*)</script>', page)
    assert found
    return json.loads(zlib.decompress(base64.b64decode(found[1])))


def test_strongest_entities_come_first() -> None:
    """The cut takes the entities of most papers, ties by IRI, and none without papers."""
    graph = small_graph()
    assert strongest(graph, max_nodes=3) == [
        "urn:litkg:dataset:cellpix",
        "urn:litkg:task:imagesegmentation",
        "urn:litkg:method:convolutionalneuralnetwork",
    ]
    assert len(strongest(graph, max_nodes=99)) == sum(
        row["papers"] > 0 for row in rows_of(graph, "entities")
    )


def test_evidence_cites_its_sentence() -> None:
    """Every relation shown has as many sentences as papers, and they lie inside the texts."""
    graph = small_graph()
    shown = cut(graph, strongest(graph, max_nodes=99))
    for edge in shown.edges:
        if edge.relation is not None:
            assert edge.papers == len(edge.evidence)
        for sentence in edge.evidence:
            paper = shown.papers[sentence.paper]
            assert sentence.end <= len(paper.title if sentence.field == "title" else paper.abstract)
    used = next(e for e in shown.edges if e.relation and e.relation.value == "used-for")
    assert ["p2", "p1"] == [shown.papers[sentence.paper].id for sentence in used.evidence]


@pytest.mark.parametrize("options", [{"evidence": "summary"}, {"evidence": "none"}])
def test_less_evidence_quotes_nothing(options: dict[str, Any]) -> None:
    """A page with less than full evidence holds no abstract, and cites titles only."""
    data = data_of(generate(small_graph(), **options))
    assert not any(data["papers"]["pieces"])
    nodes = data["nodes"]
    cited = [*nodes["evidence"], *nodes["definition"], *data["edges"]["evidence"]]
    assert {1} == {field for spans in cited for field in spans[1::4]}


def test_broader_terms_are_those_of_the_graph() -> None:
    """Every step of the hierarchy between two entities shown is in the cut, whatever its source."""
    graph = small_graph()
    iris = strongest(graph, max_nodes=99)
    nodes = cut(graph, iris).nodes
    found = {(low.iri, nodes[high].iri) for low in nodes for high in low.broader}
    steps = {(row["narrower"], row["broader"]) for row in rows_of(graph, "broader")}
    assert {(low, high) for low, high in steps if {low, high} <= set(iris)} == found
    assert found


def test_marks_are_the_mentions() -> None:
    """Marks of shown papers are exactly the mentions of shown entities in the table."""
    graph = small_graph()
    shown = cut(graph, strongest(graph, max_nodes=99))
    marks = {
        (paper.id, shown.nodes[mark.node].iri, mark.field, mark.start, mark.end)
        for paper in shown.papers
        for mark in paper.marks
    }
    assert marks == {
        (row["paper"], row["entity"], row["field"], row["start"], row["end"])
        for row in rows_of(graph, "mentions")
    }


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"url": "https://example.org/a?b=c#d"}, "https://example.org/a?b=c#d"),
        ({"url": "javascript:alert(1)"}, ""),
        ({"url": 'http://x/"><script>'}, ""),
        ({"url": "data:text/html,x", "arxiv": "0000.00001"}, "https://arxiv.org/abs/0000.00001"),
        ({"doi": "10.0000/a b<c>"}, "https://doi.org/10.0000/a%20b%3Cc%3E"),
        ({}, ""),
    ],
)
def test_only_web_addresses_become_links(fields: dict[str, str], expected: str) -> None:
    """A paper links to its page on the web or nowhere; nothing in an address can run."""
    assert expected == address({"url": "", "doi": "", "arxiv": "", "pmid": ""} | fields)


def test_same_graph_same_bytes() -> None:
    """Two runs write the same page."""
    assert generate(small_graph()) == generate(small_graph())


def test_data_says_what_was_cut() -> None:
    """The page knows how many entities and papers there are beside those it shows."""
    data = data_of(generate(small_graph(), max_nodes=2))
    assert data["nodes"]["name"] == ["CellPix", "image segmentation"]
    assert sum(data["entityCounts"]) == 9
    assert len(data["all"]["id"]) == 5


def test_long_texts_are_cut_to_the_sentence() -> None:
    """An abstract of a million characters leaves a window around the mention, not itself."""
    graph = small_graph()
    tables = {name: rows_of(graph, name) for name in SCHEMAS}
    paper = next(row for row in tables["papers"] if row["id"] == "p1")
    paper["abstract"] = f"{paper['abstract']} {'x' * 1_000_000}"
    long = MemoryTables(
        "long", {k: SCHEMAS[k].empty_table().from_pylist(v, SCHEMAS[k]) for k, v in tables.items()}
    )
    data = data_of(generate(long))
    papers = data["papers"]
    number = list(accumulate(papers["number"])).index(data["all"]["id"].index("p1"))
    assert papers["whole"][number] == 0
    assert sum(len(text) for text in papers["pieces"][number][1::2]) < 1000


def test_page_names_no_address_but_those_of_papers() -> None:
    """No element of the page loads anything, and its policy forbids all connections."""
    page = generate(hostile_graph())
    assert re.findall(r"(?:src|href)\s*=\s*[\"']?(?:https?:|//)|url\(|@import", page) == []
    assert "default-src &#x27;none&#x27;" in page
    assert page.count("<script") == page.count("</script>") == 2


def test_notices_of_bundled_libraries_are_in_the_page() -> None:
    """The licences of what the page contains travel with it."""
    notice = (EXPLORER / "LICENSE-THIRD-PARTY.txt").read_text(encoding="utf-8")
    assert notice.count("Permission is hereby granted") == 4
    assert notice in generate(small_graph())


def test_sources_never_parse_markup() -> None:
    """No source of the explorer uses an interface that turns text into markup or code."""
    forbidden = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function"
    )
    found = {
        path.name
        for path in (EXPLORER / "src").glob("*.ts")
        if forbidden.search(path.read_text("utf-8"))
    }
    assert found == set()


@pytest.mark.system("explorer-modules")
def test_built_script_is_that_of_the_sources(tmp_path: Path) -> None:
    """Building the explorer anew gives the committed bytes."""
    copy = tmp_path / "explorer"
    shutil.copytree(EXPLORER, copy, symlinks=True, ignore=shutil.ignore_patterns("node_modules"))
    (copy / "node_modules").symlink_to(EXPLORER / "node_modules")
    subprocess.run(["node", "build.mjs"], cwd=copy, check=True, capture_output=True)
    for name in (
        "explorer.js",
        "served.js",
        "LICENSE-THIRD-PARTY.txt",
        "LICENSE-THIRD-PARTY-SERVED.txt",
    ):
        assert (EXPLORER / name).read_bytes() == (copy / name).read_bytes()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Addresses of pages on disk: a small graph, a hostile one, an empty one."""
    folder = tmp_path_factory.mktemp("pages")
    graphs = {
        "small": small_graph(),
        "hostile": hostile_graph(),
        "empty": MemoryTables("Empty", {}),
    }
    for name, graph in graphs.items():
        write(graph, folder / f"{name}.html")
    return {name: (folder / f"{name}.html").as_uri() for name in graphs}


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with chromium(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


@pytest.fixture
def small(browser: Chrome, pages: dict[str, str]) -> Chrome:
    """The small graph, freshly opened."""
    opened(browser, pages["small"])
    return browser


def panel(browser: Chrome) -> str:
    return browser.find_element(By.ID, "panel").text


def wait_for(browser: Chrome, text: str) -> None:
    WebDriverWait(browser, 10).until(lambda b: text in panel(b))


def requests(browser: Chrome) -> set[str]:
    """Addresses that the browser asked for, from its own network record."""
    found = [json.loads(row["message"])["message"] for row in browser.get_log("performance")]
    return {
        row["params"]["request"]["url"]
        for row in found
        if row["method"] == "Network.requestWillBeSent"
    }


needs_chromium = pytest.mark.system("chromium chromium-driver")


@needs_chromium
def test_page_opens_from_disk_without_network(browser: Chrome, pages: dict[str, str]) -> None:
    """With the network cut the page draws itself, asks for itself alone and logs no error."""
    browser.get_log("performance")
    browser.get_log("browser")
    opened(browser, pages["small"])
    assert browser.find_element(By.TAG_NAME, "h1").text == "Cells, small"
    assert browser.find_elements(By.CSS_SELECTOR, "#map canvas") != []
    assert severe(browser) == []
    asked = {url for url in requests(browser) if not url.startswith(("about:", "data:", "blob:"))}
    assert asked == {pages["small"]}


@needs_chromium
@pytest.mark.parametrize(
    ("typed", "name"), [("CNN", "convolutional neural network"), ("图像", "image segmentation")]
)
def test_search_finds_by_alias(small: Chrome, typed: str, name: str) -> None:
    """“/” leads to the search, which knows aliases in every language; Enter opens the entity."""
    small.find_element(By.TAG_NAME, "body").send_keys("/")
    field = small.switch_to.active_element
    field.send_keys(typed)
    assert name in small.find_element(By.ID, "hits").text
    field.send_keys(Keys.ENTER)
    WebDriverWait(small, 10).until(
        lambda b: b.find_element(By.CSS_SELECTOR, "#panel h2").text == name
    )


@needs_chromium
def test_type_filter_hides(small: Chrome) -> None:
    """Switching a type off in the legend takes its entities off the map and the overview."""
    assert "cell counting" in panel(small)
    legend = small.find_element(By.CSS_SELECTOR, ".types")
    next(
        row for row in legend.find_elements(By.CSS_SELECTOR, "label") if "Tasks" in row.text
    ).click()
    assert "cell counting" not in panel(small)
    assert small.find_element(By.CSS_SELECTOR, ".status").text == "7 of 9 visible"
    assert small.execute_script("return location.hash") == "#hide=Task"


@needs_chromium
def test_least_papers_and_years_filter(small: Chrome) -> None:
    """The slider steps over the counts that occur; years leave what is dated within them."""
    slider = small.find_element(By.CSS_SELECTOR, ".controls > .control input")
    slider.send_keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    assert small.find_element(By.CSS_SELECTOR, ".status").text == "2 of 9 visible"
    assert ["CellPix", "image segmentation"] == sorted(
        row.text for row in small.find_elements(By.CSS_SELECTOR, ".bars .label")
    )
    slider.send_keys(Keys.HOME)
    small.find_elements(By.CSS_SELECTOR, ".two input")[0].send_keys(Keys.END)
    assert small.execute_script("return location.hash") == "#years=2022-2022"
    assert ["convolutional neural network", "image segmentation"] == sorted(
        row.text for row in small.find_elements(By.CSS_SELECTOR, ".bars .label")
    )


@needs_chromium
def test_click_on_a_circle_shows_its_evidence(small: Chrome) -> None:
    """A click on the map opens the entity with the sentence, its mention marked."""
    place = small.execute_script("return explorer.position('urn:litkg:method:tinyseg')")
    ActionChains(small).move_by_offset(place["x"], place["y"]).click().perform()
    ActionChains(small).move_by_offset(-place["x"], -place["y"]).perform()
    wait_for(small, "TinySeg is smaller than U-Net.")
    quote = small.find_element(By.CSS_SELECTOR, ".quotes blockquote")
    assert ["TinySeg", "U-Net"] == [
        mark.text for mark in quote.find_elements(By.CSS_SELECTOR, ".mark")
    ]


@needs_chromium
def test_entity_says_what_it_is(browser: Chrome, pages: dict[str, str]) -> None:
    """The panel of an entity opens with the sentence that defines it, and with the paper it is from."""
    opened(browser, pages["small"] + "#entity=urn:litkg:method:unet")
    definition = browser.find_element(By.CSS_SELECTOR, ".definition")
    assert "We introduce U-Net, a convolutional neural network" in definition.text
    assert "U-Net for image segmentation\n2015" in definition.text
    opened(browser, pages["small"] + "#entity=urn:litkg:task:cellcounting")
    assert browser.find_elements(By.CSS_SELECTOR, ".definition") == []


@needs_chromium
def test_entity_shows_its_broader_and_narrower_terms(
    browser: Chrome, pages: dict[str, str]
) -> None:
    """The panel of an entity names the terms above and below it, and leads to them."""
    opened(browser, pages["small"] + "#entity=urn:litkg:method:unet")
    assert "Broader\nconvolutional neural network" in panel(browser)
    browser.find_element(By.PARTIAL_LINK_TEXT, "TinySeg").click()
    wait_for(browser, "Broader\nU-Net")


@needs_chromium
def test_relation_shows_the_sentences_that_state_it(browser: Chrome, pages: dict[str, str]) -> None:
    """The address of a pair opens the relation with every sentence and its paper."""
    opened(browser, pages["small"] + "#a=urn:litkg:method:unet&b=urn:litkg:task:imagesegmentation")
    text = panel(browser)
    assert "used for" in text
    assert "TinySeg does segmentation as well as U-Net." in text
    assert "TinySeg: counting cells with few weights" in text


@needs_chromium
def test_paper_shows_its_abstract_marked(browser: Chrome, pages: dict[str, str]) -> None:
    """A paper's panel marks each mention in the colour of its type and links out safely."""
    opened(browser, pages["small"] + "#paper=p1")
    marks = browser.find_elements(By.CSS_SELECTOR, ".abstract .mark")
    assert [(mark.text, mark.get_attribute("class")) for mark in marks][:2] == [
        ("U-Net", "mark t2"),
        ("convolutional neural network", "mark t2"),
    ]
    link = browser.find_element(By.CSS_SELECTOR, "a.out")
    assert ("https://example.org/p1", "noopener noreferrer") == (
        link.get_attribute("href"),
        link.get_attribute("rel"),
    )


@needs_chromium
def test_address_restores_the_view(browser: Chrome, pages: dict[str, str]) -> None:
    """Entity, filters and lines in the address come back as they were shared; back goes back."""
    opened(browser, pages["small"] + "#entity=urn:litkg:dataset:cellpix&hide=Modality&lines=stated")
    wait_for(browser, "CellPix")
    assert not browser.find_elements(By.CSS_SELECTOR, ".types input")[3].is_selected()
    assert browser.find_element(By.CSS_SELECTOR, "input[value=stated]").is_selected()
    browser.find_element(By.LINK_TEXT, "MiniPix").click()
    wait_for(browser, "We evaluate TinySeg on MiniPix")
    browser.find_element(By.CSS_SELECTOR, "button.back").click()
    WebDriverWait(browser, 10).until(
        lambda b: b.find_element(By.CSS_SELECTOR, "#panel h2").text == "CellPix"
    )
    ActionChains(browser).send_keys(Keys.ESCAPE).perform()
    wait_for(browser, "Most studied")
    assert browser.execute_script("return location.hash") == "#hide=Modality&lines=stated"


@needs_chromium
def test_hostile_texts_stay_text(browser: Chrome, pages: dict[str, str]) -> None:
    """Markup in names, titles and abstracts is shown as written in every panel; nothing runs."""
    opened(browser, pages["hostile"])
    browser.execute_script("window.alert = () => { window.__pwned = true; };")
    browser.get_log("browser")
    assert NASTY[2] == browser.find_element(By.TAG_NAME, "h1").text
    graph = hostile_graph()
    views = [
        ({"entity": row["iri"]}, row["name"]) for row in rows_of(graph, "entities") if row["papers"]
    ]
    views += [({"paper": row["id"]}, row["title"]) for row in rows_of(graph, "papers")]
    for view, heading in views:
        browser.execute_script("location.hash = new URLSearchParams(arguments[0])", view)
        WebDriverWait(browser, 5).until(
            lambda b, heading=heading: b.execute_script(
                "return document.querySelector('#panel h2').textContent === arguments[0]", heading
            )
        )
    assert browser.execute_script("return window.__pwned") is None
    assert browser.execute_script("return document.scripts.length") == 1
    assert severe(browser) == []
    addresses = browser.execute_script(
        "return [...document.querySelectorAll('a')].map(a => a.protocol)"
    )
    assert set(addresses) <= {"file:", "http:", "https:"}


@needs_chromium
def test_empty_graph_says_so(browser: Chrome, pages: dict[str, str]) -> None:
    """A graph without entities opens with a sentence instead of a map."""
    browser.get_log("browser")
    opened(browser, pages["empty"])
    assert "This graph has no entities yet." in browser.find_element(By.ID, "map").text
    assert severe(browser) == []


@needs_chromium
@pytest.mark.parametrize("name", ["solo", "n" * 500, "تقسيم الصور", "图像分割 " * 20])
def test_one_entity_opens(browser: Chrome, tmp_path: Path, name: str) -> None:
    """A graph of one entity, whatever the length and script of its name, draws and opens."""
    paper = P("p", name, "", links=((name, Role.USES, (name.strip(),)),))
    page = tmp_path / "one.html"
    write(graph_of("One", [E(EntityType.TASK, name)], [paper]), page)
    browser.get_log("browser")
    opened(browser, page.as_uri())
    browser.find_element(By.CSS_SELECTOR, ".bars a").click()
    wait_for(browser, "In the papers’ words")
    assert browser.execute_script("return document.documentElement.scrollWidth") == 1280
    assert severe(browser) == []


@needs_chromium
def test_page_fits_a_phone(browser: Chrome, pages: dict[str, str]) -> None:
    """At 360 pixels nothing is wider than the screen."""
    size = {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    opened(browser, pages["small"] + "#entity=urn:litkg:method:unet")
    assert browser.execute_script("return document.documentElement.scrollWidth") == 360
    wide = size | {"width": 1280, "height": 800}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", wide)
