"""The SPARQL page of ``kg serve`` in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser import chromium
from graphs import folder_of, hostile_graph
from selenium.webdriver.common.by import By
from served import served

pytestmark = pytest.mark.system("chromium chromium-driver")
ONLY_LOOPBACK = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"


def test_asking_in_a_browser(tmp_path: Path) -> None:
    """A question typed into the page gives a table; the page keeps its rules: styled, no complaint."""
    folder = folder_of(hostile_graph(), tmp_path / "map")
    with served(folder) as server, chromium(tmp_path / "profile", ONLY_LOOPBACK) as driver:
        driver.get(server.url)
        box = driver.find_element(By.ID, "query")
        box.clear()
        box.send_keys("SELECT ?name { ?e a litkg:Method ; skos:prefLabel ?name } ORDER BY ?name")
        assert "monospace" in box.value_of_css_property("font-family")
        driver.find_element(By.TAG_NAME, "button").click()
        expected = server.ask("SELECT (COUNT(*) AS ?n) { ?e a litkg:Method }", "text/csv").text
        rows = driver.find_elements(By.CSS_SELECTOR, "tbody tr")
        assert int(expected.split()[1]) == len(rows)
        assert [] == driver.find_elements(By.CSS_SELECTOR, "script, img")
        assert [] == [
            line for line in driver.get_log("browser") if "favicon" not in line["message"]
        ]
        driver.find_element(By.TAG_NAME, "a").click()
        assert "From programs" in driver.page_source
