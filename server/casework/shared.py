"""What this agency has shared, as it can see it: with whom, until when, and what came back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from crypto.statement import read
from server.casework import ending, ledger
from server.casework.own import agency_name, load, me, unix, whole_ref
from server.casework.tables import OutboxRow, Share, StatementRow
from server.node.access import Act, require
from server.node.desk import Desk


@dataclass(frozen=True, slots=True)
class SharedPart:
    """One share of a case as its owner sees it: with whom, until when, and how it stands."""

    share: str
    agency: str
    agency_name: str
    consent: str
    kind: str
    exchange: str
    until: date
    state: str
    why: str
    opened: int
    confirmed: bool
    sent: bool


async def shared_with(ref: str, desk: Desk) -> tuple[SharedPart, ...]:
    """What of this case is shared, with whom, until when, and who has confirmed an ending."""
    require(desk, Act.READ_CASE)
    case_ref = await whole_ref(ref, desk)
    await load(case_ref, desk)
    rows = (
        await Share.objects()
        .where((Share.case_ref == case_ref) & (Share.owner == me(desk)))
        .order_by(Share.began_at)
    )
    if not rows:
        return ()
    ids = [row.id for row in rows]
    waits = {
        one["share"]
        for one in await OutboxRow.select(OutboxRow.share).where(OutboxRow.share.is_in(ids))
    }
    confirmed = {
        one["share"]
        for one in await StatementRow.select(StatementRow.share).where(
            (StatementRow.kind == "receipt")
            & (StatementRow.direction == "in")
            & StatementRow.share.is_in(ids)
        )
    }
    opened = {row.id: (await opened_by(row.recipient)).get(row.id, 0) for row in rows}
    kinds = {
        held.consent.id: held.consent.kind.value for held in await ledger.for_case(case_ref, desk)
    }
    return tuple(
        SharedPart(
            share=row.id,
            agency=row.recipient,
            agency_name=agency_name(row.recipient, desk),
            consent=row.consent,
            kind=kinds.get(row.consent, ""),
            exchange=row.exchange,
            until=last_day(row.ends, desk),
            state=ending.ENDED
            if row.state == ending.LIVE and row.ends <= unix(desk)
            else row.state,
            why=row.why,
            opened=opened.get(row.id, 0),
            confirmed=row.id in confirmed,
            sent=row.id not in waits,
        )
        for row in rows
    )


def last_day(ends: int, desk: Desk) -> date:
    """The last day a share is open, where the coalition lives."""
    zone = ZoneInfo(desk.pack.timezone)
    return datetime.fromtimestamp(ends, UTC).astimezone(zone).date() - timedelta(days=1)


async def opened_by(agency: str) -> Mapping[str, int]:
    """How often this agency says it opened each share: its own signed counts, not guesses."""
    rows = await StatementRow.objects().where(
        (StatementRow.direction == "in")
        & StatementRow.kind.is_in(["receipt", "beacon"])
        & (StatementRow.signer == agency)
    )
    counts: dict[str, int] = {}
    for row in rows:
        body = read(bytes(row.signed)).body
        said = body.get("opened")
        if row.kind == "receipt" and isinstance(said, int):
            counts[row.share] = max(said, counts.get(row.share, 0))
        if row.kind == "beacon" and isinstance(said, dict):
            for share, count in said.items():
                if isinstance(count, int):
                    counts[str(share)] = max(count, counts.get(str(share), 0))
    return counts
