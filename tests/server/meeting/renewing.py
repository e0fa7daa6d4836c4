"""A part of a plan's case that is signed for again, and the risks that are read afterwards."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from server.casework import consents
from server.casework.tables import RecordRow, Share
from server.node.desk import Desk
from tests.coalition import (
    BRIGID,
    HARBOUR,
    NORTHGATE,
    RIVER,
    Coalition,
    adopt_all,
    release_file,
    share,
)
from tests.server.meeting import plan_story as story
from tiers.release_form import read_release

AFTER_IT = datetime(2026, 12, 2, 9, tzinfo=UTC)  # the day after ends_early()'s consent


async def renew(made: Coalition, ref: str, until: str, changed: Mapping[str, Any]) -> None:
    """She signs for Brigid again at Harbour, until that day."""
    rows = [{"agency": BRIGID, "find": True, "tell": True, "initials": "AB"} | changed]
    exclude = rows[0].pop("exclude", [])
    signed_on = made.now.date().isoformat()
    form = read_release(
        release_file(ref, signed_on=signed_on, ends=until, rows=rows, exclude=exclude)
    )

    async def find(desk: Desk) -> str:
        found = await Share.objects().where(
            (Share.owner == desk.node.identity)
            & (Share.recipient == made[BRIGID].id)
            & (Share.state == "live")
        )
        return found[0].consent

    old = await made.do(HARBOUR, find)
    await made.do(HARBOUR, lambda desk: consents.renew(old, form, desk))


async def told_anew(made: Coalition, ref: str) -> str:
    """Brigid adopts what came and tells the meeting under it; gives that consent."""
    await adopt_all(made, BRIGID, ref)
    return (await share(made, BRIGID, ref, NORTHGATE, "meeting")).cleared.consent.id


async def open_at(made: Coalition, name: str, ref: str) -> list[str]:
    """The risks that are read there, closed ones left out."""
    view = await story.seen(made, name, ref)
    return sorted((row.says("risk") for row in view.risks if not row.closed), reverse=True)


async def lane_to(made: Coalition, name: str) -> Share:
    """The coordinating node's own lane of the plan to that agency."""
    with made.at(NORTHGATE):
        row: Share | None = (
            await Share.objects()
            .where((Share.recipient == made[name].id) & (Share.state == "live"))
            .first()
        )
    assert row is not None
    return row


async def gone_from(made: Coalition, name: str, before: Share) -> None:
    """The lane to that agency began anew: what it said before is at neither end."""
    now = await lane_to(made, name)
    assert (now.id, now.epoch > before.epoch) == (before.id, True)
    for place in (NORTHGATE, name):
        with made.at(place):
            older = await RecordRow.count().where(
                (RecordRow.share == now.id)
                & (RecordRow.epoch < now.epoch)
                & RecordRow.body.is_not_null()
            )
        assert older == 0


async def ends_early(made: Coalition, words: str, step: str) -> str:
    """A plan with a risk and an action of River's, on what Brigid told until an earlier day."""
    ref = await story.begun(made)
    await renew(made, ref, "2026-12-01", {})
    await story.settle(made)
    consent = await told_anew(made, ref)
    await story.settle(made)
    await story.risk(made, ref, words, rests_on=(consent,))
    await story.action(made, ref, step, RIVER, rests_on=(consent,))
    await story.settle(made)
    return ref
