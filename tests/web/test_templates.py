"""What a template may hold: no scripts of its own, no styles of its own, no native post."""

import re
from pathlib import Path

import pytest

import web

_WEB = Path(web.__file__ or "").parent if web.__file__ else Path(next(iter(web.__path__)))
_TEMPLATES = sorted((_WEB / "templates").rglob("*.html"))
_SCRIPTS = sorted((_WEB / "static").glob("*.js"))


@pytest.mark.parametrize("template", _TEMPLATES, ids=lambda path: str(path.relative_to(_WEB)))
def test_a_template_holds_no_script_no_style_and_no_native_post(template: Path) -> None:
    text = template.read_text(encoding="utf-8")

    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"<style|\sstyle=", text)
    assert not re.search(r"\son[a-z]+=", text)
    assert "hx-on" not in text
    assert "javascript:" not in text
    assert "| safe" not in text
    assert not re.search(r"https?://(?!www\.w3\.org)", text)
    for form in re.findall(r"<form\b[^>]*>", text):
        assert "method=" not in form
        assert "action=" not in form
        assert "hx-post=" in form or 'id="merged"' in form


@pytest.mark.parametrize("template", _TEMPLATES, ids=lambda path: str(path.relative_to(_WEB)))
def test_the_title_is_always_the_neutral_name(template: Path) -> None:
    titles = re.findall(r"<title>(.*?)</title>", template.read_text(encoding="utf-8"))

    assert titles in ([], ["Casefold"])


@pytest.mark.parametrize("script", _SCRIPTS, ids=lambda path: path.name)
def test_a_script_makes_no_code_and_keeps_nothing_in_the_browser(script: Path) -> None:
    text = script.read_text(encoding="utf-8")

    for word in (
        "eval(",
        "new Function",
        "innerHTML",
        "localStorage",
        "sessionStorage",
        "indexedDB",
    ):
        assert word not in text


def test_htmx_runs_no_code_from_pages_and_keeps_no_history() -> None:
    base = (_WEB / "templates" / "base.html").read_text(encoding="utf-8")

    for told in (
        '"allowEval":false',
        '"allowScriptTags":false',
        '"includeIndicatorStyles":false',
        '"historyCacheSize":0',
        '"selfRequestsOnly":true',
        '"refreshOnHistoryMiss":true',
    ):
        assert told in base
