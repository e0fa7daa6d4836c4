"""A renewal is a new signature for the same or less."""

from datetime import date

import pytest

from server.casework import consents, meetings
from server.casework.errors import (
    CollectedElsewhere,
)
from server.casework.tables import ConsentRow, Share
from server.node.errors import BadFile
from tests.coalition import (
    HARBOUR,
    NORTHGATE,
    RIVER,
    Coalition,
    open_case,
    record,
    release_file,
    share,
    whole_story,
)
from tests.running import run
from tiers.consent import ConsentKind
from tiers.release_form import read_release


def test_a_renewal_is_a_new_consent_and_a_new_share_without_the_old_history(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        ref = (await open_case(agencies, HARBOUR)).ref
        recorded = await record(agencies, ref)
        old = await share(agencies, HARBOUR, ref, NORTHGATE, "meeting")
        await agencies.settle()
        agencies.later(days=30)
        form = read_release(release_file(ref, signed_on="2026-12-23", ends="2027-02-20"))
        tell = old.cleared.consent.id

        await agencies.sync(*agencies.places)
        renewed = await agencies.do(HARBOUR, lambda desk: consents.renew(tell, form, desk))
        await agencies.settle()

        assert renewed.release_id == recorded.release_id
        assert renewed.consents[0].id != tell
        with agencies.at(NORTHGATE):
            rows = {row.id: row for row in await Share.objects()}
        assert rows[old.share].closed
        agencies.later(days=40)
        await agencies.sync(NORTHGATE)
        view = await agencies.do(NORTHGATE, lambda desk: meetings.case_view(ref, desk))
        assert {one.until for one in view.sections["risks"]} == {date(2027, 2, 20)}

    run(story())


def test_a_renewal_may_not_say_more_than_was_signed(agencies: Coalition) -> None:
    async def story() -> None:
        ref = (await open_case(agencies, HARBOUR)).ref
        recorded = await record(agencies, ref)
        find = next(one for one in recorded.consents if one.kind is ConsentKind.FIND)
        rows = [
            {
                "agency": RIVER,
                "find": True,
                "handoff_sections": ["risk"],
                "about": ["child-a"],
                "initials": "AB",
            }
        ]
        wider = read_release(release_file(ref, rows=rows))

        with pytest.raises(BadFile, match="new release"):
            await agencies.do(HARBOUR, lambda desk: consents.renew(find.id, wider, desk))

    run(story())


def test_only_the_collector_renews(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)
        with agencies.at(RIVER):
            tell = (await ConsentRow.select(ConsentRow.id).first())["id"]
        form = read_release(release_file(ref))

        with pytest.raises(CollectedElsewhere):
            await agencies.do(RIVER, lambda desk: consents.renew(tell, form, desk))

    run(story())
