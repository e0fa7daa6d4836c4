"""River Police and St Brigid are asked about the invented survivor."""

from server.meeting import asked
from server.meeting.asked import Asking
from tests.coalition import (
    HARBOUR,
    NORTHGATE,
    Coalition,
    open_case,
    record,
    share,
)


async def ask(agencies: Coalition, *names: str) -> str:
    """Harbour tells the meeting and asks each of these agencies; gives the case's reference."""
    ref = (await open_case(agencies, HARBOUR)).ref
    await record(agencies, ref)
    await share(agencies, HARBOUR, ref, NORTHGATE, "meeting")
    for name in names:
        await share(agencies, HARBOUR, ref, name, "handoff")
    await agencies.settle()
    return ref


async def line(agencies: Coalition, name: str) -> Asking:
    """The one question that agency has."""
    (one,) = await agencies.do(name, asked.queue)
    return one
