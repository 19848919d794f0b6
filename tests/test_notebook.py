from __future__ import annotations

import sys
from pathlib import Path

import pytest
from browser import chromium, heading, severe
from graphs import folder_of, small_graph
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from kg.graph import Graph, open_graph
from ontology.errors import InputError, MissingDependencyError


@pytest.fixture
def graph(tmp_path: Path) -> Graph:
    return open_graph(folder_of(small_graph(), tmp_path / "map"))


def notebook(browser: Chrome, folder: Path, shown: str) -> None:
    """Open a page that holds what a notebook's cell shows, and enter its frame."""
    path = folder / "notebook.html"
    path.write_text(f"<!doctype html><title>Notebook</title><p id=cell>In [1]</p>{shown}", "utf-8")
    browser.get(path.as_uri())
    browser.switch_to.frame(browser.find_element(By.TAG_NAME, "iframe"))


def test_unknown_name_is_refused(graph: Graph) -> None:
    """A name that no entity has raises as it does elsewhere."""
    with pytest.raises(InputError, match='"TinySge": no entity has this name'):
        graph.show("TinySge")


def test_missing_ipython_names_its_install_line(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without IPython the error says how to install it."""
    monkeypatch.setitem(sys.modules, "IPython.display", None)
    with pytest.raises(MissingDependencyError) as caught:
        graph.show()
    assert str(caught.value) == (
        'graph.show: IPython is not installed; install it with: pip install "litkg[notebook]"'
    )


def test_page_stands_in_a_sandboxed_frame(graph: Graph) -> None:
    """The object is HTML of one frame, whose page runs apart from the notebook."""
    shown = graph.show(height=300).data
    assert shown.count("<iframe") == shown.count("</iframe>") == 1
    assert 'sandbox="allow-scripts allow-downloads allow-popups"' in shown
    assert "height:300px" in shown
    assert graph.show("U-Net").data != shown


@pytest.mark.system("chromium chromium-driver")
def test_explorer_works_inside_a_notebook(graph: Graph, tmp_path: Path) -> None:
    """In the frame links, filters and the way back work, and the notebook around stays where it is."""
    with chromium(tmp_path / "profile") as browser:
        notebook(browser, tmp_path, graph.show().data)
        WebDriverWait(browser, 20).until(
            lambda b: b.execute_script("return document.documentElement.dataset.ready")
        )

        def wait_for(text: str) -> None:
            WebDriverWait(browser, 20).until(lambda b: heading(b) == text)

        wait_for("Most studied")
        browser.find_element(By.PARTIAL_LINK_TEXT, "CellPix").click()
        wait_for("CellPix")
        browser.find_element(By.CSS_SELECTOR, ".type").click()
        assert "entity=" in browser.execute_script("return location.hash")
        assert "hide=Task" in browser.execute_script("return location.hash")
        browser.find_element(By.LINK_TEXT, "Table").click()
        rows = By.CSS_SELECTOR, ".entities tbody tr"
        WebDriverWait(browser, 20).until(lambda b: b.find_elements(*rows))
        browser.find_element(By.CSS_SELECTOR, "button.close").click()
        wait_for("Most studied")
        with pytest.raises(Exception, match=r"SecurityError|Blocked a frame"):
            browser.execute_script("return parent.document.title")
        browser.switch_to.default_content()
        assert browser.find_element(By.ID, "cell").text == "In [1]"
        assert severe(browser) == []


@pytest.mark.system("chromium chromium-driver")
def test_neighbourhood_shows_inside_a_notebook(graph: Graph, tmp_path: Path) -> None:
    """The page of a neighbourhood draws its entities in the frame, under one heading."""
    with chromium(tmp_path / "profile") as browser:
        notebook(browser, tmp_path, graph.show("U-Net").data)
        headings = browser.find_elements(By.TAG_NAME, "h1")
        assert [found.text for found in headings] == ["U-Net in Cells, small"]
        assert browser.execute_script("return nodes.length") == 9
        assert severe(browser) == []
