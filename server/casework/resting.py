"""What restates another agency's part closes when the consent of that part ends.

A row of the plan names the consents it rests on. While one of them has no living part here, the
gate keeps the whole row, until a person rewrites it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from server.casework.bodies import read_body
from server.casework.case_body import CaseBody
from server.casework.own import me, unix
from server.casework.tables import Case, Share
from server.node.desk import Desk
from tiers.fragment import Place, Written
from tiers.rows import row_of

LIVE = "live"
RESTS_ON = "rests_on"
ROWS_CLOSED = "a part it rested on ended"  # why a locked node closed what it could not read

_Row = tuple[str, str, str]  # section, about, row


def named_in(fields: Mapping[Place, Sequence[Written]]) -> dict[_Row, frozenset[str]]:
    """The consents that each row says it rests on, whichever colleague's wording says so."""
    return {
        _row(place): frozenset(
            consent for one in wordings for consent in one.value.split() if consent
        )
        for place, wordings in fields.items()
        if row_of(place)[1] == RESTS_ON
    }


async def standing(consents: Collection[str], desk: Desk) -> frozenset[str]:
    """Those of these consents under which a part lives here; a renewal carries its old one on."""
    if not consents:
        return frozenset()
    named = await Share.select(Share.consent, Share.owner, Share.release, Share.exchange).where(
        (Share.recipient == me(desk)) & Share.consent.is_in(sorted(consents))
    )
    if not named:
        return frozenset()
    alive = await Share.select(Share.owner, Share.release, Share.exchange).where(
        (Share.recipient == me(desk))
        & Share.release.is_in(sorted({one["release"] for one in named}))
        & (Share.state == LIVE)
        & (Share.ends > unix(desk))
    )
    ways = {_way(one) for one in alive}
    return frozenset(one["consent"] for one in named if _way(one) in ways)


async def closed_rows(
    fields: Mapping[Place, Sequence[Written]], desk: Desk
) -> dict[_Row, frozenset[str]]:
    """The rows that are closed, each with the consents whose end closed it."""
    named = named_in(fields)
    alive = await standing(frozenset().union(*named.values()), desk)
    return {row: rests - alive for row, rests in named.items() if rests - alive}


async def closed_places(fields: Mapping[Place, Sequence[Written]], desk: Desk) -> frozenset[Place]:
    """Every field of every closed row."""
    closed = await closed_rows(fields, desk)
    return frozenset(place for place in fields if closed and _row(place) in closed)


async def lanes_to_seal(ended: Iterable[Share], desk: Desk) -> list[Share]:
    """Our own shares that may say what rested on these parts; a locked node takes all it may be."""
    if not desk.node.coordinating:
        return []
    over = [row for row in ended if row.case_ref and row.consent]
    alive = await standing({row.consent for row in over}, desk)
    consents: dict[str, set[str]] = {}
    for row in over:
        if row.consent not in alive:
            consents.setdefault(row.case_ref, set()).add(row.consent)
    cases = await Case.objects().where(Case.case_ref.is_in(sorted(consents))) if consents else []
    resting = [
        case.case_ref
        for case in cases
        if desk.keys is None or _rests(case, consents[case.case_ref], desk)
    ]
    if not resting:
        return []
    rows: list[Share] = await Share.objects().where(
        (Share.owner == me(desk)) & Share.case_ref.is_in(resting) & (Share.state == LIVE)
    )
    return rows


def _rests(case: Case, consents: Collection[str], desk: Desk) -> bool:
    body = CaseBody.from_json(read_body("case", case.id, case.body, desk))
    written = {place: field.written for place, field in body.fields.items()}
    return any(not rests.isdisjoint(consents) for rests in named_in(written).values())


def _row(place: Place) -> _Row:
    return place.section, place.about, row_of(place)[0]


def _way(one: Mapping[str, str]) -> tuple[str, str, str]:
    return one["owner"], one["release"], one["exchange"]
