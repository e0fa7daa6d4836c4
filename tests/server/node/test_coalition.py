import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from crypto.keys import Identity
from directory import card as cards
from directory import snapshot
from directory.snapshot import Directory
from server.node import audit, coalition, database
from server.node.access import Role
from server.node.coalition import Change
from server.node.desk import Desk
from server.node.errors import BadFile, Locked, NotFound, NotPermitted, RefusedAct, Usage
from server.node.tables import NodeRow, PartnerCard
from tests.nodes import AGENCY, COORDINATING, TestedNode
from tiers.tier import Tier

MEETING = frozenset({"meeting"})


def _words(raw: bytes) -> str:
    return " ".join(cards.read(raw).words)


def _card_of(node: TestedNode) -> bytes:
    with database.using(node.engine):
        return asyncio.run(node.locked()).node.card


def _at(node: TestedNode, act: Callable[[Desk], object]) -> object:
    async def acted() -> object:
        return await act(await node.desk())  # type: ignore[misc]

    with database.using(node.engine):
        return asyncio.run(acted())


def _enrol(coordinating: TestedNode, raw: bytes, words: str = "", **changed: object) -> Directory:
    async def act(desk: Desk) -> Directory:
        asked: dict[str, object] = {
            "tier": Tier.REFERRAL,
            "seats": MEETING,
            "agreement_until": desk.today + timedelta(days=90),
            "words": words or _words(raw),
        }
        return await coalition.enrol(raw, **asked | changed, desk=desk)  # type: ignore[arg-type]

    found = _at(coordinating, act)
    assert isinstance(found, Directory)
    return found


@pytest.fixture
def pair(new_node) -> tuple[TestedNode, TestedNode]:
    return new_node(), new_node(coordinating=True)


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
    trusted = _card_of(coordinating)

    _at(agency, lambda desk: coalition.join(trusted, _words(trusted), desk))
    published = _enrol(coordinating, _card_of(agency))
    _at(agency, lambda desk: coalition.adopt(published.raw, desk))

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
    trusted = _card_of(coordinating)
    _at(agency, lambda desk: coalition.join(trusted, _words(trusted), desk))
    older = _enrol(coordinating, _card_of(agency))
    newer = _at(coordinating, coalition.publish)
    assert isinstance(newer, Directory)

    for _ in range(2):
        _at(agency, lambda desk: coalition.adopt(newer.raw, desk))

    with pytest.raises(RefusedAct, match="older"):
        _at(agency, lambda desk: coalition.adopt(older.raw, desk))
    with database.using(agency.engine):
        assert asyncio.run(agency.locked()).directory.number == newer.number
        adopted = asyncio.run(audit.list_entries(9, acts=frozenset({"directory.adopt"})))
    assert len(adopted) == 1


def test_another_coordinators_directory_is_refused(pair):
    agency, coordinating = pair
    trusted = _card_of(coordinating)
    _at(agency, lambda desk: coalition.join(trusted, _words(trusted), desk))

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

    raw = _at(coordinating, foreign)
    with pytest.raises(RefusedAct, match="not signed"):
        _at(agency, lambda desk: coalition.adopt(raw, desk))  # type: ignore[arg-type]


def test_wrong_words_enrol_nobody(pair):
    agency, coordinating = pair

    with pytest.raises(RefusedAct, match="read theirs aloud") as stop:
        _enrol(coordinating, _card_of(agency), words="abandon ability able about above absent")

    assert stop.value.exit_code == 5
    with database.using(coordinating.engine):
        assert asyncio.run(coordinating.locked()).directory.number == 1


def test_a_name_that_fits_nobody_or_several_is_said_and_not_guessed(pair):
    agency, coordinating = pair
    _enrol(coordinating, _card_of(agency))

    async def looked_for(desk: Desk) -> None:
        assert coalition.find(AGENCY[:6].lower(), desk).name == AGENCY
        assert coalition.find(desk.node.identity[:12], desk).coordinating
        for unclear in ("Nobody At All", ""):
            with pytest.raises(NotFound) as stop:
                coalition.find(unclear, desk)
            assert (stop.value.exit_code, bool(stop.value.sentence)) == (5, True)

    _at(coordinating, looked_for)


def test_words_may_be_written_as_they_were_heard(pair):
    agency, coordinating = pair
    raw = _card_of(agency)

    published = _enrol(coordinating, raw, words=_words(raw).upper().replace(" ", ", "))

    assert published.find(AGENCY).name == AGENCY


def test_only_a_coordinator_enrols_and_only_at_the_coordinating_node(pair):
    agency, coordinating = pair
    raw = _card_of(agency)

    with pytest.raises(NotPermitted):
        _enrol(agency, raw)

    async def as_operator(desk: Desk) -> object:
        assert desk.staff is not None
        operator = replace(desk, staff=replace(desk.staff, roles=frozenset({Role.OPERATOR})))
        return await coalition.enrol(raw, Tier.REFERRAL, MEETING, desk.today, _words(raw), operator)

    with pytest.raises(NotPermitted):
        _at(coordinating, as_operator)


def test_a_locked_coordinating_node_publishes_nothing(pair):
    agency, coordinating = pair
    raw = _card_of(agency)

    async def locked(desk: Desk) -> object:
        return await coalition.enrol(
            raw, Tier.REFERRAL, MEETING, desk.today, _words(raw), replace(desk, keys=None)
        )

    with pytest.raises(Locked):
        _at(coordinating, locked)


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
        _enrol(coordinating, _card_of(agency), **changed)


def test_rehearsal_cards_and_real_cards_never_meet(pair):
    agency, coordinating = pair
    rehearsal = _card_of(agency)
    with database.using(agency.engine):
        node_key = asyncio.run(agency.locked()).node.node_key
    card = cards.read(rehearsal)
    real = cards.make(replace(card, rehearsal=False, node_key=node_key.public), agency.identity)

    with pytest.raises(RefusedAct, match="real agency"):
        _enrol(coordinating, real)

    async def turn_real() -> None:
        await NodeRow.update({NodeRow.rehearsal: False}, force=True)

    with database.using(coordinating.engine):
        asyncio.run(turn_real())
    with pytest.raises(RefusedAct, match="from a rehearsal"):
        _enrol(coordinating, rehearsal)
    assert _enrol(coordinating, real).number == 2


@pytest.mark.parametrize("place", [0, 40, -1])
def test_a_flipped_bit_in_a_card_is_found(pair, place: int):
    agency, coordinating = pair
    raw = bytearray(_card_of(agency))
    raw[place] ^= 4

    with pytest.raises(BadFile) as stop:
        _enrol(coordinating, bytes(raw), words="any")

    assert stop.value.exit_code == 6


def test_a_partner_is_changed_suspended_and_removed(pair):
    agency, coordinating = pair
    _enrol(coordinating, _card_of(agency), seats=frozenset())

    async def changes(desk: Desk) -> list[Directory]:
        made = []
        for change in (
            Change(seat="meeting", tier=Tier.FRAMEWORKS),
            Change(agreement_until=desk.today + timedelta(days=300)),
            Change(no_seat=True, suspended=True),
            Change(suspended=False),
            Change(remove=True),
        ):
            made.append(await coalition.change_partner("harbour", change, desk))
        return made

    found = _at(coordinating, changes)
    assert isinstance(found, list)
    entries = [directory.entries[-1] for directory in found]
    assert [directory.number for directory in found] == [3, 4, 5, 6, 7]
    assert (entries[0].seats, entries[0].tier) == (MEETING, 3)
    assert entries[1].agreement_until != entries[0].agreement_until
    assert (entries[2].seats, entries[2].suspended) == (frozenset(), True)
    assert not entries[3].suspended
    assert len(found[4].entries) == 1
    with database.using(coordinating.engine):
        told = asyncio.run(audit.list_entries(5))[-1].detail
    assert told == {"change": ["seat meeting", "tier 3"], "directory": 3}


def test_a_change_that_names_nothing_or_nobody_is_refused(coordinating: TestedNode):
    with pytest.raises(Usage, match="nothing to change"):
        _at(coordinating, lambda desk: coalition.change_partner(COORDINATING, Change(), desk))
    with pytest.raises(NotFound, match="Elsewhere"):
        _at(
            coordinating,
            lambda desk: coalition.change_partner("Elsewhere", Change(remove=True), desk),
        )


def test_the_coordinating_node_cannot_take_itself_out(coordinating: TestedNode):
    for change in (Change(remove=True), Change(suspended=True), Change(no_seat=True)):
        with pytest.raises(RefusedAct, match="itself"):
            _at(
                coordinating,
                lambda desk, change=change: coalition.change_partner(COORDINATING, change, desk),
            )


def test_two_changes_at_one_moment_both_count(coordinating: TestedNode):
    async def both() -> Directory:
        desk = await coordinating.desk()
        until = desk.today + timedelta(days=10)
        await asyncio.gather(
            coalition.change_partner(COORDINATING, Change(tier=Tier.FRAMEWORKS), desk),
            coalition.change_partner(COORDINATING, Change(agreement_until=until), desk),
        )
        found = await coalition.current(desk.node.trusted)
        assert found.entries[0].agreement_until == until
        return found

    found = asyncio.run(both())
    assert (found.number, found.entries[0].tier) == (3, 3)


def test_an_agency_that_belongs_to_one_coalition_joins_no_other(pair, new_node):
    agency, coordinating = pair
    trusted = _card_of(coordinating)
    _at(agency, lambda desk: coalition.join(trusted, _words(trusted), desk))
    stranger = Identity(bytes(range(32)))
    other = cards.make(replace(cards.read(trusted), identity=stranger.public), stranger)

    with pytest.raises(RefusedAct, match="another coalition"):
        _at(agency, lambda desk: coalition.join(other, _words(other), desk))
    _at(agency, lambda desk: coalition.join(trusted, _words(trusted), desk))


def test_an_agency_joins_no_agency_and_the_coordinating_node_joins_nobody(pair):
    agency, coordinating = pair
    stranger = Identity(bytes(range(32)))
    card = replace(
        cards.read(_card_of(coordinating)), identity=stranger.public, coordinating=False, relay=None
    )
    raw = cards.make(card, stranger)

    with pytest.raises(RefusedAct, match="not the card of a coordinating node"):
        _at(agency, lambda desk: coalition.join(raw, _words(raw), desk))
    with pytest.raises(RefusedAct, match="joins nobody"):
        _at(coordinating, lambda desk: coalition.join(raw, _words(raw), desk))


def test_a_coalition_with_another_pack_is_not_joined(pair):
    agency, coordinating = pair
    stranger = Identity(bytes(range(32)))
    card = cards.read(_card_of(coordinating))
    raw = cards.make(replace(card, identity=stranger.public, pack="00" * 32), stranger)

    with pytest.raises(RefusedAct, match="another protocol pack"):
        _at(agency, lambda desk: coalition.join(raw, _words(raw), desk))


def test_one_agency_verifies_another_by_voice(pair):
    agency, coordinating = pair
    trusted = _card_of(coordinating)
    _at(agency, lambda desk: coalition.join(trusted, _words(trusted), desk))
    published = _enrol(coordinating, _card_of(agency))
    _at(agency, lambda desk: coalition.adopt(published.raw, desk))
    listed = _at(agency, coalition.partners)
    assert isinstance(listed, list)

    assert [(partner.verified_here, partner.itself) for partner in listed] == [
        (True, False),
        (False, True),
    ]
    own = _card_of(agency)
    with pytest.raises(RefusedAct, match="own card"):
        _at(agency, lambda desk: coalition.verify(own, _words(own), desk))


def test_a_card_that_contradicts_the_directory_is_reported(pair):
    agency, coordinating = pair
    _enrol(coordinating, _card_of(agency))
    card = replace(cards.read(_card_of(agency)), node_key=Identity(b"x" * 32).public)
    raw = cards.make(card, agency.identity)

    with pytest.raises(RefusedAct, match="another node key"):
        _at(coordinating, lambda desk: coalition.verify(raw, _words(raw), desk))


def test_a_directory_is_published_again_before_it_runs_out(coordinating: TestedNode):
    desk = asyncio.run(coordinating.desk())

    assert not coalition.publish_due(desk)

    later = desk.now + timedelta(days=desk.pack.clocks["directory_valid_days"] / 4 + 1)
    assert coalition.publish_due(replace(desk, time=replace(desk.time, now=later)))


def test_enrolling_again_replaces_the_entry(pair):
    agency, coordinating = pair
    _enrol(coordinating, _card_of(agency))

    again = _enrol(coordinating, _card_of(agency), tier=Tier.RESEARCH)

    assert [entry.tier for entry in again.entries] == [2, 4]
    with database.using(coordinating.engine):
        assert asyncio.run(_cards()) == 1


async def _cards() -> int:
    return int(await PartnerCard.count())
