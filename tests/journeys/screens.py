"""A person at a screen: Debian's Chromium, signed in at a node that really serves."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.journeys.nodes import PASSPHRASE, Node

CHROMIUM = Path("/usr/bin/chromium")
PATIENCE = 60_000  # milliseconds: two cores, four nodes and a browser share this machine
WIDE, PHONE = (1280, 900), (390, 844)
_QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
_QUIET += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
_HOME = re.compile(r"/(cases|shared|node|partners)$")


@dataclass
class Screens:
    """One browser, and a window of its own for each person."""

    browser: Browser
    seen: list[str] = field(default_factory=list)

    def at(self, node: Node, who: str = "") -> Page:
        """A window in which somebody has just signed in at this node."""
        page = self.blank()
        page.goto(f"{node.url}/sign-in")
        sign_in(page, who or node.staff)
        return page

    def blank(self) -> Page:
        """A window on which a failing script fails the test."""
        width, height = WIDE
        page = self.browser.new_context(viewport={"width": width, "height": height}).new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: self.seen.append(str(error)))
        page.on("console", self._said)
        return page

    def _said(self, message: ConsoleMessage) -> None:
        if "htmx:targetError" in message.text:  # what was pressed went nowhere
            self.seen.append(message.text)


@contextmanager
def screens() -> Iterator[Screens]:
    """Debian's Chromium, which calls nobody; whatever its scripts complained of fails the test."""
    if not CHROMIUM.exists():
        pytest.skip("Debian's Chromium is not installed: make test installs it where it may")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=_QUIET)
        shown = Screens(opened)
        yield shown
        opened.close()
        assert shown.seen == []


def sign_in(page: Page, who: str) -> None:
    """Name and passphrase, by keys alone."""
    page.locator("#name").focus()
    page.keyboard.type(who)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSPHRASE)
    page.keyboard.press("Enter")
    page.wait_for_url(_HOME)


def bars_nobody(page: Page) -> None:
    """Axe finds nothing, and nothing is wider than the screen, on a desk and on a phone."""
    page.wait_for_load_state()
    for width, height in (PHONE, WIDE):
        page.set_viewport_size({"width": width, "height": height})
        found = Axe().run(page).response["violations"]
        where = f"{page.url} at {width} px"
        wrong = [(one["id"], [node["target"] for node in one["nodes"]]) for one in found]
        assert wrong == [], f"{where}: {wrong}"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), where
        assert page.title() == "Casefold"


def tab_to(page: Page, words: str) -> None:
    """Press Tab until what has the focus says this."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if words in page.evaluate(_FOCUSED):
            return
    raise AssertionError(f"no key leads to {words!r} on {page.url}")


_FOCUSED = """() => {
  const one = document.activeElement;
  const said = [...(one.labels ?? [])].map((label) => label.innerText);
  if (one.ariaLabel) said.push(one.ariaLabel);
  if (one.tagName !== "SELECT") said.push(one.innerText);
  return said.join(" ");
}"""


def until_gone(page: Page, heading: str) -> None:
    """Load a page again until this heading is on it no more."""
    for _ in range(60):
        if not page.get_by_role("heading", name=heading).count():
            return
        page.wait_for_timeout(1000)
        page.reload()
    raise AssertionError(f"{heading!r} never went from {page.url}")


def until_shown(page: Page, words: str) -> None:
    """Load a page again until something that was on its way is on it."""
    for _ in range(60):
        if page.get_by_text(words).count():
            return
        page.wait_for_timeout(1000)
        page.reload()
    raise AssertionError(f"{words!r} never came to {page.url}")
