"""A window of the browser in which somebody works, and what no page may do to anybody."""

import re
from contextlib import suppress

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, TimeoutError, expect

from tests.coalition import PASSPHRASE

expect.set_options(timeout=20_000)  # a derivation takes its time on a busy machine
WIDE, PHONE = (1280, 900), (390, 844)


# A form inside something that fetches itself must not answer into a place of that: htmx then
# says "targetError", on the console alone, and sends nothing at all.
_NOWHERE = """() => [...document.querySelectorAll("[hx-get], [hx-post]")].filter(asks => {
  for (let from = asks; from; from = from.parentElement) {
    const shut = (from.getAttribute("hx-disinherit") || "").split(" ")
    if (from !== asks && (shut.includes("hx-target") || shut.includes("*"))) return false
    const target = from.getAttribute("hx-target")
    if (!target) continue
    if (target.startsWith("find ")) return !asks.querySelector(target.slice(5))
    return target.startsWith("#") && !document.querySelector(target)
  }
  return false
}).map(asks => asks.outerHTML.slice(0, 120))"""


def signed_in(browser: Browser, url: str, who: str, size: tuple[int, int] = WIDE) -> Page:
    """A window of its own, in which this person has just signed in at this node."""
    width, height = size
    page = browser.new_context(viewport={"width": width, "height": height}).new_page()
    page.on("pageerror", lambda error: pytest.fail(f"a script failed: {error}"))
    page.on("console", _said)
    page.goto(f"{url}/sign-in")
    page.fill("#name", who)
    page.fill("#passphrase", PASSPHRASE)
    page.click("button[type=submit]")
    page.wait_for_url(re.compile(r"/(cases|shared)$"))
    return page


def _said(message: ConsoleMessage) -> None:
    if "htmx:targetError" in message.text:
        pytest.fail(f"nothing was sent, for its answer has no place: {message.text}")


def escape_twice(page: Page) -> None:
    """Two quick presses leave a blank page; again where a busy machine was too slow for quick."""
    away = re.compile(r"/away$")
    for _ in range(9):
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        with suppress(TimeoutError):
            page.wait_for_url(away, timeout=6_000, wait_until="commit")
            break
    expect(page).to_have_url(away)
    left = page.locator("body").inner_text()
    assert set(left.splitlines()) <= {"", "Blank page", "Start"}  # with its styles or before them


def nothing_for_axe(page: Page, path: str) -> None:
    """Axe finds nothing, answers have a place, nothing is too wide, the title says nothing."""
    page.wait_for_load_state()
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == [], path
    assert page.evaluate(_NOWHERE) == [], path
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    assert page.title() == "Casefold"
