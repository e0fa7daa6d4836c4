from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.tiers.worlds import (
    GOOD,
    HARBOUR,
    POLICE,
    RIVERSIDE,
    STRANGER,
    TODAY,
    ask,
    find,
    four_tiers,
    kept_sections,
    places,
    plan,
    record,
    tell,
)
from tiers.consent import ConsentState, Signer
from tiers.gate import Cleared, Party, Reason, Withheld
from tiers.standing import Agreement
from tiers.tier import Tier

YESTERDAY = TODAY - timedelta(days=1)
TOMORROW = TODAY + timedelta(days=1)
ENDED = Agreement(date(2025, 1, 1), YESTERDAY)
COMING = Agreement(TOMORROW, date(2027, 1, 1))


def test_the_meeting_gets_what_the_survivor_released_and_nothing_else():
    answer = ask(tell())

    assert kept_sections(answer) == set(four_tiers().consents.tell_sections)
    assert isinstance(answer, Cleared)
    assert answer.until == date(2026, 4, 10)
    assert (answer.discloser, answer.recipient) == (HARBOUR, RIVERSIDE)
    assert answer.exchange == "meeting"


def test_a_find_carries_only_identity_and_safe_contact():
    assert kept_sections(ask(find())) == {"identity", "safe_contact"}


def test_a_plan_carries_only_the_matrix():
    assert kept_sections(ask(plan())) == four_tiers().consents.plan_sections


def test_our_basis_for_telling_about_another_adult_stays_with_us():
    answer = ask(tell())

    assert isinstance(answer, Cleared)
    assert answer.fragment.bases == {}


def test_nobody_is_mentioned_of_whom_nothing_is_told():
    answer = ask(tell(about=frozenset({"survivor"})))

    assert isinstance(answer, Cleared)
    assert dict(answer.fragment.people) == {"survivor": "survivor"}


def test_her_name_travels_only_where_her_identity_does():
    told, found = ask(tell()), ask(find())

    assert isinstance(told, Cleared)
    assert isinstance(found, Cleared)
    assert told.consent.signer.name == ""
    assert found.consent.signer.name == "Invented Person"


def test_what_is_cleared_ends_with_the_first_of_consent_and_agreements():
    short = replace(GOOD, agreement=Agreement(date(2026, 1, 1), date(2026, 3, 20)))
    shorter = replace(GOOD, agreement=Agreement(date(2026, 1, 1), date(2026, 3, 18)))

    answer = ask(tell(), discloser=Party(HARBOUR, short), recipient=Party(RIVERSIDE, shorter))

    assert isinstance(answer, Cleared)
    assert answer.until == date(2026, 3, 18)


STANDINGS = [
    ({"suspended": True}, "SUSPENDED"),
    ({"verified": False}, "UNVERIFIED"),
    ({"agreement": None}, "AGREEMENT"),
    ({"agreement": ENDED}, "AGREEMENT"),
    ({"agreement": COMING}, "AGREEMENT"),
    ({"tier": Tier.DIRECTORY}, "TIER"),
    ({"seats": frozenset()}, "SEAT"),
    ({"seats": frozenset({"other"})}, "SEAT"),
]


@pytest.mark.parametrize(("change", "reason"), STANDINGS)
def test_the_discloser_must_stand_well(change, reason):
    answer = ask(tell(), discloser=Party(HARBOUR, replace(GOOD, **change)))

    assert isinstance(answer, Withheld)
    assert answer.reason is Reason[f"DISCLOSER_{reason}"]


@pytest.mark.parametrize(("change", "reason"), STANDINGS)
def test_the_recipient_must_stand_well(change, reason):
    answer = ask(tell(), recipient=Party(RIVERSIDE, replace(GOOD, **change)))

    assert isinstance(answer, Withheld)
    assert answer.reason is Reason[f"RECIPIENT_{reason}"]


@pytest.mark.parametrize("side", ["discloser", "recipient"])
def test_a_directory_past_its_date_vouches_for_nobody(side):
    agency = HARBOUR if side == "discloser" else RIVERSIDE
    late = Party(agency, replace(GOOD, directory_until=YESTERDAY))

    answer = ask(tell(), **{side: late})

    assert isinstance(answer, Withheld)
    assert answer.reason is Reason.DIRECTORY_OUT_OF_DATE


def test_a_hand_off_needs_no_seat():
    seatless = replace(GOOD, seats=frozenset())

    answer = ask(find(), discloser=Party(HARBOUR, seatless), recipient=Party(POLICE, seatless))

    assert kept_sections(answer) == {"identity", "safe_contact"}


@pytest.mark.parametrize(
    ("consent", "changes", "reason"),
    [
        (None, {}, Reason.NO_CONSENT),
        (tell(), {"exchange": "gossip"}, Reason.UNKNOWN_EXCHANGE),
        (tell(), {"discloser": Party(HARBOUR, None)}, Reason.DISCLOSER_UNKNOWN),
        (tell(), {"recipient": Party(RIVERSIDE, None)}, Reason.RECIPIENT_UNKNOWN),
        (tell(), {"exchange": "handoff"}, Reason.WRONG_KIND),
        (find(), {"exchange": "meeting"}, Reason.WRONG_KIND),
        (tell(), {"discloser": Party(STRANGER, GOOD)}, Reason.WRONG_DISCLOSER),
        (tell(), {"recipient": Party(STRANGER, GOOD)}, Reason.WRONG_RECIPIENT),
        (tell(recipient=HARBOUR), {}, Reason.WRONG_RECIPIENT),
        (tell(state=ConsentState.REFUSED), {}, Reason.CONSENT_REFUSED),
        (tell(state=ConsentState.WITHDRAWN), {}, Reason.CONSENT_WITHDRAWN),
        (tell(state=ConsentState.EXPIRED), {}, Reason.CONSENT_ENDED),
        (tell(state=ConsentState.REQUESTED), {}, Reason.CONSENT_NOT_GIVEN),
        (tell(state=ConsentState.UNKNOWN), {}, Reason.CONSENT_NOT_GIVEN),
        (tell(ends=YESTERDAY), {}, Reason.CONSENT_ENDED),
        (tell(signed_on=TOMORROW), {}, Reason.CONSENT_NOT_YET),
        (tell(ends=date(2026, 6, 10)), {}, Reason.CONSENT_TOO_LONG),
        (tell(discloser=POLICE, adopted_by=None), {}, Reason.NOT_ADOPTED),
        (tell(discloser=POLICE, adopted_by=" "), {}, Reason.NOT_ADOPTED),
        (tell(carrier=STRANGER), {}, Reason.WRONG_CARRIER),
        (tell(carrier=""), {"carrier": ""}, Reason.WRONG_CARRIER),
        (tell(form="spoken", second_witness="Bo"), {}, Reason.FORM_NOT_ALLOWED),
        (tell(witness=" "), {}, Reason.NO_WITNESS),
        (tell(told=frozenset({"alternatives"})), {}, Reason.NOT_INFORMED),
        (tell(signer=Signer("self", "I", "", None, False)), {}, Reason.SIGNER_NOT_CONFIRMED),
        (tell(signer=Signer("guardian", "X", "x", "puv", True)), {}, Reason.SIGNER_USES_VIOLENCE),
    ],
)
def test_without_the_right_consent_nothing_leaves(consent, changes, reason):
    answer = ask(consent, **changes)

    assert isinstance(answer, Withheld)
    assert answer.reason is reason
    assert places(answer) == set(record().fields)
    assert {each.reason for each in answer.left_out} == {reason, Reason.NEVER_SHARED}


@pytest.mark.parametrize(("second", "clears"), [("", False), ("Bo", True)])
def test_a_spoken_consent_needs_two_witnesses_where_the_pack_takes_it_at_all(second, clears):
    terms = replace(four_tiers().consents, forms=frozenset({"written", "spoken"}))
    pack = replace(four_tiers(), consents=terms)

    answer = ask(tell(form="spoken", second_witness=second), pack=pack)

    assert isinstance(answer, Cleared) is clears
