"""How far a consent goes: covers() decides what a renewal may stand in for."""

from dataclasses import replace

import pytest

from tests.tiers.worlds import tell
from tiers.scope import Scope

TOLD = Scope(
    frozenset({"risks", "health"}),
    frozenset({"survivor", "child-a"}),
    frozenset({("health", "injuries")}),
)


@pytest.mark.parametrize(
    ("now", "covered"),
    [
        (TOLD, True),
        (replace(TOLD, sections=TOLD.sections | {"identity"}), True),
        (replace(TOLD, about=TOLD.about | {"puv"}), True),
        (replace(TOLD, excluded=frozenset()), True),
        (replace(TOLD, excluded=TOLD.excluded | {("identity", "school")}), True),
        (replace(TOLD, sections=frozenset({"risks"})), False),
        (replace(TOLD, about=frozenset({"survivor"})), False),
        (replace(TOLD, excluded=TOLD.excluded | {("risks", "threats")}), False),
    ],
    ids=[
        *("the same", "a section more", "a person more", "nothing ruled out"),
        *("ruled out where nothing was told", "a section less", "a person less", "a field less"),
    ],
)
def test_a_scope_covers_another_when_nothing_of_it_is_missing(now: Scope, covered: bool):
    assert now.covers(TOLD) is covered


def test_the_scope_of_a_consent_is_its_sections_people_and_what_she_ruled_out():
    consent = tell(excluded=frozenset({("identity", "school")}))

    assert consent.scope == Scope(consent.sections, consent.about, consent.excluded)
