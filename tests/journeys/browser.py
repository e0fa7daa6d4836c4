"""A browser's part of a journey, without a browser: sign in, look, and post as htmx posts."""

import html
import re

import httpx

from tests.journeys.nodes import PASSPHRASE

_PROOF = re.compile(r"""hx-headers=(['"])(\{.+?\})\1""")


def sign_in(url: str, name: str) -> httpx.Client:
    """A signed-in session at these pages, with the proof its forms must bring."""
    browser = httpx.Client(base_url=url, timeout=60)
    header, proof = _proof_in(browser.get("/sign-in").text)
    browser.headers.update({header: proof, "Origin": url, "HX-Request": "true"})
    answer = browser.post("/sign-in", data={"name": name, "passphrase": PASSPHRASE})
    assert answer.status_code < 300, answer.text
    header, proof = _proof_in(look(browser, "/cases").text)
    browser.headers[header] = proof
    return browser


def look(browser: httpx.Client, path: str) -> httpx.Response:
    """Open a page as a link opens it."""
    answer = browser.get(path, headers={"HX-Request": "false"}, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    return answer


def _proof_in(page: str) -> tuple[str, str]:
    found = _PROOF.search(page)
    assert found is not None
    pair = re.search(r'"([^"]+)":\s*"([^"]+)"', html.unescape(found[2]))
    assert pair is not None
    return pair[1], pair[2]
