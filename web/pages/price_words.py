"""What a service costs, as people say it: for whom, how much, and until when that holds."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from typing import Any, Final

from babel.numbers import format_currency

from web.rendering import day

_CODE: Final = re.compile(r"[A-Z]{3}\Z")  # ISO 4217
_LOCALE: Final = "en_GB"


def amount(row: Mapping[str, Any]) -> str:
    """An amount with its currency: £12.50; empty where none is said."""
    said, code = row.get("amount"), str(row.get("currency") or "").upper()
    if said in (None, ""):
        return ""
    if isinstance(said, int | float) and _CODE.match(code):
        # Nothing is rounded away: what is read here is what was written.
        return format_currency(said, code, locale=_LOCALE, decimal_quantization=False)
    return " ".join(filter(None, (str(said).removesuffix(".0"), code)))


def price(row: Mapping[str, Any], today: date) -> str:
    """One cost option in a line; empty once it holds no more."""
    begins, ends = _day(row.get("valid_from")), _day(row.get("valid_to"))
    if ends is not None and ends < today:
        return ""
    of = ": ".join(filter(None, (str(row.get("option") or ""), amount(row))))
    words = ", ".join(filter(None, (of, str(row.get("amount_description") or ""))))
    holds = [f"from {day(begins)}"] if begins is not None and begins > today else []
    holds += [f"until {day(ends)}"] if ends is not None else []
    return f"{words} ({' '.join(holds)})" if holds else words


def paper(row: Mapping[str, Any]) -> str:
    """One paper somebody brings, and where it can be had."""
    name, where = str(row.get("document") or ""), str(row.get("uri") or "")
    return f"{name} ({where})" if name and where else name or where


def _day(said: object) -> date | None:
    with suppress(ValueError):
        return date.fromisoformat(str(said))
    return None
