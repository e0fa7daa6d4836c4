"""Words as they are compared: small letters, no accents, nothing but letters and figures."""

import re
import unicodedata
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+")
_APOSTROPHES: Final = dict.fromkeys(map(ord, "'`\u2019\u02bc"))
_LONGEST: Final = 40  # a longer run of letters is no word anybody types


def fold(text: str) -> str:
    """A text as it is compared; both kinds of database are given it so, and find the same."""
    return " ".join(words(text))


def words(text: str) -> list[str]:
    """The words of a text, in its order: St Brigid's Café is st, brigids, cafe."""
    plain = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES).casefold())
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return [word[:_LONGEST] for word in _WORD.findall(bare)]
