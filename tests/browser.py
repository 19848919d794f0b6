"""A headless Chromium for tests of pages: Debian's browser and driver, the network cut."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.wait import WebDriverWait

_FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--enable-unsafe-swiftshader", "--use-angle=swiftshader",
    "--hide-scrollbars", "--force-device-scale-factor=1", "--lang=en-US",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)  # fmt: skip


@contextmanager
def chromium(
    profile: Path, *flags: str, size: tuple[int, int] = (1280, 800)
) -> Iterator[webdriver.Chrome]:
    """Start a browser with a fresh profile that records console messages and network requests."""
    options = Options()
    options.binary_location = "/usr/bin/chromium"
    for flag in (
        *_FLAGS,
        *flags,
        f"--user-data-dir={profile}",
        f"--window-size={size[0]},{size[1]}",
    ):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    try:
        driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False},
        )
        yield driver
    finally:
        driver.quit()


def opened(browser: webdriver.Chrome, address: str) -> None:
    """Open an explorer page afresh and wait until it has drawn itself."""
    browser.get("about:blank")
    browser.get(address)
    WebDriverWait(browser, 20).until(
        lambda b: b.execute_script("return document.documentElement.dataset.ready")
    )


def heading(browser: webdriver.Chrome) -> str:
    """The heading of the explorer's panel, whatever is drawn anew meanwhile."""
    return str(
        browser.execute_script("return document.querySelector('#panel h2')?.textContent ?? ''")
    )


def severe(browser: webdriver.Chrome) -> list[dict[str, Any]]:
    """Errors on the console since the last call."""
    return [row for row in browser.get_log("browser") if row["level"] == "SEVERE"]
