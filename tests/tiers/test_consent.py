from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from tests.tiers.worlds import HARBOUR, find, plan, tell
from tiers.consent import Consent, ConsentMistake, ConsentState, ends_at


def test_terms_come_back_as_they_went():
    consent = tell(
        excluded=frozenset({("identity", "school"), ("health", "injuries")}),
        case_ref="7KQ42M" + "0" * 20,
        second_witness="Bo",
        interpreter="Cy",
        adopted_by=None,
    )

    assert Consent.from_terms(consent.to_terms()) == consent
    assert Consent.from_terms(find().to_terms()) == find()
    assert Consent.from_terms(plan().without_name().to_terms()) == plan().without_name()


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("format", "casefold-consent-2"),
        ("id", "x" * 32),
        ("id", "A" * 32),
        ("id", "1" * 32 + "\n"),
        ("release_id", 1),
        ("kind", "sell"),
        ("discloser", "Harbour"),
        ("recipient", HARBOUR),
        ("sections", "identity"),
        ("sections", ["Not A Code"]),
        ("about", ["Sur vivor"]),
        ("about", [None]),
        ("excluded", [["identity"]]),
        ("excluded", [["identity", "a", "b"]]),
        ("excluded", {}),
        ("purpose", ""),
        ("purpose", "\ud800"),
        ("purpose", "bell\x07"),
        ("purpose", "x" * 70_000),
        ("signer", None),
        ("signer", {"kind": "self"}),
        ("form", "shouted"),
        ("signed_on", "11 March"),
        ("signed_on", "2026-02-30"),
        ("signed_on", "0001-01-01"),
        ("signed_on", 20260311),
        ("ends", None),
        ("ends", "2026-03-10"),
        ("witness", " "),
        ("language", "two\nlines"),
        ("carrier", ""),
        ("adopted_by", ""),
        ("state", "maybe"),
        ("told", ["nothing"]),
        ("case_ref", "7KQ-42M"),
        ("method", "telepathy"),
        ("survivor", ""),
    ],
)
def test_terms_that_are_not_exact_are_refused_with_a_sentence(part, value):
    terms = tell().to_terms() | {part: value}

    with pytest.raises(ConsentMistake, match=r"The consent terms cannot be read\. .+\."):
        Consent.from_terms(terms)


@pytest.mark.parametrize("terms", [None, [], "terms", {}, {1: 2}])
def test_what_is_no_object_of_terms_is_refused(terms):
    with pytest.raises(ConsentMistake):
        Consent.from_terms(terms)


def test_a_missing_or_unknown_part_is_named():
    short, long = tell().to_terms(), tell().to_terms() | {"override": True}
    del short["ends"]

    with pytest.raises(ConsentMistake, match="ends"):
        Consent.from_terms(short)
    with pytest.raises(ConsentMistake, match="override"):
        Consent.from_terms(long)


def test_a_consent_is_live_on_its_first_and_last_day_and_on_no_other():
    consent = tell(signed_on=date(2026, 3, 11), ends=date(2026, 4, 10))

    assert consent.live_on(date(2026, 3, 11))
    assert consent.live_on(date(2026, 4, 10))
    assert not consent.live_on(date(2026, 3, 10))
    assert not consent.live_on(date(2026, 4, 11))


@pytest.mark.parametrize("state", list(ConsentState))
def test_only_given_and_renewed_permit(state):
    permitting = {ConsentState.GIVEN, ConsentState.RENEWED}

    assert tell(state=state).live_on(date(2026, 3, 16)) is (state in permitting)


def test_her_name_is_told_only_with_her_identity_and_not_against_her_word():
    assert find().tells_name
    assert not tell().tells_name
    assert not replace(find(), excluded=frozenset({("identity", "name")})).tells_name


@pytest.mark.parametrize(
    ("day", "timezone", "expected"),
    [
        (date(2026, 4, 10), "UTC", datetime(2026, 4, 11, tzinfo=UTC)),
        (date(2026, 4, 10), "Europe/London", datetime(2026, 4, 10, 23, tzinfo=UTC)),
        (date(2026, 3, 28), "Europe/London", datetime(2026, 3, 29, 0, tzinfo=UTC)),
        (date(2026, 12, 31), "America/Chicago", datetime(2027, 1, 1, 6, tzinfo=UTC)),
        (date(2026, 10, 31), "America/Chicago", datetime(2026, 11, 1, 5, tzinfo=UTC)),
    ],
)
def test_until_a_day_includes_that_day_where_the_coalition_lives(day, timezone, expected):
    assert ends_at(day, timezone) == int(expected.timestamp())
