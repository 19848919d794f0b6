"""Measure an explorer page: its size, and how long a headless Chromium takes to draw it.

    python benchmarks/explorer_speed.py map/

For 2,000 and 10,000 entities: seconds to write the page, megabytes, then for the first full picture
milliseconds on the clock (the best of five) and of the page's own main thread, which other
programs on the machine do not lengthen. Then the map is dragged and zoomed by hand, with all
entities in sight: median and 95th percentile of the time between frames, the best of three, and
the main thread's share of a frame.
"""

from __future__ import annotations

import argparse
import sys
import time
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from browser import chromium, opened
from selenium.webdriver import Chrome

from exports.html import write
from kg.graph import open_graph

SIZES = (2_000, 10_000)
REPEATS = 5
MOVES = 3
STEPS = 60
_MOVE = """
const [way, steps, done] = arguments;
const layer = document.querySelector("#map .sigma-mouse");
const {left, top, width, height} = layer.getBoundingClientRect();
const [x, y, times] = [left + width / 2, top + height / 2, []];
const send = (Kind, name, more, target = layer) =>
  target.dispatchEvent(new Kind(name, {bubbles: true, cancelable: true, clientX: x, clientY: y, ...more}));
if (way === "drag") send(MouseEvent, "mousedown", {buttons: 1});
const frame = (at) => {
  times.push(at);
  const step = times.length;
  const turn = 2 * Math.PI * step / steps;
  if (step > steps) {
    if (way === "drag") send(MouseEvent, "mouseup", {}, document);
    return setTimeout(() => done(times), 400);
  }
  if (way === "drag")
    send(MouseEvent, "mousemove", {buttons: 1, clientX: x + 90 * Math.sin(turn), clientY: y + 90 * Math.cos(turn)}, document);
  else send(WheelEvent, "wheel", {deltaY: step <= steps / 2 ? -60 : 60});
  requestAnimationFrame(frame);
};
requestAnimationFrame(frame);
"""


def main(graph: Path) -> None:
    """Print one line for each size."""
    for nodes in SIZES:
        with TemporaryDirectory() as folder:
            page = Path(folder) / "page.html"
            start = time.perf_counter()
            write(open_graph(graph), page, max_nodes=nodes)
            written = time.perf_counter() - start
            clock, thread = zip(*(drawn(page) for _ in range(REPEATS)), strict=True)
            print(
                f"{nodes:6,} entities: written in {written:.1f} s, "
                f"{page.stat().st_size / 1e6:.2f} MB, first picture {min(clock)} ms, "
                f"of which main thread {min(thread):.0f} ms"
            )
            for way in ("drag", "zoom"):
                frames, share = moved(page, way)
                print(
                    f"       {way}: frames of {frames[0]:.0f} ms, 95 % within {frames[1]:.0f} ms, "
                    f"of which main thread {share:.0f} ms"
                )


def drawn(page: Path) -> tuple[int, float]:
    """Milliseconds until a page is drawn in a fresh browser: on the clock, and of its main thread."""
    with TemporaryDirectory() as profile, chromium(Path(profile)) as browser:
        browser.get("about:blank")
        browser.execute_cdp_cmd("Performance.enable", {"timeDomain": "threadTicks"})
        opened(browser, page.as_uri())
        clock = int(browser.execute_script("return document.documentElement.dataset.ready"))
        metrics = browser.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
        tasks = next(each["value"] for each in metrics if each["name"] == "TaskDuration")
        return clock, 1000 * tasks


def moved(page: Path, way: str) -> tuple[tuple[float, float], float]:
    """Milliseconds between frames while the map moves: median and 95th percentile, and thread."""
    with TemporaryDirectory() as profile, chromium(Path(profile)) as browser:
        browser.execute_cdp_cmd("Performance.enable", {"timeDomain": "threadTicks"})
        opened(browser, f"{page.as_uri()}#min=1")
        found = [one_move(browser, way) for _ in range(MOVES)]
    return min(frames for frames, _ in found), min(share for _, share in found)


def one_move(browser: Chrome, way: str) -> tuple[tuple[float, float], float]:
    """Drag the map in a circle, or turn the wheel in and out again, one event a frame."""

    def thread() -> float:
        metrics = browser.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
        return next(1000 * each["value"] for each in metrics if each["name"] == "TaskDuration")

    before = thread()
    times: list[float] = browser.execute_async_script(_MOVE, way, STEPS)
    spent = thread() - before
    between = sorted(after - at for at, after in pairwise(times))
    frames = between[len(between) // 2], between[int(0.95 * len(between))]
    return frames, spent / len(between)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("graph", type=Path)
    main(parser.parse_args().graph)
