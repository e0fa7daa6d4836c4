"""The invariants of consent that pure code can decide, each by its number."""

import inspect
import json
from dataclasses import FrozenInstanceError, fields, replace
from datetime import date, timedelta
from itertools import count

import pytest

from tests.tiers.worlds import (
    GOOD,
    HARBOUR,
    POLICE,
    RIVERSIDE,
    TODAY,
    ask,
    find,
    four_tiers,
    kept_sections,
    places,
    plan,
    reason_at,
    record,
    release_file,
    tell,
    written,
)
from tiers import consent, gate, grounds, protocol, reason, release_form, standing
from tiers.consent import Consent, ConsentMistake, ConsentState, Signer
from tiers.fragment import Place
from tiers.gate import Cleared, LeftOut, Party, Reason, Withheld, decide
from tiers.release_form import FormMistake, expand, read_release
from tiers.standing import Agreement
from tiers.tier import Tier


def test_c01_without_a_consent_nothing_leaves_not_even_that_she_is_known():
    answer = ask(None)

    assert isinstance(answer, Withheld)
    assert not hasattr(answer, "fragment")
    assert {each.place for each in answer.left_out} == set(record().fields)


def test_c01_what_is_left_out_names_places_and_never_a_value():
    assert [field.name for field in fields(LeftOut)] == ["place", "reason"]


def test_c02_an_end_date_is_required_and_the_pack_caps_it():
    terms = tell().to_terms()
    endless = release_file()
    del endless["ends"]

    for nothing in (None, "", "until further notice"):
        with pytest.raises(ConsentMistake):
            Consent.from_terms(terms | {"ends": nothing})
    with pytest.raises(FormMistake, match="ends"):
        read_release(endless)
    with pytest.raises(FormMistake, match="at most 2026-06-09"):
        expanded(ends="2026-06-10")
    too_long = ask(tell(signed_on=date(2026, 3, 1), ends=date(2026, 6, 1)))
    assert isinstance(too_long, Withheld)
    assert too_long.reason is Reason.CONSENT_TOO_LONG


def test_c03_the_end_is_asked_at_each_decision_whatever_the_state_says():
    given = tell(state=ConsentState.GIVEN)

    last, after = ask(given, today=given.ends), ask(given, today=given.ends + timedelta(days=1))

    assert isinstance(last, Cleared)
    assert isinstance(after, Withheld)
    assert after.reason is Reason.CONSENT_ENDED


@pytest.mark.parametrize("state", sorted(ConsentState, key=str))
def test_c04_only_given_and_renewed_permit_and_unknown_is_no(state):
    permitted = state in {ConsentState.GIVEN, ConsentState.RENEWED}

    assert isinstance(ask(tell(state=state)), Cleared) is permitted


def test_c04_a_directory_past_its_date_is_no():
    stale = Party(RIVERSIDE, replace(GOOD, directory_until=TODAY - timedelta(days=1)))

    answer = ask(tell(), recipient=stale)

    assert isinstance(answer, Withheld)
    assert answer.reason is Reason.DIRECTORY_OUT_OF_DATE


def test_c05_a_withdrawn_consent_withholds_everything_at_once():
    answer = ask(tell(state=ConsentState.WITHDRAWN))

    assert isinstance(answer, Withheld)
    assert answer.reason is Reason.CONSENT_WITHDRAWN
    assert places(answer) == set(record().fields)


def expanded(**changes):
    numbers = count(1)
    form = read_release(release_file(**changes))
    return expand(form, HARBOUR, RIVERSIDE, four_tiers(), TODAY, lambda: f"{next(numbers):032x}")


def test_c06_a_release_for_a_team_is_one_consent_for_each_recipient_and_kind():
    consents = expanded()

    assert len({(each.kind, each.discloser, each.recipient) for each in consents}) == 5
    assert len({each.id for each in consents}) == 5


def test_c06_each_consent_of_a_release_is_withdrawn_alone():
    found, told, *_ = (replace(each, adopted_by="Ana") for each in expanded()[2:4])

    withdrawn = replace(found, state=ConsentState.WITHDRAWN)

    assert isinstance(ask(withdrawn), Withheld)
    assert isinstance(ask(told), Cleared)


def test_c07_a_consent_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        tell().ends = date(2027, 1, 1)  # type: ignore[misc]


@pytest.mark.parametrize("spelling", ["Marek Novák", "NOVAK, marek", "marek  novak"])
def test_c08_a_signer_recorded_as_using_violence_is_refused(spelling):
    fields = {**record().fields, Place("identity", "puv", "name"): written(spelling)}
    signed = tell(signer=Signer("guardian", "Marek Novak", "father", None, True))

    answer = ask(signed, fragment=record(fields=fields))

    assert isinstance(answer, Withheld)
    assert answer.reason is Reason.SIGNER_USES_VIOLENCE


def test_c08_nobody_may_leave_the_check_of_the_signer_out():
    signer = release_file()["signer"] | {"confirmed_not_abuser": False}

    with pytest.raises(FormMistake, match="not the person using violence"):
        read_release(release_file(signer=signer))


@pytest.mark.parametrize("side", ["discloser", "recipient"])
def test_c09_a_lapsed_agreement_withholds_until_it_is_renewed(side):
    agency = HARBOUR if side == "discloser" else RIVERSIDE
    lapsed = replace(GOOD, agreement=Agreement(date(2025, 1, 1), TODAY - timedelta(days=1)))

    before = ask(tell(), **{side: Party(agency, lapsed)})
    renewed = ask(tell(), **{side: Party(agency, GOOD)})

    assert isinstance(before, Withheld)
    assert isinstance(renewed, Cleared)


def test_c09_nothing_is_cleared_beyond_an_agreement():
    soon = replace(GOOD, agreement=Agreement(date(2026, 1, 1), date(2026, 3, 20)))

    answer = ask(tell(), recipient=Party(RIVERSIDE, soon))

    assert isinstance(answer, Cleared)
    assert answer.until == date(2026, 3, 20)


@pytest.mark.parametrize(
    "lost",
    [
        {"tier": Tier.DIRECTORY},
        {"seats": frozenset()},
        {"suspended": True},
        {"verified": False},
    ],
)
def test_c10_a_lost_tier_seat_or_key_withholds(lost):
    assert isinstance(ask(tell(), recipient=Party(RIVERSIDE, replace(GOOD, **lost))), Withheld)


def test_c11_nothing_here_takes_or_knows_an_override():
    assert list(inspect.signature(decide).parameters) == [
        "fragment",
        "discloser",
        "recipient",
        "consent",
        "exchange",
        "pack",
        "today",
        "carrier",
        "agreed",
        "signed_under",
    ]
    for module in (consent, gate, grounds, protocol, reason, release_form, standing):
        source = inspect.getsource(module).casefold()
        assert not any(word in source for word in ("overrid", "bypass", "break_glass", "emergency"))


def test_c11_terms_with_an_override_are_refused():
    with pytest.raises(ConsentMistake, match="override"):
        Consent.from_terms(tell().to_terms() | {"override": True})


def test_c15_what_she_says_reaches_no_plan_and_no_find_that_does_not_name_it():
    assert "survivor_voice" not in kept_sections(ask(plan()))
    assert "survivor_voice" not in kept_sections(ask(find()))


def test_c16_the_gate_answers_field_by_field():
    excluded = tell(excluded=frozenset({("risks", "weapons")}))
    fields = {
        Place("risks", "survivor", "weapons"): written("x"),
        Place("risks", "survivor", "threats"): written("y"),
    }

    answer = ask(excluded, fragment=record(fields=fields))

    assert isinstance(answer, Cleared)
    assert set(answer.fragment.fields) == {Place("risks", "survivor", "threats")}
    assert answer.left_out == (LeftOut(Place("risks", "survivor", "weapons"), Reason.EXCLUDED),)


def test_c17_what_is_cleared_names_its_agency_its_consent_and_its_end():
    answer = ask(tell())

    assert isinstance(answer, Cleared)
    assert (answer.discloser, answer.consent.id, answer.until) == (
        HARBOUR,
        tell().id,
        tell().ends,
    )


def test_c20_a_record_of_help_refused_is_withheld_like_any_other():
    declined = {Place("service_involvement", "survivor", "status"): written("declined")}

    without = ask(None, fragment=record(fields=declined))
    unnamed = ask(tell(sections=frozenset({"risks"})), fragment=record(fields=declined))

    assert isinstance(without, Withheld)
    assert isinstance(unnamed, Withheld)
    assert reason_at(unnamed, "service_involvement") is Reason.NOT_IN_CONSENT


def test_nobody_passes_on_another_agencys_consent():
    others = json.dumps(tell(discloser=RIVERSIDE).to_terms())
    field = Place("releases", "survivor", "x")

    answer = ask(find(), fragment=record(fields={**record().fields, field: written(others)}))

    assert reason_at(answer, "releases") is Reason.NOT_THEIR_CONSENT


def test_one_agency_cannot_use_what_another_was_allowed():
    assert isinstance(ask(find(), discloser=Party(POLICE, GOOD)), Withheld)
