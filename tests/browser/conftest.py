"""A browser for the tests of the pages: Debian's Chromium, driven by Playwright; without them not run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.console.stage import Stage

playwright = pytest.importorskip("playwright.sync_api", reason="not run: needs playwright (pip install)")

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A site on SQLite with console and recorder; their end is checked."""
    if not CHROMIUM.exists():
        pytest.skip("not run: needs chromium (apt-get install chromium)")
    running = Stage(tmp_path_factory.mktemp("browser"))
    yield running
    running.close()


@pytest.fixture(scope="module")
def chromium(stage: Stage) -> Iterator[playwright.Browser]:
    """The browser. Made after the stage, which cannot be made while Playwright's loop runs in this thread."""
    # Its sandbox refuses to work for root.
    options = ["--no-sandbox"] if os.getuid() == 0 else []
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=str(CHROMIUM), args=[*options, "--autoplay-policy=no-user-gesture-required"]
        )
        yield browser
        browser.close()
