"""Tests that need a part of the operating system skip without it, or fail where it is required."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import hypothesis
import pytest
from bolt_server import given_server, java
from graphs import folder_of, hostile_graph
from helpers import ROOT, SHARED
from served import Server, served

from extractors.settings import Settings
from kg import Graph, build

EXAMPLES = ROOT / "examples"
hypothesis.settings.register_profile("litkg", deadline=None)  # no timing in tests
hypothesis.settings.load_profile("litkg")

APT = "apt-get install chromium chromium-driver"
PARTS = {
    "chromium": (Path("/usr/bin/chromium"), APT),
    "chromium-driver": (Path("/usr/bin/chromedriver"), APT),
    "explorer-modules": (
        ROOT / "exports" / "templates" / "explorer" / "node_modules",
        "npm ci --prefix exports/templates/explorer",
    ),
    "bolt-server": (java(), 'pip install -e ".[dev]", or name a Neo4j in NEO4J_URI'),
}
"""Parts that no Python package brings: where each is found, and the line that installs it."""


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("system"):
        missing = [name for name in marker.args[0].split() if not _present(name)]
        if not missing:
            continue
        reason = f"needs {' and '.join(missing)}; install: {PARTS[missing[0]][1]}"
        if os.environ.get("LITKG_REQUIRE_SYSTEM") == "1":
            pytest.fail(f"{reason} (LITKG_REQUIRE_SYSTEM=1 forbids skipping)", pytrace=False)
        pytest.skip(reason)


def _present(name: str) -> bool:
    return PARTS[name][0].exists() or (name == "bolt-server" and given_server() is not None)


@pytest.fixture(scope="session")
def example_graph(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    """The graph of the example corpus; tests only read it."""
    return build(EXAMPLES, tmp_path_factory.mktemp("examples") / "map", workers=1)


@pytest.fixture(scope="session")
def real_graph(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    """A graph of 5,000 papers as they were published, read by the rules; tests only read it."""
    corpus = SHARED / "corpus" / "papers.jsonl.gz"
    if not corpus.is_file():
        pytest.skip("needs ../shared, which is not part of the product")
    folder = tmp_path_factory.mktemp("real")
    with gzip.open(corpus, "rt", encoding="utf-8") as file:
        (folder / "papers.jsonl").write_text("".join(islice(file, 0, 65_000, 13)), encoding="utf-8")
    return build(folder / "papers.jsonl", folder / "map", settings=Settings())


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server of a graph whose every text is hostile; tests only ask it."""
    folder = folder_of(hostile_graph(), tmp_path_factory.mktemp("hostile") / "map")
    with served(folder) as running:
        yield running
