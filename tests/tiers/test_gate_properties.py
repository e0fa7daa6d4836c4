"""What no world may ever show: each property is tried on generated agencies, cases and consents."""

from dataclasses import replace
from datetime import date, timedelta
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tiers.worlds import (
    GOOD,
    HARBOUR,
    PEOPLE,
    POLICE,
    RIVERSIDE,
    STRANGER,
    TODAY,
    ask,
    find,
    four_tiers,
    places,
    plan,
    record,
    tell,
    written,
)
from tiers.consent import EVERYTHING_TOLD, ConsentKind, ConsentState, Signer
from tiers.fragment import Place
from tiers.gate import Cleared, Party, Reason
from tiers.standing import Agreement
from tiers.tier import Tier

many = settings(max_examples=700, deadline=None, derandomize=True)
SECTIONS = sorted(four_tiers().sections)


def mostly(good, *others):
    """The good value nine times in ten, so that a fair share of worlds clears something."""
    return st.sampled_from([good] * (9 * len(others)) + list(others))


days = st.integers(-120, 120).map(lambda n: TODAY + timedelta(days=n))
agreements = st.one_of(
    st.just(GOOD.agreement),
    st.just(GOOD.agreement),
    st.none(),
    st.builds(Agreement, days, days),
)
standings = st.one_of(
    st.just(GOOD),
    st.builds(
        replace,
        st.just(GOOD),
        tier=mostly(Tier.FRAMEWORKS, *Tier),
        agreement=agreements,
        seats=mostly(GOOD.seats, frozenset()),
        verified=mostly(True, False),
        suspended=mostly(False, True),
        directory_until=mostly(GOOD.directory_until, TODAY - timedelta(days=1)),
    ),
)
people = st.sets(st.sampled_from(sorted(PEOPLE))).map(frozenset)
pairs = st.sets(
    st.sampled_from([(s.id, f.id) for s in four_tiers().sections.values() for f in s.fields])
).map(frozenset)
signers = mostly(
    Signer("self", "Invented Person", "", "survivor", True),
    Signer("guardian", "Invented Person", "mother", None, False),
    Signer("guardian", "identity of puv", "father", None, True),
    Signer("guardian", "Someone", "father", "puv", True),
)


# Strategies are made once: hypothesis studies each new one, which costs more than the gate does.
SLIPS = {
    "about": st.one_of(st.just(frozenset(PEOPLE)), people),
    "excluded": st.one_of(st.just(frozenset()), pairs),
    "signed_on": mostly(tell().signed_on, TODAY + timedelta(days=2), date(2025, 1, 1)),
    "ends": mostly(tell().ends, TODAY, TODAY - timedelta(days=1), date(2027, 1, 1)),
    "state": mostly(ConsentState.GIVEN, *ConsentState),
    "carrier": mostly(RIVERSIDE, STRANGER),
    "collected_by": st.sampled_from([HARBOUR, POLICE]),
    "adopted_by": mostly("Ana", None),
    "form": mostly("written", "spoken"),
    "witness": mostly("Ana", ""),
    "told": mostly(EVERYTHING_TOLD, frozenset({"alternatives"})),
    "signer": signers,
}
slips = st.fixed_dictionaries(SLIPS)
rights = st.sampled_from([tell(), find(), plan(), tell(), find(), plan(), None])
other_sections = st.one_of(st.none(), st.sets(st.sampled_from(SECTIONS), min_size=1).map(frozenset))
parties = st.tuples(mostly(False, True), st.one_of(standings, standings, st.none()))
exchanges = mostly(None, "handoff", "meeting", "odd")
bases = mostly({"puv": "ours", "nan": "ours"}, {}, {"puv": " "})
erased = st.one_of(st.just(set()), st.sets(st.sampled_from([*SECTIONS, *PEOPLE])))


@cache
def all_places():
    extra = {
        Place("releases", "survivor", "x"): written("{}"),
        Place("odd", "puv", "x"): written(""),
    }
    return {**record().fields, **extra}


WHOLE = record()


def party(agency, slip):
    stranger, standing = slip
    return Party(STRANGER if stranger else agency, standing)


@st.composite
def worlds(draw):
    """A consent that is right in most parts, and everything else ask() is asked."""
    consent = draw(rights)
    right = consent or tell()
    if consent is not None:
        sections = draw(other_sections) or consent.sections
        consent = replace(consent, sections=sections, **draw(slips))
    gone = draw(erased)
    kept = {p: v for p, v in all_places().items() if not gone & {p.section, p.about}}
    return consent, {
        "fragment": replace(WHOLE, fields=kept, bases=draw(bases)),
        "discloser": party(right.discloser, draw(parties)),
        "recipient": party(right.recipient, draw(parties)),
        "exchange": draw(exchanges) or right.kind.exchange,
    }


@many
@given(worlds())
def test_nothing_is_cleared_without_each_of_its_grounds(world):
    consent, question = world

    answer = ask(consent, **question)

    if not isinstance(answer, Cleared):
        return
    assert consent is not None
    assert consent.live_on(TODAY)
    assert (consent.ends - consent.signed_on).days <= 90
    assert consent.adopted_by or consent.collected_by == consent.discloser
    assert consent.carrier == RIVERSIDE
    assert consent.form == "written"
    assert consent.signer.confirmed_not_abuser
    row = four_tiers().exchanges[question["exchange"]]
    assert row.id == consent.kind.exchange
    assert TODAY <= answer.until <= consent.ends
    for party, named in (("discloser", consent.discloser), ("recipient", consent.recipient)):
        standing = question[party].standing
        assert question[party].agency == named
        assert standing.verified
        assert not standing.suspended
        assert standing.agreement.in_force(TODAY)
        assert standing.agreement.until >= answer.until
        assert standing.directory_until >= TODAY
        assert row.seat is None or row.seat in standing.seats
        assert {place.section for place in answer.fragment.fields} <= row.carries[standing.tier]


@many
@given(worlds())
def test_every_place_is_either_cleared_or_has_a_reason(world):
    consent, question = world
    whole = question["fragment"].fields

    answer = ask(consent, **question)

    kept = set(answer.fragment.fields) if isinstance(answer, Cleared) else set()
    left = [each.place for each in answer.left_out]
    assert len(left) == len(set(left))
    assert kept.isdisjoint(left)
    assert kept | set(left) == set(whole)
    assert all(isinstance(each.reason, Reason) for each in answer.left_out)
    assert all(whole[place] == answer.fragment.fields[place] for place in kept)


@many
@given(worlds())
def test_what_is_cleared_was_named_and_nobody_else_is_mentioned(world):
    consent, question = world

    answer = ask(consent, **question)

    if not isinstance(answer, Cleared):
        return
    for place in answer.fragment.fields:
        assert place.section in consent.sections
        assert place.section != "private"
        assert place.about in consent.about
        assert (place.section, place.field) not in consent.excluded
        adult = PEOPLE[place.about] in {"person_using_violence", "other_at_risk"}
        assert not adult or question["fragment"].bases[place.about].strip()
    assert set(answer.fragment.people) == {place.about for place in answer.fragment.fields}


RESTRICTIONS = [
    "suspend",
    "unseat",
    "lapse",
    "unverify",
    "lower",
    "outdate",
    "section",
    "person",
    "exclude",
    "withdraw",
    "end",
    "unadopt",
    "untell",
    "basis",
    "later",
    "row",
    "erase",
]


def restricted(world, how, which, section, person):
    """The same world with one restriction more."""
    consent, question = world
    question = dict(question)
    standing = question[which].standing
    on_standing = {
        "suspend": {"suspended": True},
        "unseat": {"seats": frozenset()},
        "lapse": {"agreement": None},
        "unverify": {"verified": False},
        "lower": {"tier": Tier.DIRECTORY},
        "outdate": {"directory_until": TODAY - timedelta(days=1)},
    }
    on_consent = {
        "section": {"sections": consent.sections - {section}},
        "person": {"about": consent.about - {person}},
        "exclude": {"excluded": consent.excluded | {(section, "summary"), (section, "name")}},
        "withdraw": {"state": ConsentState.WITHDRAWN},
        "end": {"ends": min(consent.ends, TODAY)},
        "unadopt": {"adopted_by": None},
        "untell": {"told": frozenset()},
    }
    if how in on_standing and standing is not None:
        question[which] = Party(question[which].agency, replace(standing, **on_standing[how]))
    if how in on_consent:
        consent = replace(consent, **on_consent[how])
    if how == "basis":
        question["fragment"] = replace(question["fragment"], bases={})
    if how == "later":
        question["today"] = consent.ends + timedelta(days=1)
    if how == "erase":
        kept = {p: v for p, v in question["fragment"].fields.items() if p.section != section}
        question["fragment"] = replace(question["fragment"], fields=kept)
    if how == "row":
        row = four_tiers().exchanges[consent.kind.exchange]
        less = {tier: carried - {section} for tier, carried in row.carries.items()}
        exchanges = {**four_tiers().exchanges, row.id: replace(row, carries=less)}
        question["pack"] = replace(four_tiers(), exchanges=exchanges)
    return consent, question


@many
@given(
    worlds().filter(lambda world: world[0] is not None),
    st.sampled_from(RESTRICTIONS),
    st.sampled_from(["discloser", "recipient"]),
    st.sampled_from(SECTIONS),
    st.sampled_from(sorted(PEOPLE)),
)
def test_one_restriction_more_never_widens(world, how, which, section, person):
    before = ask(world[0], **world[1])
    consent, question = restricted(world, how, which, section, person)

    after = ask(consent, **question)

    if isinstance(after, Cleared):
        assert isinstance(before, Cleared)
        assert set(after.fragment.fields) <= set(before.fragment.fields)
        assert after.until <= before.until
        assert set(after.fragment.people) <= set(before.fragment.people)
    assert places(after) == set(question["fragment"].fields)


def test_the_worlds_are_neither_all_open_nor_all_shut():
    seen = []

    @settings(max_examples=300, deadline=None, derandomize=True, database=None)
    @given(worlds())
    def look(world):
        seen.append(isinstance(ask(world[0], **world[1]), Cleared))

    look()

    assert 30 <= sum(seen) <= 270


def test_every_kind_of_consent_is_tried():
    assert {find().kind, tell().kind, plan().kind} == set(ConsentKind)
