"""Meetings: the merged view of a case, opened in memory and recorded before it is shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from client_sync.case_view import CaseView, Ended, ViewedLane, fold
from server.casework import ending, received, refs, walls
from server.casework.errors import NoSuchCase, StaleRead
from server.casework.memory import Known
from server.casework.own import agency_name, me, unix, whole_ref
from server.casework.shared import last_day
from server.casework.tables import Share
from server.node import audit
from server.node.access import Act, require
from server.node.database import transaction
from server.node.desk import Desk


@dataclass(frozen=True, slots=True)
class SharedCase:
    """One case that others have shared with this agency; `shut` says why it stays shut, if so."""

    ref: str
    short: str
    agencies: tuple[str, ...]
    until: date
    opened: bool
    shut: str


@dataclass(frozen=True, slots=True)
class ShutPart:
    """A part of a case that could not be opened, and why."""

    share: str
    agency: str
    agency_name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Viewed:
    """A merged view, and the parts of it that stayed shut."""

    view: CaseView
    shut: tuple[ShutPart, ...]


async def shared_cases(desk: Desk) -> tuple[SharedCase, ...]:
    """The cases of which something sealed has reached this agency and lives."""
    require(desk, Act.VIEW_CASE)
    desk.unlocked()
    await received.sort_in(desk)
    shut = await received.why_shut(desk)
    cases: dict[str, list[Share]] = {}
    for row in await received.live(desk):
        if row.case_ref and walls.may_list(row.case_ref, desk):
            cases.setdefault(row.case_ref, []).append(row)
    return tuple(
        SharedCase(
            ref=ref,
            short=refs.short(ref),
            agencies=tuple(sorted({agency_name(row.owner, desk) for row in rows})),
            until=last_day(max(row.ends for row in rows), desk),
            opened=all(row.opened_count for row in rows),
            shut=shut,
        )
        for ref, rows in sorted(cases.items())
    )


async def case_view(ref: str, desk: Desk) -> CaseView:
    """What every agency was released to tell about this case, side by side."""
    return (await view_with_gaps(ref, desk)).view


async def view_with_gaps(ref: str, desk: Desk) -> Viewed:
    """The merged view, and which parts stay shut and why. The look is recorded first."""
    require(desk, Act.VIEW_CASE)
    desk.unlocked()
    await received.sort_in(desk)
    return await view_for(await whole_ref(ref, desk), desk)


async def view_for(case_ref: str, desk: Desk) -> Viewed:
    """The same by its whole reference; the caller has asked whether this person may see it."""
    if refs.is_invented(case_ref):
        raise NoSuchCase  # a test handoff is no part of any meeting
    cases = {row.case_ref for row in await received.live(desk)}
    shut = await received.why_shut(desk)
    # While nothing opens, nobody knows to which case a part that just came belongs.
    if case_ref not in cases and not (shut and "" in cases):
        raise NoSuchCase
    if shut:
        raise StaleRead(shut)
    rows = await _look(case_ref, desk)
    reading = await received.open_shares(rows, desk)
    if walls.is_hidden(case_ref, desk):
        raise NoSuchCase  # what was just opened walls this colleague from it
    lanes = [
        _viewed(row, reading.known[row.id], desk)
        for row in rows
        if row.id in reading.known and reading.known[row.id].lane.case_ref == case_ref
    ]
    view = fold(lanes, desk.today, await _ended(rows, desk), _own_words(desk))
    gaps = [
        ShutPart(row.id, row.owner, agency_name(row.owner, desk), reading.shut[row.id])
        for row in rows
        if row.id in reading.shut
    ]
    return Viewed(view, tuple(gaps))


async def _look(case_ref: str, desk: Desk) -> list[Share]:
    """Write down that this is about to be read, and count it; both stand before anything opens."""
    async with transaction():
        rows = await received.of_case(case_ref, desk)
        if not rows:
            raise NoSuchCase
        ids = sorted(row.id for row in rows)
        await audit.record(Act.VIEW_CASE.value, case_ref, desk, shares=ids)
        await Share.update(
            {Share.opened_count: Share.opened_count + 1, Share.opened_at: unix(desk)}
        ).where(Share.id.is_in(ids))
    return rows


def _viewed(row: Share, known: Known, desk: Desk) -> ViewedLane:
    return ViewedLane(
        agency=row.owner,
        name=agency_name(row.owner, desk),
        consent=known.consent.id,
        until=last_day(row.ends, desk),
        lane=known.lane,
    )


async def _ended(live: Sequence[Share], desk: Desk) -> tuple[Ended, ...]:
    """Parts of the same releases that are gone: that something was here is all that is left."""
    releases = sorted({row.release for row in live})
    rows = await Share.objects().where(
        (Share.recipient == me(desk))
        & Share.release.is_in(releases)
        & (Share.state != ending.LIVE)
        & (Share.why != "renewed")
    )
    zone = ZoneInfo(desk.pack.timezone)
    alive = {(row.owner, row.exchange) for row in live}
    return tuple(
        Ended(
            agency=row.owner,
            name=agency_name(row.owner, desk),
            consent=row.consent,
            on=datetime.fromtimestamp(row.destroyed_at, UTC).astimezone(zone).date(),
        )
        for row in rows
        if (row.owner, row.exchange) not in alive
    )


def _own_words(desk: Desk) -> frozenset[tuple[str, str]]:
    """Fields in which each agency tells its own story, so that differing there means nothing."""
    return frozenset(
        (section.id, form.id)
        for section in desk.pack.sections.values()
        for form in section.fields
        if form.own_words
    )
