"""A survivor's release, three agencies' words, and one merged view."""

from server.casework import meetings
from tests.coalition import (
    BRIGID,
    HARBOUR,
    NORTHGATE,
    RIVER,
    Coalition,
    whole_story,
)
from tests.running import run


def test_the_meeting_sees_only_what_the_survivor_released(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)

        view = await agencies.do(NORTHGATE, lambda desk: meetings.case_view(ref, desk))

        told = {one.agency for one in view.sections["service_involvement"]}
        assert told == {HARBOUR, RIVER, BRIGID}
        assert set(view.sections) == {"service_involvement", "risks"}
        assert "CANARY" not in str(view)
        assert view.asked == ()

    run(story())
