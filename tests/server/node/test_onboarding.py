"""The steps of joining: signed, kept on both sides, and taken from nobody else."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from client_sync.invited import HandedOver
from crypto.keys import Identity
from crypto.statement import read, sign
from directory import invitation as links
from directory.card import read as read_card
from server.node import database, invitations, onboarding, steps
from server.node.coalition import Change
from server.node.desk import Desk
from server.node.errors import NotFound, RefusedAct, Usage
from server.node.joining_tables import Invitation, Step
from server.node.onboarding import Checklist
from server.node.steps import Said
from server.node.tables import Announcement
from tests.nodes import AGENCY, TestedNode
from tiers.tier import Tier


def card_of(node: TestedNode) -> bytes:
    with database.using(node.engine):
        return asyncio.run(node.locked()).node.card


async def invited(desk: Desk, card: bytes, name: str = AGENCY) -> str:
    """An invitation that was answered with this card."""
    made = await invitations.make(name, desk.today, desk)
    link = links.read(made.link)
    await invitations.keep([HandedOver(link.held.hex(), card, link.mark(card))], desk)
    return made.id


async def admitted(node: TestedNode, card: bytes) -> str:
    """The agency of this card, enrolled as joining."""
    desk = await node.desk()
    words = " ".join(read_card(card).words)
    id = await invited(desk, card)
    await invitations.admit(id, words, Tier.DIRECTORY, frozenset(), None, desk)
    return read_card(card).id


async def looked(node: TestedNode, agency: str) -> Checklist:
    return await onboarding.checklist(agency, await node.desk())


def said(desk: Desk, step: str = "internal_lead", **changed: object) -> Said:
    given: dict[str, object] = {"done": True, "who": "Ines Holt", "on": desk.today}
    return Said(step, desk.node.identity, **given | changed)  # type: ignore[arg-type]


@pytest.fixture
def pair(new_node: Callable[..., TestedNode]) -> tuple[TestedNode, bytes]:
    """A coordinating node, and the card of an agency."""
    return new_node(coordinating=True), card_of(new_node())


def at(node: TestedNode, story: Callable[[], object]) -> None:
    with database.using(node.engine):
        asyncio.run(story())  # type: ignore[arg-type]


def test_an_agency_is_joining_until_its_agreement_and_then_takes_part(pair) -> None:
    node, card = pair

    async def story() -> None:
        agency = await admitted(node, card)
        joining = await looked(node, agency)
        desk = await node.desk()
        until = desk.today + timedelta(days=90)
        with pytest.raises(Usage):
            await onboarding.complete(agency, Change(tier=Tier.REFERRAL), desk)
        change = Change(tier=Tier.REFERRAL, agreement_until=until, agreement_hash="ab" * 32)
        with pytest.raises(Usage, match=f"still open: {joining.lines[0].step.title}; "):
            await onboarding.complete(agency, change, desk)
        await onboarding.complete(agency, change, desk, steps_open=True)
        part = await looked(node, agency)

        assert joining.standing == onboarding.JOINING
        assert joining.agency.agreement_until is None
        assert joining.agency.standing(desk.directory).agreement is None
        assert part.standing == onboarding.TAKES_PART
        assert part.agency.agreement_hash == "ab" * 32
        assert part.agency.tier == Tier.REFERRAL.value

    at(node, story)


def test_a_step_is_signed_sent_to_the_other_side_and_shown_with_what_it_says(pair) -> None:
    node, card = pair

    async def story() -> None:
        agency = await admitted(node, card)
        desk = await node.desk()
        hash = steps.document_hash(b"the policy")
        await onboarding.record(agency, said(desk, "review", document=hash, called="Policy"), desk)

        checklist = await looked(node, agency)

        line = next(one for one in checklist.lines if one.step.key == "review")
        assert line.done
        assert (line.said[0].document, line.said[0].called) == (hash, "Policy")
        assert checklist.done == 1
        sent = await Announcement.objects().where(Announcement.kind == "step").first()
        assert sent is not None
        assert read(bytes(sent.signed), "step").body["to"] == [agency]

    at(node, story)


def test_what_both_sides_say_stands_side_by_side_and_the_latest_counts(pair) -> None:
    node, card = pair
    theirs = Identity(b"\x07" * 32)

    async def story() -> None:
        agency = await admitted(node, card)
        desk = await node.desk()
        await onboarding.record(agency, said(desk), desk)
        body = {
            "to": [desk.node.identity],
            "agency": agency,
            "step": "internal_lead",
            "done": False,
            "who": "Joy",
            "on": desk.today.isoformat(),
            "document": "",
            "called": "",
            "note": "",
            "at": int(desk.now.timestamp()) + 60,
        }
        # The signature is the relay's and announcements' to judge; here its signer is believed.
        async with database.transaction():
            await steps.take(read(sign("step", body, theirs)), agency, desk)
        checklist = await looked(node, agency)

        line = checklist.lines[0]
        assert {one.by for one in line.said} == {desk.node.identity, agency}
        assert not line.done

        for wrong in (
            {"step": "tea"},
            {"on": "yesterday"},
            {"done": "yes"},
            {"who": 7},
            {"document": "short"},
            {"note": "x" * 601},
            {"agency": desk.node.identity},
            {"at": "now"},
            {"tier": 2},
            {"step": "tier", "tier": 9},
            {"step": "tier", "tier": "2"},
            {"step": "tier", "tier": True},
        ):
            with pytest.raises(RefusedAct):
                async with database.transaction():
                    await steps.take(read(sign("step", {**body, **wrong}, theirs)), agency, desk)
        assert await Step.count() == 2

    at(node, story)


def test_the_tier_is_chosen_in_a_field_of_its_own_until_it_is_taken_back(pair) -> None:
    node, card = pair

    async def story() -> None:
        agency = await admitted(node, card)
        desk = await node.desk()
        words = "Tier 3: Data-using and system-aligned"
        await onboarding.record(agency, said(desk, "tier", note=words), desk)
        signed_before = await looked(node, agency)  # as steps were before they had the field
        await onboarding.record(agency, said(desk, "tier", tier=Tier.RESEARCH), desk)
        chosen = await looked(node, agency)
        sent = await Announcement.objects().where(Announcement.kind == "step")
        await onboarding.record(agency, said(desk, "tier", done=False), desk)
        back = await looked(node, agency)

        assert (signed_before.done, signed_before.chosen) == (1, None)
        assert chosen.chosen is Tier.RESEARCH
        bodies = [read(bytes(one.signed), "step").body for one in sent]
        assert sorted(str(body.get("tier")) for body in bodies) == ["4", "None"]
        assert back.chosen is None
        with pytest.raises(Usage, match="chosen in the step tier alone"):
            await onboarding.record(agency, said(desk, tier=Tier.RESEARCH), desk)

    at(node, story)


def test_once_every_step_is_done_nothing_is_to_be_confirmed(pair) -> None:
    node, card = pair

    async def story() -> None:
        agency = await admitted(node, card)
        desk = await node.desk()
        for step in desk.pack.onboarding:
            await onboarding.record(agency, said(desk, step.key), desk)
        until = desk.today + timedelta(days=90)
        await onboarding.complete(agency, Change(tier=Tier.REFERRAL, agreement_until=until), desk)

        assert (await looked(node, agency)).standing == onboarding.TAKES_PART

    at(node, story)


def test_a_step_nobody_knows_or_that_has_not_come_is_refused(pair) -> None:
    node, card = pair

    async def story() -> None:
        agency = await admitted(node, card)
        desk = await node.desk()
        for wrong in (
            said(desk, "tea"),
            said(desk, on=desk.today + timedelta(days=1)),
            said(desk, who=" "),
            said(desk, steps.REHEARSED),
        ):
            with pytest.raises(Usage):
                await onboarding.record(agency, wrong, desk)
        with pytest.raises(RefusedAct):
            await onboarding.record(desk.node.identity, said(desk), desk)
        assert not await Step.exists()

    at(node, story)


def test_a_card_that_did_not_come_by_the_link_is_never_enrolled(pair) -> None:
    node, card = pair

    async def story() -> None:
        desk = await node.desk()
        made = await invitations.make(AGENCY, desk.today, desk)
        link, other = links.read(made.link), links.new("https://relay.example")
        kept = await invitations.keep(
            [
                HandedOver("00" * 32, card, link.mark(card)),
                HandedOver(link.held.hex(), card, other.mark(card)),
                HandedOver(link.held.hex(), card, link.mark(card)),
            ],
            desk,
        )
        (shown,) = await invitations.listed(desk)

        assert kept == 1
        assert "did not come by the link" in shown.problem
        words = " ".join(read_card(card).words)
        with pytest.raises(RefusedAct, match="did not come by the link"):
            await invitations.admit(made.id, words, Tier.DIRECTORY, frozenset(), None, desk)

    at(node, story)


def test_an_invitation_has_an_end_a_name_and_is_taken_back_once(pair) -> None:
    node, card = pair

    async def story() -> None:
        desk = await node.desk()
        for until in (desk.today - timedelta(days=1), desk.today + timedelta(days=31)):
            with pytest.raises(Usage):
                await invitations.make(AGENCY, until, desk)
        with pytest.raises(Usage):
            await invitations.make("", desk.today, desk)
        made = await invitations.make(AGENCY, desk.today, desk)
        token = links.read(made.link).token
        assert not [row for row in await Invitation.select() if token in row.values()]

        back = await invitations.revoke(AGENCY.lower(), desk)
        late = await invitations.keep(
            [HandedOver(links.read(made.link).held.hex(), card, b"m" * 32)], desk
        )

        assert (back.state, late) == (invitations.REVOKED, 0)
        with pytest.raises(RefusedAct):
            await invitations.revoke(made.id, desk)
        with pytest.raises(NotFound):
            await invitations.find("nobody", desk)

    at(node, story)
