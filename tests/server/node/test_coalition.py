"""A coalition comes together: cards, words read aloud, enrolment, and what is refused."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from crypto.keys import Identity
from directory import card as cards
from directory import snapshot
from directory.snapshot import Directory
from server.node import audit, coalition, database
from server.node.access import Role
from server.node.desk import Desk
from server.node.errors import BadFile, Locked, NotFound, NotPermitted, RefusedAct, Usage
from server.node.tables import NodeRow
from tests.nodes import AGENCY, COORDINATING, TestedNode
from tests.server.node.enrolling import MEETING, at, card_of, enrol, words_of
from tiers.tier import Tier


def test_the_coordinating_node_is_entry_one_with_a_seat_and_a_year(coordinating: TestedNode):
    desk = asyncio.run(coordinating.desk())

    first = desk.directory.coordinating

    assert (desk.directory.number, first.name, first.kind) == (1, COORDINATING, "coordinating")
    assert first.id == desk.node.identity
    assert first.seats == MEETING
    assert first.agreement_until is not None
    assert (first.agreement_until - desk.today).days in {364, 365}


def test_an_agency_joins_is_enrolled_and_believes_the_directory(pair):
    agency, coordinating = pair
    trusted = card_of(coordinating)

    at(agency, lambda desk: coalition.join(trusted, words_of(trusted), desk))
    published = enrol(coordinating, card_of(agency))
    at(agency, lambda desk: coalition.adopt(published.raw, desk))

    with database.using(agency.engine):
        desk = asyncio.run(agency.locked())
        assert asyncio.run(audit.verify()).ok
    assert desk.node.relay_url == "http://127.0.0.1:9"
    assert desk.directory.number == 2
    listed = desk.directory.agency(desk.node.identity)
    assert listed is not None
    standing = listed.standing(desk.directory)
    assert (standing.tier, standing.seats, standing.verified) == (Tier.REFERRAL, MEETING, True)
    with database.using(coordinating.engine):
        entry = asyncio.run(audit.list_entries(1))[0]
    assert (entry.act, entry.subject) == ("enrol", desk.node.identity)


def test_the_same_directory_twice_changes_nothing_and_an_older_one_is_refused(pair):
    agency, coordinating = pair
    trusted = card_of(coordinating)
    at(agency, lambda desk: coalition.join(trusted, words_of(trusted), desk))
    older = enrol(coordinating, card_of(agency))
    newer = at(coordinating, coalition.publish)
    assert isinstance(newer, Directory)

    for _ in range(2):
        at(agency, lambda desk: coalition.adopt(newer.raw, desk))

    with pytest.raises(RefusedAct, match="older"):
        at(agency, lambda desk: coalition.adopt(older.raw, desk))
    with database.using(agency.engine):
        assert asyncio.run(agency.locked()).directory.number == newer.number
        adopted = asyncio.run(audit.list_entries(9, acts=frozenset({"directory.adopt"})))
    assert len(adopted) == 1


def test_another_coordinators_directory_is_refused(pair):
    agency, coordinating = pair
    trusted = card_of(coordinating)
    at(agency, lambda desk: coalition.join(trusted, words_of(trusted), desk))

    async def foreign(desk: Desk) -> bytes:
        stranger = Identity(bytes(range(32)))
        mine = desk.directory.coordinating
        entry = replace(
            mine, identity=stranger.public.hex(), node_key=Identity(b"y" * 32).public.hex()
        )
        until = desk.today + timedelta(days=30)
        return snapshot.publish(
            snapshot.EMPTY, [entry], stranger, desk.today, until, desk.pack.digest
        ).raw

    raw = at(coordinating, foreign)
    with pytest.raises(RefusedAct, match="not signed"):
        at(agency, lambda desk: coalition.adopt(raw, desk))  # type: ignore[arg-type]


def test_wrong_words_enrol_nobody(pair):
    agency, coordinating = pair

    with pytest.raises(RefusedAct, match="read theirs aloud") as stop:
        enrol(coordinating, card_of(agency), words="abandon ability able about above absent")

    assert stop.value.exit_code == 5
    with database.using(coordinating.engine):
        assert asyncio.run(coordinating.locked()).directory.number == 1


def test_a_name_that_fits_nobody_or_several_is_said_and_not_guessed(pair):
    agency, coordinating = pair
    enrol(coordinating, card_of(agency))

    async def looked_for(desk: Desk) -> None:
        assert coalition.find(AGENCY[:6].lower(), desk).name == AGENCY
        assert coalition.find(desk.node.identity[:12], desk).coordinating
        for unclear in ("Nobody At All", ""):
            with pytest.raises(NotFound) as stop:
                coalition.find(unclear, desk)
            assert (stop.value.exit_code, bool(stop.value.sentence)) == (5, True)

    at(coordinating, looked_for)


def test_words_may_be_written_as_they_were_heard(pair):
    agency, coordinating = pair
    raw = card_of(agency)

    published = enrol(coordinating, raw, words=words_of(raw).upper().replace(" ", ", "))

    assert published.find(AGENCY).name == AGENCY


def test_only_a_coordinator_enrols_and_only_at_the_coordinating_node(pair):
    agency, coordinating = pair
    raw = card_of(agency)

    with pytest.raises(NotPermitted):
        enrol(agency, raw)

    async def as_operator(desk: Desk) -> object:
        assert desk.staff is not None
        operator = replace(desk, staff=replace(desk.staff, roles=frozenset({Role.OPERATOR})))
        return await coalition.enrol(
            raw, Tier.REFERRAL, MEETING, desk.today, words_of(raw), operator
        )

    with pytest.raises(NotPermitted):
        at(coordinating, as_operator)


def test_a_locked_coordinating_node_publishes_nothing(pair):
    agency, coordinating = pair
    raw = card_of(agency)

    async def locked(desk: Desk) -> object:
        return await coalition.enrol(
            raw, Tier.REFERRAL, MEETING, desk.today, words_of(raw), replace(desk, keys=None)
        )

    with pytest.raises(Locked):
        at(coordinating, locked)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"seats": frozenset({"throne"})}, "no seat throne"),
        ({"days": -1}, "ended already"),
    ],
)
def test_terms_that_cannot_be_are_refused(pair, changed: dict[str, object], sentence: str):
    agency, coordinating = pair
    with database.using(coordinating.engine):
        today = asyncio.run(coordinating.locked()).today
    if "days" in changed:
        changed = {"agreement_until": today - timedelta(days=1)}

    with pytest.raises(Usage, match=sentence):
        enrol(coordinating, card_of(agency), **changed)


def test_rehearsal_cards_and_real_cards_never_meet(pair):
    agency, coordinating = pair
    rehearsal = card_of(agency)
    with database.using(agency.engine):
        node_key = asyncio.run(agency.locked()).node.node_key
    card = cards.read(rehearsal)
    real = cards.make(replace(card, rehearsal=False, node_key=node_key.public), agency.identity)

    with pytest.raises(RefusedAct, match="real agency"):
        enrol(coordinating, real)

    async def turn_real() -> None:
        await NodeRow.update({NodeRow.rehearsal: False}, force=True)

    with database.using(coordinating.engine):
        asyncio.run(turn_real())
    with pytest.raises(RefusedAct, match="from a rehearsal"):
        enrol(coordinating, rehearsal)
    assert enrol(coordinating, real).number == 2


@pytest.mark.parametrize("place", [0, 40, -1])
def test_a_flipped_bit_in_a_card_is_found(pair, place: int):
    agency, coordinating = pair
    raw = bytearray(card_of(agency))
    raw[place] ^= 4

    with pytest.raises(BadFile) as stop:
        enrol(coordinating, bytes(raw), words="any")

    assert stop.value.exit_code == 6


def test_an_agency_that_belongs_to_one_coalition_joins_no_other(pair, new_node):
    agency, coordinating = pair
    trusted = card_of(coordinating)
    at(agency, lambda desk: coalition.join(trusted, words_of(trusted), desk))
    stranger = Identity(bytes(range(32)))
    other = cards.make(replace(cards.read(trusted), identity=stranger.public), stranger)

    with pytest.raises(RefusedAct, match="another coalition"):
        at(agency, lambda desk: coalition.join(other, words_of(other), desk))
    at(agency, lambda desk: coalition.join(trusted, words_of(trusted), desk))


def test_an_agency_joins_no_agency_and_the_coordinating_node_joins_nobody(pair):
    agency, coordinating = pair
    stranger = Identity(bytes(range(32)))
    card = replace(
        cards.read(card_of(coordinating)), identity=stranger.public, coordinating=False, relay=None
    )
    raw = cards.make(card, stranger)

    with pytest.raises(RefusedAct, match="not the card of a coordinating node"):
        at(agency, lambda desk: coalition.join(raw, words_of(raw), desk))
    with pytest.raises(RefusedAct, match="joins nobody"):
        at(coordinating, lambda desk: coalition.join(raw, words_of(raw), desk))


def test_a_coalition_with_another_pack_is_not_joined(pair):
    agency, coordinating = pair
    stranger = Identity(bytes(range(32)))
    card = cards.read(card_of(coordinating))
    raw = cards.make(replace(card, identity=stranger.public, pack="00" * 32), stranger)

    with pytest.raises(RefusedAct, match="another protocol pack"):
        at(agency, lambda desk: coalition.join(raw, words_of(raw), desk))
