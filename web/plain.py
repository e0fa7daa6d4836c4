"""The page shown when there is none to show: one sentence, no details, the same for everybody."""

from html import escape
from typing import Final

NOT_HERE: Final = "There is nothing here, or it is not yours to see."

_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Casefold</title>
<link rel="icon" href="/static/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/app.css">
</head>
<body>
<main class="page alone" id="main">
<h1>This cannot be shown</h1>
<p>{sentence}</p>
<p><a href="/">Go to the first page</a></p>
</main>
</body>
</html>
"""


def plain_page(sentence: str) -> bytes:
    """A whole page that says one sentence."""
    return _PAGE.format(sentence=escape(sentence)).encode()


def plain_part(sentence: str) -> bytes:
    """The same sentence for a page that is open already and keeps what was typed."""
    words = escape(sentence)
    return f'<div class="problem" role="alert" tabindex="-1"><p>{words}</p></div>'.encode()


def to_problem() -> dict[str, str]:
    """Headers that put an answer where a page shows what went wrong, and leave the rest alone."""
    return {"HX-Retarget": "#problem", "HX-Reswap": "innerHTML"}
