"""What papers may bring into the explorer: mathematics, markup, long and foreign names, many papers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import chromium, heading, opened, severe
from graphs import E, P, graph_of
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from exports.html import write
from ontology.terms import EntityType, Role

pytestmark = pytest.mark.system("chromium chromium-driver")

READABLE = [
    ("E$^2$-Net and R$^{2}$", "E<sup>2</sup>-Net and R<sup>2</sup>"),
    (r"\textit{Deep} \emph{nets} in \textbf{bold}", "<i>Deep</i> <i>nets</i> in <b>bold</b>"),
    (r"$\ell_1$-norms in $O(\sqrt{n} \log n)$", "ℓ<sub>1</sub>-norms in O(√n log n)"),
    (r"$\widetilde{O}(\epsilon^{-2})$ for $\frac{1}{2}$", "Õ(ε<sup>-2</sup>) for 1/2"),
    (
        "H<sub>2</sub>O and <i>E. coli</i> &amp; more",
        "H<sub>2</sub>O and <i>E. coli</i> &amp; more",
    ),
    (r"Schr\"odinger and G\"{o}del at 5\%", "Schrödinger and Gödel at 5%"),
    # What is no markup, or does not end, stays as it is.
    ("It costs $5 or $6", "It costs $5 or $6"),
    (r"An open \textbf{brace and \unknown{x}", r"An open \textbf{brace and \unknown{x}"),
    ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
    ("<i onclick=alert(1)>x</i>", "&lt;i onclick=alert(1)&gt;x&lt;/i&gt;"),
    ("&lt;img src=x onerror=alert(1)&gt;", "&lt;img src=x onerror=alert(1)&gt;"),
]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with chromium(tmp_path_factory.mktemp("profile"), "--force-prefers-reduced-motion") as driver:
        yield driver


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Each title also opens its abstract, before a name that is marked."""
    path = tmp_path_factory.mktemp("pages") / "readable.html"
    papers = [
        P(f"p{n}", title, f"{title} with U-Net.", links=(("U-Net", Role.USES, ("U-Net",)),))
        for n, (title, _) in enumerate(READABLE)
    ]
    write(graph_of("Readable", [E(EntityType.METHOD, "U-Net")], papers), path)
    return path.as_uri()


@pytest.mark.parametrize(("number", "shown"), [(n, shown) for n, (_, shown) in enumerate(READABLE)])
def test_titles_are_readable(browser: Chrome, page: str, number: int, shown: str) -> None:
    """Known LaTeX and HTML is drawn as a reader expects, in title and abstract; the rest stays text."""
    browser.get_log("browser")
    opened(browser, f"{page}#paper=p{number}")
    title = browser.find_element(By.CSS_SELECTOR, "#panel h2").get_attribute("innerHTML")
    abstract = browser.find_element(By.CSS_SELECTOR, ".abstract").get_attribute("innerHTML")
    assert title == shown
    assert abstract is not None
    assert abstract.startswith(f"{shown} with <a ")
    assert [a.text for a in browser.find_elements(By.CSS_SELECTOR, ".abstract .mark")] == ["U-Net"]
    assert severe(browser) == []


def test_marks_survive_markup(browser: Chrome, tmp_path: Path) -> None:
    """A mention inside a command, or with a formula in its name, is marked whole and alone."""
    title = r"\emph{U-Net} beside 𝔘 and the $\ell_1$ norm"
    paper = P(
        "p", title, "", links=(
            ("U-Net", Role.USES, ("U-Net",)), ("l1 norm", Role.USES, (r"$\ell_1$ norm",)),
        ),
    )  # fmt: skip
    entities = [E(EntityType.METHOD, "U-Net"), E(EntityType.METHOD, "l1 norm")]
    write(graph_of("Marks", entities, [paper]), tmp_path / "marks.html")
    opened(browser, (tmp_path / "marks.html").as_uri() + "#paper=p")
    heading = browser.find_element(By.CSS_SELECTOR, "#panel h2")
    assert heading.text == "U-Net beside 𝔘 and the ℓ1 norm"
    assert [mark.text for mark in heading.find_elements(By.CSS_SELECTOR, ".mark")] == [
        "U-Net",
        "ℓ1 norm",
    ]


def test_search_finds_what_is_shown(browser: Chrome, page: str) -> None:
    """Titles are found by what a reader sees, small digits and accents included."""
    opened(browser, page)
    for typed in ("schrodinger and godel", "deep nets in bold"):
        field = browser.find_element(By.CSS_SELECTOR, ".search input")
        field.clear()
        field.send_keys(typed)
        assert len(browser.find_elements(By.CSS_SELECTOR, "#hits [role=option]")) == 1


@pytest.mark.parametrize(
    "name", ["n" * 500, "تقسيم الصور الطبية", "基于扩散模型的医学图像分割方法", "שיטת למידה עמוקה"]
)
@pytest.mark.parametrize("view", ["map", "table", "matrix", "timeline"])
def test_long_and_foreign_names_fit(browser: Chrome, tmp_path: Path, name: str, view: str) -> None:
    """Names of 500 letters, from right to left or in Chinese fit every view and the panel."""
    links = ((name, Role.USES, (name,)), ("other", Role.USES, ("other",)))
    paper = P("p", f"{name} and other", "", year=2020, links=links)
    entities = [E(EntityType.METHOD, name), E(EntityType.TASK, "other")]
    write(graph_of(name, entities, [paper]), tmp_path / "names.html")
    browser.get_log("browser")
    opened(browser, (tmp_path / "names.html").as_uri() + f"#view={view}")
    links = browser.find_elements(By.CSS_SELECTOR, "#view a[href*='entity=']") or (
        browser.find_elements(By.CSS_SELECTOR, ".bars a")
    )
    browser.execute_script("arguments[0].click()", links[0])
    WebDriverWait(browser, 5).until(lambda b: heading(b)[:20] in {name[:20], "other"})
    assert browser.execute_script("return document.documentElement.scrollWidth") == 1280
    assert severe(browser) == []


def test_entity_of_twenty_thousand_papers(browser: Chrome, tmp_path: Path) -> None:
    """All 20,000 papers of an entity count; the list begins with a few, and says how many are here."""
    papers = [
        P(f"p{n}", f"U-Net, part {n}", "", year=2000 + n % 25, links=(("U-Net", Role.USES, ("U-Net",)),))
        for n in range(20_000)
    ]  # fmt: skip
    path = tmp_path / "many.html"
    write(graph_of("Many", [E(EntityType.METHOD, "U-Net")], papers), path)
    assert path.stat().st_size < 1_500_000
    browser.get_log("browser")
    opened(browser, path.as_uri() + "#entity=urn:litkg:method:unet")
    text = browser.find_element(By.ID, "panel").text
    assert "20,000\npapers" in text
    assert "of 20,000 papers are in this file" in text
    assert len(browser.find_elements(By.CSS_SELECTOR, ".papers li")) <= 8
    opened(browser, path.as_uri() + "#entity=urn:litkg:method:unet&years=2000-2000")
    assert "800\npapers" in browser.find_element(By.ID, "panel").text
    assert severe(browser) == []
