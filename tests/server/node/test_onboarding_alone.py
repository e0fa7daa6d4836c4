"""Joining, as one node knows it alone: what a tier will mean, and who may begin it."""

import asyncio

import pytest

from server.node import invitations, onboarding
from server.node.errors import RefusedAct
from server.node.steps import Said
from tests.nodes import AGENCY, TestedNode
from tiers.tier import Tier


def test_an_agency_that_no_directory_names_has_no_checklist_yet(agency: TestedNode) -> None:
    async def story() -> None:
        desk = await agency.desk()
        assert await onboarding.checklists(desk) == []
        done = Said("internal_lead", desk.node.identity, done=True, who="Ines Holt", on=desk.today)
        with pytest.raises(RefusedAct, match="does not name this agency yet"):
            await onboarding.record("", done, desk)

    asyncio.run(story())


def test_what_a_tier_means_is_looked_up_and_never_compared(coordinating: TestedNode) -> None:
    async def story() -> None:
        desk = await coordinating.desk()
        found = {tier: onboarding.meaning(tier, desk) for tier in Tier}

        assert all(not rows for rows in found[Tier.DIRECTORY].carries.values())
        assert "Health" in found[Tier.FRAMEWORKS].carries["Warm hand-off"]
        assert "Health" not in found[Tier.RESEARCH].carries["Warm hand-off"]
        assert all(one.duties and one.may for one in found.values())

    asyncio.run(story())


def test_only_a_coordinating_node_invites(agency: TestedNode) -> None:
    async def story() -> None:
        desk = await agency.desk()
        with pytest.raises(Exception, match="role does not allow"):
            await invitations.make(AGENCY, desk.today, desk)

    asyncio.run(story())
