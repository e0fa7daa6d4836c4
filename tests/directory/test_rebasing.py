"""A change that waited is drawn again upon the directory that came between."""

from dataclasses import replace

from directory.rebasing import rebased
from tests.directory.coalition_cards import COORDINATOR, HARBOUR_HOUSE, NORTHFIELD

BASE = (COORDINATOR, HARBOUR_HOUSE)


def test_only_what_the_change_was_about_is_another():
    wanted = (COORDINATOR, replace(HARBOUR_HOUSE, tier=3))
    now = (COORDINATOR, replace(HARBOUR_HOUSE, suspended=True))

    assert rebased(BASE, wanted, now) == [
        COORDINATOR,
        replace(HARBOUR_HOUSE, tier=3, suspended=True),
    ]


def test_who_was_to_come_comes_and_who_was_to_go_goes():
    assert rebased(BASE, (*BASE, NORTHFIELD), BASE) == [*BASE, NORTHFIELD]
    assert rebased(BASE, (COORDINATOR,), BASE) == [COORDINATOR]


def test_who_came_meanwhile_stays_and_who_left_meanwhile_does_not_come_back():
    wanted = (COORDINATOR, replace(HARBOUR_HOUSE, tier=3))

    assert rebased(BASE, wanted, (*BASE, NORTHFIELD))[-1] == NORTHFIELD
    assert rebased(BASE, wanted, (COORDINATOR,)) == [COORDINATOR]


def test_who_was_to_come_and_is_there_already_is_as_the_change_says():
    wanted = replace(NORTHFIELD, tier=1)

    assert rebased(BASE, (*BASE, wanted), (*BASE, NORTHFIELD))[-1] == wanted
