"""Make the pictures of docs/explorer.md, and those of the README, from the example papers.

    python docs/explorer_pictures.py

Builds the graph of ``examples/``, writes its page, opens it in a headless Chromium and puts what it
shows as PNG beside this file. The page uses the fonts of the system; the pictures look best where
Inter, a Palatino and a Chinese font are installed.
"""

from __future__ import annotations

import base64
import io
import re
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from browser import chromium, opened
from PIL import Image
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from exports.html import write
from kg import build

ROOT = Path(__file__).parents[1]
NAME = "Landmark papers, 2012 to 2025"
UNET = "urn:litkg:method:unet"
STATES = {
    "overview": "",
    "search": "",
    "focus": f"#entity={UNET}",
    "paper": "#paper=krizhevsky2012imagenet",
    "edge": "#a=urn:litkg:dataset:mimiccxr&b=urn:litkg:modality:chestxray",
    "matrix": "#view=matrix&across=Dataset",
    "table": "#view=table&sort=-uses",
    "timeline": "#view=timeline",
    "dark": "#entity=urn:litkg:method:largelanguagemodel",
    "mobile": "",
    "mobile-entity": f"#entity={UNET}",
}
"""Each picture and the address of the state that it shows."""
COLOURS = 160
GAP = 24


def main(folder: Path) -> None:
    """Write one PNG for each state, and say how large it is."""
    with TemporaryDirectory() as work:
        page = Path(work) / "page.html"
        write(build(ROOT / "examples", Path(work) / "map", name=NAME), page)
        with chromium(Path(work) / "profile") as browser:
            pictures = {
                state: taken(browser, page.as_uri() + address, state)
                for state, address in STATES.items()
            }
    pictures["mobile"] = beside(pictures["mobile"], pictures.pop("mobile-entity"))
    for state, picture in pictures.items():
        path = folder / f"explorer-{state}.png"
        reduced(picture).save(path, optimize=True)
        print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


def taken(browser: Chrome, address: str, state: str) -> Image.Image:
    """What the browser shows at an address."""
    width, height, scale = (360, 680, 1.5) if "mobile" in state else (1280, 800, 1)
    screen = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    scheme = {"name": "prefers-color-scheme", "value": "dark" if state == "dark" else "light"}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
    opened(browser, address)
    if state == "search":
        browser.find_element(By.CSS_SELECTOR, ".search input").send_keys("segm")
    time.sleep(1)  # the camera travels
    shot: dict[str, Any] = browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
    return Image.open(io.BytesIO(base64.b64decode(shot["data"]))).convert("RGB")


def beside(left: Image.Image, right: Image.Image) -> Image.Image:
    """Two screens next to each other."""
    both = Image.new("RGB", (left.width + GAP + right.width, left.height), "#8a8578")
    both.paste(left)
    both.paste(right, (left.width + GAP, 0))
    return both


def reduced(picture: Image.Image) -> Image.Image:
    """The picture in the colours of types and its most frequent ones.

    The quantizers of Pillow tint large plain areas and lose the colours of small shapes.
    """
    style = (ROOT / "exports" / "templates" / "explorer" / "explorer.css").read_text("utf-8")
    wanted = [tuple(bytes.fromhex(found)) for found in re.findall(r"--[tw]\d: #(\w{6})", style)]
    found = picture.getcolors(picture.width * picture.height) or []
    wanted += [colour for _, colour in sorted(found, key=lambda each: (-each[0], each[1]))]
    palette = Image.new("P", (1, 1))
    palette.putpalette([value for colour in wanted[:COLOURS] for value in colour])
    return picture.quantize(palette=palette, dither=Image.Dither.NONE)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
