"""How the explorer looks: its main states against small pictures in tests/snapshots/explorer/.

The pictures are a tenth of the screen's size and are compared by blurred patches, so that another
machine's fonts pass and a part that is missing or misplaced does not. After a change that is meant,
look at the page, then renew them:

    LITKG_RENEW_SNAPSHOTS=1 pytest tests/test_explorer_looks.py
"""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from browser import chromium, opened
from graphs import E, P, graph_of
from helpers import ROOT
from numpy.lib.stride_tricks import sliding_window_view
from PIL import Image, ImageFilter
from selenium.webdriver import Chrome

from exports.html import write
from ontology.tables import MemoryTables
from ontology.terms import EntityType, RelationType, Role

pytestmark = pytest.mark.system("chromium chromium-driver")

SNAPSHOTS = ROOT / "tests" / "snapshots" / "explorer"
RENEW = os.environ.get("LITKG_RENEW_SNAPSHOTS") == "1"
SHRUNK = 10
PATCH = 8
SHIFT = 2
TOLERANCE = 15.0

WIDE, PHONE = (1280, 800), (360, 740)
METHOD = "urn:litkg:method:method3"
STATES = {
    "overview": ("", WIDE, "light"),
    "focus": (f"#entity={METHOD}", WIDE, "light"),
    "matrix": ("#view=matrix", WIDE, "light"),
    "table": ("#view=table", WIDE, "light"),
    "timeline": ("#view=timeline", WIDE, "light"),
    "dark": ("", WIDE, "dark"),
    "phone": (f"#entity={METHOD}", PHONE, "light"),
}


def themed_graph() -> MemoryTables:
    """Six groups of papers, each about entities of its own and one of the next group's.

    A graph by formula: the pictures change with the page alone, not with what extractors find.
    """
    kinds = (EntityType.METHOD, EntityType.TASK, EntityType.DATASET, EntityType.MODALITY)
    names = {(kind, n): f"{kind.value.lower()} {n}" for kind in kinds for n in range(24)}
    papers = []
    for n in range(72):
        group, turn = n % 6, n // 6
        own = [names[kind, 4 * group + (turn * (at + 1)) % 4] for at, kind in enumerate(kinds)]
        guest = names[EntityType.METHOD, (4 * group + 4) % 24]
        named = [*own, guest] if turn % 3 == 0 and guest not in own else own
        papers.append(
            P(
                f"p{n:02}",
                f"On {own[0]} for {own[1]}",
                f"This paper introduces {own[0]}, a way to solve {own[1]}. "
                f"It learns from {own[2]} with {own[3]} and follows {guest}.",
                ("Ada Lind", "Bo Chen"), f"Venue {group}", 2010 + turn,
                links=tuple(
                    (name, Role.INTRODUCES if at == 0 and turn < 2 else Role.USES, (name,))
                    for at, name in enumerate(named)
                ),
                relations=((own[0], RelationType.USED_FOR, own[1]),),
            )
        )  # fmt: skip
    return graph_of("Six groups", [E(kind, name) for (kind, _), name in names.items()], papers)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("pages") / "themed.html"
    write(themed_graph(), path)
    return path.as_uri()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with chromium(tmp_path_factory.mktemp("profile"), "--force-prefers-reduced-motion") as driver:
        yield driver


def look(browser: Chrome, page: str, state: str, style: str = "") -> Image.Image:
    """A state as the browser draws it, shrunk."""
    address, (width, height), scheme = STATES[state]
    screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    media = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": media})
    opened(browser, page + address)
    if style:
        browser.execute_script(
            "const sheet = new CSSStyleSheet(); sheet.replaceSync(arguments[0]);"
            "document.adoptedStyleSheets = [sheet]",
            style,
        )
    browser.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")
    shot = browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})["data"]
    picture = Image.open(io.BytesIO(base64.b64decode(shot))).convert("RGB")
    return picture.resize((width // SHRUNK, height // SHRUNK), Image.Resampling.BOX)


def difference(one: Image.Image, other: Image.Image) -> float:
    """The largest mean difference, 0 to 255, between a patch and what stands near it in the other.

    Near is within ``SHIFT``: text of other widths moves what follows it.
    """
    first, second = (
        np.asarray(each.filter(ImageFilter.BoxBlur(1)), dtype=float) for each in (one, other)
    )
    rows, columns, _ = first.shape
    padded = np.pad(second, ((SHIFT, SHIFT), (SHIFT, SHIFT), (0, 0)), mode="edge")
    steps = range(2 * SHIFT + 1)
    patches = [
        [
            sliding_window_view(
                np.abs(first - padded[down : down + rows, right : right + columns]).max(axis=2),
                (PATCH, PATCH),
            ).mean(axis=(2, 3))
            for right in steps
        ]
        for down in steps
    ]
    return float(np.array(patches).min(axis=(0, 1)).max())


def alike(one: Image.Image, other: Image.Image) -> bool:
    """Whether no patch differs by more than the tolerance, seen from either picture."""
    return one.size == other.size and all(
        difference(*pair) <= TOLERANCE for pair in ((one, other), (other, one))
    )


def snapshot(state: str) -> Image.Image:
    return Image.open(SNAPSHOTS / f"{state}.png").convert("RGB")


@pytest.mark.parametrize("state", STATES)
def test_state_looks_as_before(browser: Chrome, page: str, state: str, tmp_path: Path) -> None:
    """A state of the page looks as in its snapshot, whatever the fonts of the machine."""
    seen = look(browser, page, state)
    if RENEW:
        SNAPSHOTS.mkdir(exist_ok=True)
        seen.save(SNAPSHOTS / f"{state}.png", optimize=True)
    seen.save(tmp_path / f"{state}.png")
    assert alike(seen, snapshot(state)), (
        f"{state} looks different by {difference(seen, snapshot(state))}: compare "
        f"{tmp_path / state}.png with its snapshot; the head of this file says how to renew it"
    )


@pytest.mark.parametrize(
    ("state", "style"),
    [
        ("overview", ".types { visibility: hidden }"),
        ("overview", "#map canvas { visibility: hidden }"),
        ("overview", ".span svg { visibility: hidden }"),
        ("focus", ".figures, .roles { visibility: hidden }"),
        ("focus", "#app { grid-template-columns: 256px minmax(0, 1fr) 260px }"),
        ("matrix", ".matrix td a { background: none !important }"),
        ("table", ".entities tbody { visibility: hidden }"),
        ("timeline", ".timeline .chips { visibility: hidden }"),
        ("phone", "#map { visibility: hidden }"),
    ],
)
def test_missing_parts_are_seen(browser: Chrome, page: str, state: str, style: str) -> None:
    """A state that lacks its legend, its map, a chart, a panel or its rows is unlike its snapshot."""
    assert not alike(look(browser, page, state, style), snapshot(state))
