"""Words within sentences: names and words of capitals stay as they are written."""

import pytest

from web.pages.words import capital, within


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Risk assessments", "risk assessments"),
        ("HRDA referral", "HRDA referral"),
        ("How to reach them safely", "how to reach them safely"),
        ("MARAC", "MARAC"),
        ("", ""),
    ],
)
def test_a_title_within_a_sentence(title: str, said: str) -> None:
    assert within(title) == said


@pytest.mark.parametrize(("words", "said"), [("child A", "Child A"), ("", "")])
def test_words_that_begin_a_line(words: str, said: str) -> None:
    assert capital(words) == said
