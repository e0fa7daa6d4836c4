"""What the gate withholds, it withholds for a reason that a person can read."""

from dataclasses import replace

import pytest

from tests.tiers.worlds import (
    GOOD,
    HARBOUR,
    RIVERSIDE,
    ask,
    four_tiers,
    reason_at,
    record,
    tell,
    written,
)
from tiers.consent import ConsentKind
from tiers.fragment import Place
from tiers.gate import Cleared, Party, Reason, Withheld
from tiers.tier import Tier


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


def test_what_restates_a_part_whose_consent_ended_stays_until_somebody_rewrites_it():
    closed = Place("risks", "survivor", "summary")
    fields = {closed: written("x"), Place("risks", "survivor", "threats"): written("y")}

    answer = ask(tell(), fragment=record(fields=fields, closed=frozenset({closed})))

    assert isinstance(answer, Cleared)
    assert {left.place: left.reason for left in answer.left_out} == {closed: Reason.RESTED_ON_ENDED}
    assert set(answer.fragment.fields) == {Place("risks", "survivor", "threats")}


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
