"""A consent keeps to the protocol it was signed under, whatever the coalition agrees later."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.tiers.worlds import (
    GOOD,
    HARBOUR,
    PACK_TEXT,
    RIVERSIDE,
    TODAY,
    ask,
    four_tiers,
    kept_sections,
    reason_at,
    tell,
)
from tiers.gate import Cleared, Party, Withheld
from tiers.pack_both import both_allow, label
from tiers.protocol import Protocol, read_pack
from tiers.reason import Reason
from tiers.tier import Tier

HEAD = 'id = "mine"\nversion = 2\ntitle = "Mine"\nparent = "four-tiers"\n'
MEETING_2 = "[exchanges.meeting.carries]\n2 = {}\n"


def mine(text: str) -> Protocol:
    return read_pack(HEAD + text, "mine.toml", {"four-tiers": PACK_TEXT})


def wider() -> Protocol:
    """Tier 2 may carry health to a meeting, and a consent may last a year."""
    carried = [*sorted(four_tiers().exchanges["meeting"].carries[Tier.REFERRAL]), "health"]
    return mine(MEETING_2.format(carried) + "[consents]\nmax_days = 366\n")


def ask_at(consent, pack, signed_under, tier):
    """The question with both agencies at this tier."""
    standing = replace(GOOD, tier=tier)
    return ask(
        consent,
        pack=pack,
        signed_under=signed_under,
        discloser=Party(HARBOUR, standing),
        recipient=Party(RIVERSIDE, standing),
    )


def test_the_same_pack_allows_what_it_allows():
    assert both_allow(four_tiers(), four_tiers()) is four_tiers()


def test_a_wider_pack_widens_no_consent_that_was_signed_before():
    health = tell(sections=frozenset({"health", "risks"}))
    tier_2 = {"tier": Tier.REFERRAL}

    before = ask_at(health, wider(), four_tiers(), **tier_2)
    after = ask_at(health, wider(), wider(), **tier_2)

    assert reason_at(before, "health") is Reason.DISCLOSER_MAY_NOT_CARRY
    assert kept_sections(before) == {"risks"}
    assert "health" in kept_sections(after)


def test_a_narrower_pack_narrows_every_consent_at_once():
    narrow = mine(MEETING_2.format(["risks"]))

    answer = ask_at(tell(), narrow, four_tiers(), tier=Tier.REFERRAL)

    assert kept_sections(answer) == {"risks"}


@pytest.mark.parametrize(
    ("now", "then", "clears"),
    [
        (wider, four_tiers, False),
        (four_tiers, wider, False),
        (wider, wider, True),
    ],
)
def test_a_consent_lasts_no_longer_than_either_pack_allows(now, then, clears):
    consent = tell(signed_on=TODAY, ends=TODAY + timedelta(days=91))

    answer = ask(consent, pack=now(), signed_under=then())

    assert isinstance(answer, Cleared) is clears


def test_a_form_or_a_seat_of_either_pack_is_kept_to():
    spoken = mine('legal_profile = "uk"\n[consents]\nforms = ["written", "spoken"]\n')
    seated = mine('[exchanges.handoff]\nseat = "referrals"\n')

    assert both_allow(spoken, four_tiers()).consents.forms == {"written"}
    assert both_allow(four_tiers(), seated).exchanges["handoff"].seat == "referrals"
    assert both_allow(seated, four_tiers()).exchanges["handoff"].seat == "referrals"


def test_what_never_left_when_she_signed_does_not_leave_now():
    shut = mine(
        "[sections.weapons]\ntitle = 'W'\nabout = ['survivor']\nnever_leaves = true\n"
        "[sections.weapons.fields]\nkind = { label = 'Kind' }\n"
    )
    opened = mine(
        "[sections.weapons]\ntitle = 'W'\nabout = ['survivor']\n"
        "[sections.weapons.fields]\nkind = { label = 'Kind' }\n"
    )

    assert both_allow(opened, shut).sections["weapons"].never_leaves
    assert not both_allow(opened, four_tiers()).sections["weapons"].never_leaves


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"agreed": "0" * 64}, Reason.NOT_THE_PACK),
        ({"signed_under": None}, Reason.PACK_UNKNOWN),
    ],
)
def test_without_the_coalitions_pack_or_the_consents_own_nothing_leaves(changes, reason):
    answer = ask(tell(), **changes)

    assert isinstance(answer, Withheld)
    assert answer.reason is reason


def test_a_consent_names_its_pack_by_id_and_version():
    assert label(wider()) == "mine 2"
