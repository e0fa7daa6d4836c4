"""One sentence for the day's message when an answer is due soon: nothing of any case, no number."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from server.meeting.asked import REMIND_WITHIN
from server.meeting.noting import WAITING, questions
from server.meeting.tables import AskedHere
from server.node.desk import Desk
from server.node.standing_words import day
from server.node.walled import walled_from_somebody


async def due(desk: Desk) -> dict[str, str]:
    """The reminder of the next cut-off, if it is near; works locked.

    The message goes to whoever the agency chose, so no case that is walled from a colleague of
    theirs is in it.
    """
    now = int(desk.now.timestamp())
    rows = await AskedHere.select(AskedHere.share, AskedHere.answer_by).where(
        AskedHere.state.is_in(list(WAITING))
        & (AskedHere.answer_by > now)
        & (AskedHere.answer_by <= now + int(REMIND_WITHIN.total_seconds()))
    )
    if not rows:
        return {}
    walled = await walled_from_somebody()
    live = {row.id for row in await questions(desk) if row.case_ref not in walled}
    soon = min((row["answer_by"] for row in rows if row["share"] in live), default=0)
    if not soon:
        return {}
    at = datetime.fromtimestamp(soon, UTC).astimezone(ZoneInfo(desk.pack.timezone))
    words = f"An answer is due by {day(at.date())}, {at:%H:%M}. See Asked at your node."
    return {f"asked:soon:{soon}": words}
