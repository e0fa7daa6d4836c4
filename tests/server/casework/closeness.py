"""Somebody close to a case finds nothing of it, and who else still does."""

from server.casework import cases
from server.node.access import Role
from server.node.member import StaffMember
from tests.coalition import HARBOUR, NORTHGATE, RIVER, Coalition, open_case, record, share
from tests.server.casework.walled import answers, lists, nobodys, numbers, recorded


async def finds_nothing(
    made: Coalition, place: str, member: StaffMember, ref: str, before: dict[str, str]
) -> None:
    """Lists and counts are as they were before the case; its numbers are like nobody's."""
    known = await numbers(made, place, ref)
    assert await lists(made, place, member) == before
    assert await answers(made, place, member, known) == await answers(
        made, place, member, nobodys()
    )
    if not member.roles.isdisjoint({Role.LIAISON, Role.COORDINATOR, Role.OPERATOR}):
        told = repr(await recorded(made, place, member))
        assert not [one for one in (ref, known.consent, known.share) if one in told]


async def who_may_know(made: Coalition, place: str, ref: str) -> None:
    """Colleagues who are close to nobody work on as ever."""
    assert ref in {one.ref for one in await made.do(place, cases.list_cases)}


async def found_at_river(made: Coalition) -> str:
    """Harbour asks River to find her, and its find has arrived."""
    return await _shared(made, RIVER, "handoff")


async def told_at_northgate(made: Coalition) -> str:
    """Harbour has told the meeting."""
    return await _shared(made, NORTHGATE, "meeting")


async def _shared(made: Coalition, to: str, exchange: str) -> str:
    ref = (await open_case(made, HARBOUR)).ref
    await record(made, ref)
    await share(made, HARBOUR, ref, to, exchange)
    await made.sync(HARBOUR, to)
    return ref
