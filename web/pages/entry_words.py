"""For whom a part of the entry is, in words."""

from collections.abc import Mapping
from typing import Any

from directory.audience import Audience, audience_of
from directory.hsds.profile import is_confidential
from server.node.desk import Desk
from web.pages.entry_forms import AUDIENCE_WORDS
from web.pages.words import agency_name
from web.rendering import Tag, list_words


def audience(values: Mapping[str, Any]) -> Audience:
    """The audience a row is marked with; a confidential place is for the named alone."""
    if is_confidential(values):
        return Audience.TRUSTED
    return audience_of(values.get("x_audience"), Audience.PROFESSIONAL)


def audience_tag(values: Mapping[str, Any], desk: Desk) -> Tag:
    """For whom a row is, as a tag."""
    of = audience(values)
    if of is Audience.TRUSTED:
        named = [agency_name(str(one), desk) for one in values.get("x_trusted") or ()]
        return Tag(f"Only {list_words(sorted(named))}" if named else "Nobody but us", "you")
    return Tag(AUDIENCE_WORDS[of], "info")
