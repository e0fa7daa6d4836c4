"""Ballots: each in its own agency's lane, signed by it; read here only to be shown and counted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from client_sync.lane import Lane
from server.casework import received
from server.casework.own import agency_name, unix
from server.casework.tables import Share
from server.node import audit
from server.node.access import Act, require
from server.node.database import transaction
from server.node.desk import Desk
from tiers.consent import ConsentKind
from tiers.fragment import SURVIVOR, Written
from tiers.rows import rows_in

SECTION = "ballots"
VOTES = ("yes", "no", "abstain", "recused")


@dataclass(frozen=True, slots=True)
class Cast:
    """What one agency says to one motion; `vote` is empty while its own people have not agreed."""

    agency: str
    name: str
    vote: str
    votes: tuple[str, ...]
    view: str
    reasons: str
    at: str
    by: str
    record: str  # the signed record at which its lane stood when this was read

    @property
    def unclear(self) -> bool:
        """Do two votes of this agency stand side by side?"""
        return len(self.votes) > 1


async def read(case_ref: str, motion: str, desk: Desk) -> tuple[Cast, ...]:
    """Every agency's own word on this motion, as its lane says it now; the look is recorded.

    Whose a ballot is follows from whose lane it stands in, which its owner signed, and from nothing
    that is written in it.
    """
    require(desk, Act.READ_INTAKE)
    await received.sort_in(desk)
    rows = await received.live(
        desk, Share.case_ref == case_ref, Share.exchange == ConsentKind.TELL.exchange
    )
    if not rows:
        return ()
    ids = sorted(row.id for row in rows)
    async with transaction():
        await audit.record("ballots.read", case_ref, desk, shares=ids, motion=motion)
        await Share.update(
            {Share.opened_count: Share.opened_count + 1, Share.opened_at: unix(desk)}
        ).where(Share.id.is_in(ids))
    reading = await received.open_shares(rows, desk)
    lanes: dict[str, list[tuple[Share, Lane]]] = {}
    for row in rows:
        known = reading.known.get(row.id)
        if known is not None and known.lane.case_ref == case_ref:
            lanes.setdefault(row.owner, []).append((row, known.lane))
    found = [
        of_agency(agency, agency_name(agency, desk), each, motion) for agency, each in lanes.items()
    ]
    return tuple(sorted((one for one in found if one), key=lambda one: (one.name, one.agency)))


def of_agency(
    agency: str, name: str, lanes: Sequence[tuple[Share, Lane]], motion: str
) -> Cast | None:
    """The one ballot in an agency's lanes, whatever else is written there."""
    said: dict[str, list[Written]] = {}
    record = ""
    for row, lane in lanes:
        for (about, code), fields in rows_in(lane.fields, SECTION).items():
            if code == motion and lane.people.get(about) == SURVIVOR:
                record = row.last_id
                for field, written in fields.items():
                    said.setdefault(field, []).extend(one for one in written if one.value.strip())
    if not record:
        return None
    wordings = sorted(said.get("vote", ()), key=lambda one: one.at)
    votes = tuple(dict.fromkeys(one.value for one in wordings if one.value in VOTES))
    latest = wordings[-1] if wordings else Written("", "", "")
    return Cast(
        agency=agency,
        name=name,
        vote=votes[0] if len(votes) == 1 else "",
        votes=votes,
        view=_last(said, "view"),
        reasons=_last(said, "reasons"),
        at=latest.at,
        by=latest.by,
        record=record,
    )


def _last(said: Mapping[str, Iterable[Written]], name: str) -> str:
    wordings = sorted(said.get(name, ()), key=lambda one: one.at)
    return wordings[-1].value if wordings else ""
