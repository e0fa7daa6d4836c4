"""The merged view: everybody's words under their own name and consent, and none made into one."""

import json
import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_sync.case_view import Asked, Ended, NotOneCase, ViewedLane, alike, fold
from client_sync.lane import Lane
from tests.client_sync.lanes import CASE_REF, at, wrote
from tiers.fragment import Place, Written

TODAY = date(2026, 2, 1)
UNTIL = date(2026, 4, 10)
POLICE, HOSPITAL, SHELTER, SCHOOL = ("a" * 64, "b" * 64, "c" * 64, "d" * 64)
NAMES = {POLICE: "Police", HOSPITAL: "Hospital", SHELTER: "Shelter", SCHOOL: "School"}


def lane(
    agency: str,
    fields: dict[Place, tuple[Written, ...]],
    until: date = UNTIL,
    case_ref: str = CASE_REF,
    people: dict[str, str] | None = None,
) -> ViewedLane:
    said = Lane(("0" * 64,), case_ref, people or {"survivor": "survivor"}, fields)
    return ViewedLane(agency, NAMES[agency], f"consent of {NAMES[agency]}", until, said)


def asked(*agencies: str) -> dict[Place, tuple[Written, ...]]:
    return {
        Place("asked", "survivor", agency): (
            wrote(json.dumps({"name": NAMES[agency], "asked_on": "2026-01-05"})),
        )
        for agency in agencies
    }


def test_every_contribution_stands_under_its_agency_consent_end_and_time():
    view = fold(
        [
            lane(POLICE, {at("threats"): (wrote("two reports", "Dee", "2026-01-09T10:00:00Z"),)}),
            lane(
                SHELTER, {at("threats"): (wrote("says she is afraid"),), at("born"): (wrote("x"),)}
            ),
        ],
        TODAY,
    )

    assert view.plain() == {
        "case_ref": CASE_REF,
        "as_of": "2026-02-01",
        "people": {"survivor": "survivor"},
        "sections": {
            "risks": [
                {
                    "agency": "Shelter",
                    "agency_id": SHELTER,
                    "consent": "consent of Shelter",
                    "until": "2026-04-10",
                    "written": "2026-01-05T08:00:00Z",
                    "by": "Ana",
                    "about": "survivor",
                    "field": "born",
                    "values": ["x"],
                },
                {
                    "agency": "Police",
                    "agency_id": POLICE,
                    "consent": "consent of Police",
                    "until": "2026-04-10",
                    "written": "2026-01-09T10:00:00Z",
                    "by": "Dee",
                    "about": "survivor",
                    "field": "threats",
                    "values": ["two reports"],
                },
                {
                    "agency": "Shelter",
                    "agency_id": SHELTER,
                    "consent": "consent of Shelter",
                    "until": "2026-04-10",
                    "written": "2026-01-05T08:00:00Z",
                    "by": "Ana",
                    "about": "survivor",
                    "field": "threats",
                    "values": ["says she is afraid"],
                },
            ]
        },
        "differ": [{"section": "risks", "about": "survivor", "field": "threats"}],
        "asked": [],
        "ended": [],
    }


def test_wordings_between_which_colleagues_have_not_chosen_are_both_shown():
    both = (wrote("blue"), wrote("green", "Ben", "2026-01-06T08:00:00Z"))

    (one,) = fold([lane(POLICE, {at("car"): both})], TODAY).sections["risks"]

    assert one.values == ("blue", "green")
    assert (one.by, one.written) == ("Ben", "2026-01-06T08:00:00Z")
    assert one.wordings == both


@given(st.randoms(use_true_random=False), st.lists(st.integers(0, 2), max_size=3))
def test_lanes_fold_to_one_view_in_any_order_any_number_of_times(
    chance: random.Random, again: list[int]
):
    lanes = [
        lane(POLICE, {at("a"): (wrote("1"),), at("b"): (wrote("2"),)}),
        lane(HOSPITAL, {at("a"): (wrote("3"),)}, people={"child-a": "child"}),
        lane(SHELTER, asked(SCHOOL) | {at("a"): (wrote("1"),)}),
    ]
    expected = fold(lanes, TODAY)
    arrived = lanes + [lanes[index] for index in again]
    chance.shuffle(arrived)

    assert fold(arrived, TODAY) == expected


def test_agencies_that_differ_are_named_by_place_and_agreement_is_not():
    view = fold(
        [
            lane(POLICE, {at("born"): (wrote("1990-03-04"),), at("car"): (wrote("a blue Ford"),)}),
            lane(HOSPITAL, {at("born"): (wrote("4 March 1990"),), at("car"): (wrote("red"),)}),
        ],
        TODAY,
    )

    assert view.differ == (at("car"),)


def test_colleagues_of_one_agency_do_not_make_agencies_differ():
    both = (wrote("blue"), wrote("green"))

    assert fold([lane(POLICE, {at("car"): both})], TODAY).differ == ()


def test_where_agencies_tell_their_own_story_nothing_is_called_a_difference():
    lanes = [
        lane(POLICE, {at("notes"): (wrote("a"),)}),
        lane(HOSPITAL, {at("notes"): (wrote("b"),)}),
    ]

    assert fold(lanes, TODAY, own_words={("risks", "notes")}).differ == ()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Blue  Ford", "blue ford.", True),
        ("2026-04-03", "2026-4-3", True),
        ("2026-04-03", "3 April 2026", True),
        ("2026-04-03T10:00:00Z", "2026-04-03", True),
        ("3 Sept 2026", "2026-09-03", True),
        ("2026-13-40", "2026-13-41", False),
        ("2026-02-30", "2026-02-30 ", True),
        ("31 Brumaire 2026", "31 brumaire 2026", True),
        ("2026-04-03", "2026-04-04", False),
        ("yes", "no", False),
        ("café", "cafe\u0301", True),
        ("04/03/2026", "03/04/2026", False),
    ],
)
def test_values_are_compared_as_a_person_would_read_them(one, other, same):
    assert (alike(one) == alike(other)) is same


def test_who_was_asked_and_has_not_answered_is_said():
    view = fold(
        [
            lane(SHELTER, asked(POLICE, HOSPITAL, SCHOOL)),
            lane(POLICE, {at("a"): (wrote("1"),)}),
        ],
        TODAY,
        [Ended(SCHOOL, "School", "f" * 32, date(2026, 1, 20))],
    )

    assert view.asked == (Asked(HOSPITAL, "Hospital", "2026-01-05"),)
    assert view.plain()["asked"] == [
        {"agency": "Hospital", "agency_id": HOSPITAL, "asked_on": "2026-01-05"}
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"name": 1, "asked_on": "2026-01-05"}',
        '{"name": "x", "asked_on": 3}',
        '{"name": "x", "asked_on": "soon"}',
        "[" * 50_000,
        '{"name": "' + "x" * 300 + '", "asked_on": "2026-01-05"}',
    ],
)
def test_a_note_of_who_was_asked_that_cannot_be_read_makes_no_claim(text):
    fields = {Place("asked", "survivor", POLICE): (wrote(text),)}

    assert fold([lane(SHELTER, fields)], TODAY).asked == ()


def test_casefolds_own_notes_are_never_shown_as_contributions():
    fields = asked(POLICE) | {Place("releases", "survivor", "c" * 32): (wrote("{}"),)}

    assert fold([lane(SHELTER, fields)], TODAY).sections == {}


def test_a_field_left_blank_is_no_contribution():
    assert fold([lane(SHELTER, {at("a"): (wrote("  "),)})], TODAY).sections == {}


def test_a_lane_is_shown_on_its_last_day_and_on_the_next_it_has_ended():
    police = lane(POLICE, {at("a"): (wrote("1"),)}, until=TODAY)
    given_ended = Ended(HOSPITAL, "Hospital", "e" * 32, date(2026, 1, 9))

    last_day = fold([police], TODAY)
    day_after = fold([police], date(2026, 2, 2), [given_ended])

    assert last_day.sections
    assert last_day.ended == ()
    assert day_after.sections == {}
    assert day_after.people == {}
    assert day_after.ended == (
        given_ended,
        Ended(POLICE, "Police", "consent of Police", TODAY),
    )
    assert day_after.plain()["ended"][1]["on"] == "2026-02-01"


def test_a_person_to_whom_agencies_give_different_roles_is_pointed_out():
    view = fold(
        [
            lane(POLICE, {}, people={"puv": "person_using_violence", "survivor": "survivor"}),
            lane(HOSPITAL, {}, people={"puv": "other_at_risk"}),
        ],
        TODAY,
    )

    assert view.roles_differ == ("puv",)
    assert set(view.people) == {"puv", "survivor"}


def test_parts_of_different_cases_are_never_put_together():
    with pytest.raises(NotOneCase, match="different cases"):
        fold([lane(POLICE, {}), lane(HOSPITAL, {}, case_ref="another")], TODAY)


def test_a_view_of_nothing_is_empty():
    view = fold([], TODAY)

    assert (view.case_ref, view.sections, view.asked, view.ended) == ("", {}, (), ())
