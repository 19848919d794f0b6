"""Measure an explorer page: its size, and how long a headless Chromium takes to draw it.

    python benchmarks/explorer_speed.py map/

For 2,000 and 10,000 entities: seconds to write the page, megabytes, then for the first full picture
milliseconds on the clock (the best of five) and of the page's own main thread, which other
programs on the machine do not lengthen.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from browser import chromium, opened

from exports.html import write
from kg.graph import open_graph

SIZES = (2_000, 10_000)
REPEATS = 5


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


if __name__ == "__main__":
    main(Path(sys.argv[1]))
