"""What restates another agency's part closes when the consent of that part ends.

A row of the plan names the consents it rests on. While one of them has no living part here, the
gate keeps the whole row, until a person rewrites it. A part renewed for less carries nothing on:
what each consent covered is remembered, shut, after its part is gone.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from server.casework.bodies import read_body, shut_body
from server.casework.case_body import CaseBody
from server.casework.errors import BodyDamaged
from server.casework.own import me, unix
from server.casework.tables import Case, Share
from server.node.desk import Desk
from tiers.consent import Consent
from tiers.fragment import Place, Written
from tiers.rows import row_of
from tiers.scope import Scope

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


def remembered(share: str, consent: Consent, desk: Desk) -> bytes:
    """What this consent covers, as the row of a received share keeps it: codes, and no name."""
    scope = consent.scope
    plain = {
        "sections": sorted(scope.sections),
        "about": sorted(scope.about),
        "excluded": [list(pair) for pair in sorted(scope.excluded)],
    }
    return shut_body("share", share, plain, desk)


async def standing(consents: Collection[str], desk: Desk) -> dict[str, int]:
    """Those of these consents that still hold something up, each with when that ends.

    Each has a part that lives here, or one of the same release that was renewed for as much. To a
    locked node, which cannot read how much that is, only a part of its own counts.
    """
    if not consents:
        return {}
    named = await Share.objects().where(
        (Share.recipient == me(desk)) & Share.consent.is_in(sorted(consents))
    )
    if not named:
        return {}
    living = await Share.objects().where(
        (Share.recipient == me(desk))
        & Share.release.is_in(sorted({one.release for one in named}))
        & (Share.state == LIVE)
        & (Share.ends > unix(desk))
    )
    ends = {one.consent: one.ends for one in living if one.consent in consents}
    for gone in named:
        if gone.consent not in ends and (until := _carried(gone, living, desk)):
            ends[gone.consent] = until
    return ends


def _carried(gone: Share, living: Iterable[Share], desk: Desk) -> int:
    """Until when a renewal that covers as much stands in for this part; 0 where none does."""
    scope = _scope(gone, desk)
    renewals = [(one.ends, _scope(one, desk)) for one in living if _way(one) == _way(gone)]
    if scope is None:
        return 0
    return max((ends for ends, now in renewals if now and now.covers(scope)), default=0)


def _scope(row: Share, desk: Desk) -> Scope | None:
    """What the consent of this part covers; None where this node cannot say."""
    if desk.keys is None or not row.body:
        return None
    try:
        plain = read_body("share", row.id, row.body, desk)
    except BodyDamaged:
        return None
    return Scope(
        frozenset(plain["sections"]),
        frozenset(plain["about"]),
        frozenset((section, name) for section, name in plain["excluded"]),
    )


async def closed_rows(
    fields: Mapping[Place, Sequence[Written]], desk: Desk
) -> dict[_Row, frozenset[str]]:
    """The rows that are closed, each with the consents whose end closed it."""
    named = named_in(fields)
    alive = await standing(frozenset().union(*named.values()), desk)
    return {row: rests - alive.keys() for row, rests in named.items() if rests - alive.keys()}


async def closed_places(fields: Mapping[Place, Sequence[Written]], desk: Desk) -> frozenset[Place]:
    """Every field of every closed row."""
    closed = await closed_rows(fields, desk)
    return frozenset(place for place in fields if closed and _row(place) in closed)


async def lanes_to_seal(ended: Iterable[Share], desk: Desk) -> list[Share]:
    """Our own shares that may say what rested on these parts; a locked node takes all it may be."""
    if not desk.node.coordinating:
        return []
    told = await _told_under(ended, desk)
    alive = await standing(frozenset().union(*told.values()), desk)
    return await _lanes_saying({ref: over - alive.keys() for ref, over in told.items()}, desk)


async def lanes_carried_on(came: Iterable[Share], desk: Desk) -> list[Share]:
    """Our own shares that may say again what these parts, read for the first time, hold up."""
    told = await _told_under(came, desk)
    alive = await standing(frozenset().union(*told.values()), desk)
    return await _lanes_saying({ref: held & alive.keys() for ref, held in told.items()}, desk)


async def _told_under(parts: Iterable[Share], desk: Desk) -> dict[str, frozenset[str]]:
    """For each case: the consents of these parts, and of those before them that they renewed."""
    cases = {_way(row): row.case_ref for row in parts if row.case_ref and row.consent}
    if not cases:
        return {}
    ever = await Share.select(Share.owner, Share.release, Share.exchange, Share.consent).where(
        (Share.recipient == me(desk))
        & Share.release.is_in(sorted({release for _, release, _ in cases}))
        & (Share.consent != "")
    )
    told: dict[str, frozenset[str]] = {}
    for one in ever:
        ref = cases.get((one["owner"], one["release"], one["exchange"]))
        if ref is not None:
            told[ref] = told.get(ref, frozenset()) | {one["consent"]}
    return told


async def _lanes_saying(consents: Mapping[str, Collection[str]], desk: Desk) -> list[Share]:
    """Our living shares of each of these cases that has a row on one of its consents."""
    refs = sorted(ref for ref, named in consents.items() if named)
    cases = await Case.objects().where(Case.case_ref.is_in(refs)) if refs else []
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


def _way(one: Share) -> tuple[str, str, str]:
    return one.owner, one.release, one.exchange
