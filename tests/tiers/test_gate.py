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
    reason_at,
    record,
    tell,
    written,
)
from tiers.consent import ConsentKind, ConsentState, Signer
from tiers.fragment import Place
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
    assert kept_sections(ask(plan())) == {"matrix"}


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


@pytest.mark.parametrize(
    ("signer", "field", "recorded"),
    [
        ("José Novak", "name", "Jose  NOVÁK"),
        ("Marek Novak", "name", "Novak, Marek"),
        ("Marek Novak", "aliases", "Max, Marek Novak"),
        ("Max Muster", "aliases", "Marek\nMax Muster"),
        ("O'Neill Sam", "name", "Sam O\u2019Neill"),
        ("Max", "name", "Marek Novak also known as Max"),
    ],
)
def test_nobody_recorded_as_using_violence_signs_under_any_of_their_names(signer, field, recorded):
    fields = {**record().fields, Place("identity", "puv", field): written(recorded)}

    answer = ask(
        tell(signer=Signer("guardian", signer, "parent", None, True)),
        fragment=record(fields=fields),
    )

    assert isinstance(answer, Withheld)
    assert answer.reason is Reason.SIGNER_USES_VIOLENCE


def test_a_consent_without_a_name_is_compared_by_code_alone():
    nameless = plan().without_name()
    fields = {**record().fields, Place("identity", "puv", "name"): written("")}

    assert isinstance(ask(nameless, fragment=record(fields=fields)), Cleared)


@pytest.mark.parametrize(("section", "field"), [("identity", "lives_with"), ("risks", "name")])
def test_a_signer_may_be_mentioned_where_no_name_of_theirs_is_written(section, field):
    fields = {**record().fields, Place(section, "puv", field): written("Invented Person")}

    assert isinstance(ask(tell(), fragment=record(fields=fields)), Cleared)


@pytest.mark.parametrize("about", ["survivor", "nan"])
def test_a_signer_may_bear_the_name_of_anybody_else(about):
    fields = {**record().fields, Place("identity", about, "name"): written("Invented Person")}

    assert isinstance(ask(tell(), fragment=record(fields=fields)), Cleared)


def test_a_place_stays_for_the_first_reason_that_holds():
    consent = tell(
        sections=four_tiers().consents.tell_sections - {"orders"},
        about=frozenset({"survivor", "child-a", "puv"}),
        excluded=frozenset({("risks", "summary")}),
    )

    answer = ask(consent, fragment=record(bases={}))

    assert reason_at(answer, "private") is Reason.NEVER_SHARED
    assert reason_at(answer, "orders") is Reason.NOT_IN_CONSENT
    assert reason_at(answer, "risks") is Reason.EXCLUDED
    assert reason_at(answer, "health", "child-b") is Reason.CHILD_NOT_NAMED
    assert reason_at(answer, "health", "nan") is Reason.PERSON_NOT_NAMED
    assert reason_at(answer, "health", "puv") is Reason.NO_BASIS
    assert reason_at(answer, "health", "child-a") is None
    assert reason_at(answer, "health") is None


@pytest.mark.parametrize(
    ("side", "reason"),
    [
        ("discloser", Reason.DISCLOSER_MAY_NOT_CARRY),
        ("recipient", Reason.RECIPIENT_MAY_NOT_CARRY),
    ],
)
def test_both_tiers_must_carry_the_section(side, reason):
    agency = HARBOUR if side == "discloser" else RIVERSIDE
    second = Party(agency, replace(GOOD, tier=Tier.REFERRAL))

    answer = ask(tell(), **{side: second})

    assert reason_at(answer, "health") is reason
    assert reason_at(answer, "risks") is None


@pytest.mark.parametrize("blank", ["", "  \n"])
def test_a_blank_basis_is_no_basis(blank):
    answer = ask(tell(), fragment=record(bases={"puv": blank, "nan": "he asked us"}))

    assert reason_at(answer, "risks", "puv") is Reason.NO_BASIS
    assert reason_at(answer, "risks", "nan") is None


def test_a_section_or_person_the_pack_and_case_do_not_know_stays():
    fields = {
        Place("gossip", "survivor", "x"): written("x"),
        Place("risks", "nobody", "summary"): written("x"),
        Place("risks", "survivor", "summary"): written("x"),
    }

    answer = ask(tell(sections=frozenset({"gossip", "risks"})), fragment=record(fields=fields))

    assert reason_at(answer, "gossip") is Reason.NOT_IN_PACK
    assert reason_at(answer, "risks", "nobody") is Reason.PERSON_UNKNOWN
    assert reason_at(answer, "risks") is None


@pytest.mark.parametrize("pack_says", [True, False])
def test_private_stays_even_if_a_pack_and_a_consent_should_say_otherwise(pack_says):
    sections = dict(four_tiers().sections)
    sections["private"] = replace(sections["private"], never_leaves=pack_says)
    row = four_tiers().exchanges["meeting"]
    carries = {tier: row.carries[tier] | {"private"} for tier in Tier}
    pack = replace(
        four_tiers(), sections=sections, exchanges={"meeting": replace(row, carries=carries)}
    )

    answer = ask(tell(sections=frozenset({"private", "risks"})), pack=pack)

    assert reason_at(answer, "private") is Reason.NEVER_SHARED


def test_where_one_reason_holds_everything_it_is_the_answer():
    answer = ask(
        tell(about=frozenset()),
        fragment=record(
            fields={
                Place("children", "child-a", "school"): written("x"),
                Place("private", "survivor", "notes"): written("x"),
            },
        ),
    )

    assert isinstance(answer, Withheld)
    assert answer.reason is Reason.CHILD_NOT_NAMED


def test_where_reasons_differ_nothing_is_left_to_share():
    answer = ask(tell(about=frozenset()))

    assert isinstance(answer, Withheld)
    assert answer.reason is Reason.NOTHING_TO_SHARE


def test_an_empty_record_shares_nothing_and_only_private_words_are_never_shared():
    notes = {Place("private", "survivor", "notes"): written("x")}

    empty, private = (
        ask(tell(), fragment=record(fields={})),
        ask(tell(), fragment=record(fields=notes)),
    )

    assert empty == Withheld(Reason.NOTHING_TO_SHARE, ())
    assert isinstance(private, Withheld)
    assert private.reason is Reason.NEVER_SHARED


def test_every_reason_is_a_sentence_of_its_own():
    sentences = [reason.value for reason in Reason]

    assert len(set(sentences)) == len(Reason)
    assert all(line[0].isupper() and line.endswith(".") for line in sentences)


def test_every_kind_of_consent_belongs_to_an_exchange_of_the_pack():
    assert {kind.exchange for kind in ConsentKind} == set(four_tiers().exchanges)
