"""One window of a browser on a console, and what went wrong in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.console.stage import Stage

PATIENCE = 15_000

# Text that stands out too little (WCAG 2.1, 1.4.3). Colours are drawn and read back, so that every way to
# write one is understood; what lies behind a text is the first ground above it that is not transparent.
FAINT = """
() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const found = rgba(getComputedStyle(at).backgroundColor);
      if (found[3] === 255) return found;
    }
    return rgba("white");
  };
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    const style = getComputedStyle(node);
    const text = walker.currentNode.data.trim();
    if (!text || !node.checkVisibility() || node.closest(".skip, noscript, option, :disabled")) continue;
    const [a, b] = [light(rgba(style.color)), light(ground(node))].sort((x, y) => y - x);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const contrast = (a + 0.05) / (b + 0.05);
    if (contrast < (large ? 3 : 4.5)) faint.push(`${text}: ${contrast.toFixed(2)}`);
  }
  return faint;
}
"""


@contextmanager
def window(
    chromium: Browser, stage: Stage, role: str | None = "supervisor", view: str = "overview", **options: Any
) -> Iterator[Page]:
    """A window on the page, logged in; None for a role stays at the login.

    Whatever the browser complains about fails the test: mistakes in scripts, things that the policy forbids,
    files that are not there.
    """
    options.setdefault("locale", "en-US")
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, **options)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    try:
        page.goto(f"http://{stage.address}/#/{view}")
        if role is not None:
            page.fill("#token", stage.tokens[role])
            page.click("button.main")
            expect(page.locator("#link")).to_have_attribute("data-state", "live", timeout=PATIENCE)
            page.evaluate(f"location.hash = '#/{view}'")
        yield page
    finally:
        context.close()
    # A page that is left while it asks, a wrong token: those are part of what is tested.
    allowed = ("401", "net::ERR", "WebSocket")
    wrong = [text for text in wrong if not any(word in text for word in allowed)]
    assert not wrong, wrong
