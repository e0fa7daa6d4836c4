"""An agency's standing changes: another tier, suspended, removed, verified, enrolled again."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from crypto.keys import Identity
from directory import card as cards
from directory.snapshot import Directory
from server.node import audit, coalition, database
from server.node.coalition import Change
from server.node.desk import Desk
from server.node.errors import NotFound, RefusedAct, Usage
from server.node.tables import PartnerCard
from tests.nodes import COORDINATING, TestedNode
from tests.server.node.enrolling import MEETING, at, card_of, enrol, words_of
from tiers.tier import Tier


def test_a_partner_is_changed_suspended_and_removed(pair):
    agency, coordinating = pair
    enrol(coordinating, card_of(agency), seats=frozenset())

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

    found = at(coordinating, changes)
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
        at(coordinating, lambda desk: coalition.change_partner(COORDINATING, Change(), desk))
    with pytest.raises(NotFound, match="Elsewhere"):
        at(
            coordinating,
            lambda desk: coalition.change_partner("Elsewhere", Change(remove=True), desk),
        )


def test_the_coordinating_node_cannot_take_itself_out(coordinating: TestedNode):
    for change in (Change(remove=True), Change(suspended=True), Change(no_seat=True)):
        with pytest.raises(RefusedAct, match="itself"):
            at(
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


def test_one_agency_verifies_another_by_voice(pair):
    agency, coordinating = pair
    trusted = card_of(coordinating)
    at(agency, lambda desk: coalition.join(trusted, words_of(trusted), desk))
    published = enrol(coordinating, card_of(agency))
    at(agency, lambda desk: coalition.adopt(published.raw, desk))
    listed = at(agency, coalition.partners)
    assert isinstance(listed, list)

    assert [(partner.verified_here, partner.itself) for partner in listed] == [
        (True, False),
        (False, True),
    ]
    own = card_of(agency)
    with pytest.raises(RefusedAct, match="own card"):
        at(agency, lambda desk: coalition.verify(own, words_of(own), desk))


def test_a_card_that_contradicts_the_directory_is_reported(pair):
    agency, coordinating = pair
    enrol(coordinating, card_of(agency))
    card = replace(cards.read(card_of(agency)), node_key=Identity(b"x" * 32).public)
    raw = cards.make(card, agency.identity)

    with pytest.raises(RefusedAct, match="another node key"):
        at(coordinating, lambda desk: coalition.verify(raw, words_of(raw), desk))


def test_a_directory_is_published_again_before_it_runs_out(coordinating: TestedNode):
    desk = asyncio.run(coordinating.desk())

    assert not coalition.publish_due(desk)

    later = desk.now + timedelta(days=desk.pack.clocks["directory_valid_days"] / 4 + 1)
    assert coalition.publish_due(replace(desk, time=replace(desk.time, now=later)))


def test_enrolling_again_replaces_the_entry(pair):
    agency, coordinating = pair
    enrol(coordinating, card_of(agency))

    again = enrol(coordinating, card_of(agency), tier=Tier.RESEARCH)

    assert [entry.tier for entry in again.entries] == [2, 4]
    with database.using(coordinating.engine):
        assert asyncio.run(_cards()) == 1


async def _cards() -> int:
    return int(await PartnerCard.count())
