"""What must hold after every step of a history, and once everybody has synced."""

from collections.abc import Iterable
from typing import Any

from client_sync.lane import Lane, in_order
from server.casework import ledger, mailroom, meetings, own, received
from server.casework.ledger import PERMITS
from server.casework.memory import Known
from server.casework.own import load, unix
from server.casework.tables import Share
from server.node import audit
from server.node.desk import Desk
from tests.coalition import NORTHGATE
from tests.server.histories import Field, World
from tests.server.history_repeats import again_changes_nothing
from tiers.consent import Consent
from tiers.fragment import SYSTEM_SECTIONS, Fragment, Place
from tiers.gate import Cleared, Reason


async def begin(world: World) -> None:
    """The model starts from what the agencies have written."""
    for name in world.names:
        with world.at(name):
            desk = await world.desk(name)
            for ref in world.refs:
                fields = (await load(ref, desk)).body.fields
                world.model[name, ref] = {
                    place: Field(
                        frozenset(one.value for one in now.written), now.revision, now.staff
                    )
                    for place, now in fields.items()
                }
        for consent, release in world.consents_at(name):
            world.consents.setdefault(release, []).append(consent)


async def hold_at(world: World, name: str) -> None:
    """What must hold at one node at every moment."""
    _whole(world, name)
    with world.at(name):
        desk = await world.desk(name)
        assert (await audit.verify()).ok
        await _nobody_lost_words(world, name, desk)
        for row, known in await _readable(desk):
            _covered(world, name, row, known.consent, known.lane, desk)


async def _readable(desk: Desk) -> list[tuple[Share, Known]]:
    """Everything others shared that opens here at this moment."""
    rows = await Share.objects().where(Share.recipient == own.me(desk))
    reading = await received.open_shares(rows, desk)
    return [(row, reading.known[row.id]) for row in rows if row.id in reading.known]


def _covered(  # noqa: PLR0917 - what is read, by whom, and under what
    world: World, name: str, row: Share, consent: Consent, lane: Lane, desk: Desk
) -> None:
    """Only what its own consent names, from its own owner, and only until it ends."""
    assert row.ends > world.latest[name].timestamp(), "open after its end"
    assert row.id not in world.dead[name], "what ended came back"
    assert (consent.discloser, consent.recipient) == (row.owner, own.me(desk))
    assert consent.release_id == row.release
    owner = next(one for one in world.names if world.made[one].id == row.owner)
    for place, written in lane.fields.items():
        if place.section in SYSTEM_SECTIONS:
            continue
        assert place.section in consent.sections
        assert place.section != "private"
        assert place.about in consent.about
        assert (place.section, place.field) not in consent.excluded
        for one in written:
            assert world.names_in(one.value) <= {owner}, "a field under another agency"


async def _nobody_lost_words(world: World, name: str, desk: Desk) -> None:
    for ref in world.refs:
        fields = (await load(ref, desk)).body.fields
        now = {
            place: frozenset(one.value for one in held.written)
            for place, held in fields.items()
            if not _copied(place)
        }
        wanted = {
            place: held.values
            for place, held in world.model[name, ref].items()
            if not _copied(place)
        }
        assert now == wanted, f"{name} lost or kept words of {ref}"


def _copied(place: Place) -> bool:
    """A status word the coordinating node copies from the owner's lane: held at rest instead."""
    return place.section == "plan_actions" and place.field.endswith(".status")


def _whole(world: World, name: str) -> None:
    """No half-done act: shares, records, outbox, keys and audit tell one story."""
    me = world.made[name].id
    with world.opened(name) as connection, world.opened(name, "keys.db") as keys:
        ask = connection.execute
        live = {one for (one,) in ask("SELECT id FROM casework_share WHERE state = 'live'")}
        ended = ask(
            "SELECT id, owner, case_ref, length(body) FROM casework_share WHERE state != 'live'"
        ).fetchall()
        world.dead[name] |= {one for one, *_ in ended}
        assert not live & world.dead[name], "what ended lives again"
        # Where plans are written, what a received part covered is remembered, and nothing it said.
        written_here = name == NORTHGATE
        assert all(not size for _, owner, _, size in ended if owner == me or not written_here)
        assert all(not ref for _, owner, ref, _ in ended if owner != me)
        bodies = {
            one for (one,) in ask("SELECT DISTINCT share FROM casework_record WHERE body NOT NULL")
        }
        assert bodies <= live, "a body outlived its share"
        held = {one for (one,) in keys.execute("SELECT share FROM epoch_key")}
        assert held <= live, "a key outlived its share"
        logs = ask(
            "SELECT s.seq, count(r.id), max(r.seq) FROM casework_share s "
            "LEFT JOIN casework_record r ON r.share = s.id GROUP BY s.id, s.seq"
        ).fetchall()
        assert all(seq == count == last for seq, count, last in logs), "a log with a hole"
        lost = "SELECT count(*) FROM casework_outbox o LEFT JOIN casework_record r ON r.id = o.id"
        assert ask(lost + " WHERE r.id IS NULL").fetchone() == (0,)
        unseen = (
            "SELECT count(*) FROM casework_share WHERE owner = ? AND id NOT IN "
            "(SELECT subject FROM node_row_audit)"
        ).replace("node_row_audit", "audit_entry")
        assert ask(unseen, (me,)).fetchone() == (0,), "a share nobody wrote down"


async def hold_at_rest(world: World) -> None:
    """What must hold once everybody has synced: all tell the same, and saying it again is idle."""
    admitted = await world.admitted()
    expected: dict[str, Any] = {}
    for name in world.names:
        await hold_at(world, name)
        expected |= await _cleared_today(world, name)
    shown: dict[str, Any] = {}
    for name in world.names:
        if name in admitted:
            shown |= await _shown(world, name, admitted)
    there = {world.made[name].id for name in admitted}
    wanted = {share: said for share, (to, said) in expected.items() if to in there}
    assert {share for share, (to, _) in expected.items() if to not in there} == set()
    assert shown.keys() == wanted.keys()
    for share, said in wanted.items():
        assert shown[share] == said, share
    await _view_agrees(world, shown)
    _logs_agree(world, admitted)
    _nothing_waits(world, admitted)
    _nothing_withdrawn_is_left(world, admitted)
    await _nothing_of_others_where_suspended(world, admitted)
    await again_changes_nothing(world)


async def _nothing_of_others_where_suspended(world: World, admitted: list[str]) -> None:
    for name in set(world.names) - set(admitted):
        with world.at(name):
            received = Share.owner != own.me(await world.desk(name))
            assert not await Share.exists().where(received & (Share.state == "live")), name


async def _cleared_today(world: World, name: str) -> dict[str, Any]:
    """For each live share of this owner: to whom, and what the gate clears of its record today."""
    found: dict[str, Any] = {}
    if name not in await world.admitted():
        return found
    with world.at(name):
        desk = await world.desk(name)
        live = (Share.owner == own.me(desk)) & (Share.state == "live") & (Share.ends > unix(desk))
        for row in await Share.objects().where(live):
            held = await ledger.find(row.consent, desk)
            assert held.consent.state.value in PERMITS, "a share whose consent ended"
            case = await load(row.case_ref, desk)
            asked = await mailroom.ask(case, held, row.recipient, row.exchange, desk)
            if isinstance(asked.decision, Cleared):
                said = _said(asked.decision.fragment)
            else:
                assert asked.decision.reason is Reason.NOTHING_TO_SHARE, (name, asked.decision)
                said = {}
            found[row.id] = row.recipient, (row.owner, held.consent.id, said)
    return found


def _said(part: Fragment | Lane) -> dict[Any, Any]:
    return {place: in_order(written) for place, written in part.fields.items()}


async def _shown(world: World, name: str, admitted: Iterable[str]) -> dict[str, Any]:
    """What this recipient can open, of owners who are still members."""
    owners = {world.made[one].id for one in admitted}
    with world.at(name):
        desk = await world.desk(name)
        return {
            row.id: (row.owner, known.consent.id, _said(known.lane))
            for row, known in await _readable(desk)
            if row.owner in owners
        }


async def _view_agrees(world: World, shown: dict[str, Any]) -> None:
    """The merged view says just what the lanes say, each field under its owner."""
    coordinator = world.made[NORTHGATE].id
    with world.at(NORTHGATE):
        desk = await world.desk(NORTHGATE)
        for ref in world.refs:
            rows = [row for row, known in await _readable(desk) if known.lane.case_ref == ref]
            if not rows:
                continue
            view = await meetings.case_view(ref, desk)
            assert coordinator not in {row.owner for row in rows}
            seen = {
                (one.agency_id, one.consent, section, one.about, one.field, frozenset(one.values))
                for section, parts in view.sections.items()
                for one in parts
            }
            wanted = {
                (
                    owner,
                    consent,
                    place.section,
                    place.about,
                    place.field,
                    frozenset(one.value for one in written),
                )
                for row in rows
                if row.id in shown
                for owner, consent, said in [shown[row.id]]
                for place, written in said.items()
                if place.section not in SYSTEM_SECTIONS
            }
            assert wanted <= seen
            members = {owner for owner, *_ in shown.values()}
            assert {one for one in seen if one[0] in members} == wanted


def _logs_agree(world: World, admitted: Iterable[str]) -> None:
    now = max(world.latest.values()).timestamp()
    logs: dict[str, dict[str, Any]] = {}
    for name in admitted:
        with world.opened(name) as connection:
            for share, *log in connection.execute(
                "SELECT id, epoch, seq, last_id, closed, ends FROM casework_share WHERE ends > ?",
                (now,),
            ):
                logs.setdefault(share, {})[name] = (*log[:3], bool(log[3]), log[4])
    with world.opened(NORTHGATE) as connection:
        for share, *log in connection.execute(
            "SELECT lower(hex(share)), epoch, seq, lower(hex(last_id)), closed, ends "
            "FROM relay_share WHERE ends > ?",
            (now,),
        ):
            logs.setdefault(share, {})["the relay"] = (*log[:3], bool(log[3]), log[4])
        bodies = connection.execute(
            "SELECT count(*) FROM relay_record r JOIN relay_share s ON s.number = r.share "
            "WHERE (s.closed OR s.ends <= ?) AND length(r.body) > 0",
            (now,),
        ).fetchone()
    assert bodies == (0,), "the relay kept a body past its end"
    for share, told in logs.items():
        assert len(set(told.values())) == 1, (share, told)


def _nothing_waits(world: World, admitted: Iterable[str]) -> None:
    now = max(world.latest.values()).timestamp()
    for name in admitted:
        with world.opened(name) as connection:
            waiting = connection.execute(
                "SELECT o.refused, s.ends FROM casework_outbox o "
                "JOIN casework_share s ON s.id = o.share"
            ).fetchall()
            assert [one for one in waiting if one[1] > now] == [], name
            said = connection.execute(
                "SELECT kind, refused FROM casework_statement WHERE direction = 'out' AND sent = 0"
            ).fetchall()
            assert said == [], name


def _nothing_withdrawn_is_left(world: World, admitted: Iterable[str]) -> None:
    """A withdrawn consent, a withdrawn release, and all that came by them, are dead everywhere."""
    withdrawn = {consent for at, consent in world.withdrawn if at in admitted}
    taken_back = {release for at, release in world.taken_back if at in admitted}
    for name in admitted:
        with world.opened(name) as connection:
            live = connection.execute(
                "SELECT consent, release FROM casework_share WHERE state = 'live' AND ends > ?",
                (max(world.latest.values()).timestamp(),),
            ).fetchall()
        assert not {consent for consent, _ in live} & withdrawn, name
        assert not {release for _, release in live} & taken_back, name
