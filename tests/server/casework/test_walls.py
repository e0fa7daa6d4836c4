"""Walls: put, lifted, held by ties, and to whoever is walled no different from a case not here."""

from dataclasses import replace

import pytest

from server.casework import (
    cases,
    consents,
    mailroom,
    meetings,
    own_search,
    ties,
    walling,
    walls,
)
from server.casework.errors import NoSuchCase, NoSuchTie, NoSuchWall
from server.casework.own_search import Asked
from server.node.access import Role
from server.node.desk import Desk
from server.node.errors import NotFound, NotPermitted, Usage
from tests.coalition import (
    CASE,
    HARBOUR,
    NORTHGATE,
    RIVER,
    Coalition,
    adopt_all,
    open_case,
    record,
    share,
)
from tests.running import run
from tests.server.casework.walled import by, hire, nobodys, numbers, recorded, steps
from tiers.fragment import Place
from tiers.gate import Withheld

LIAISON = frozenset({Role.LIAISON, Role.CHAIR})
TOM = "Invented Tom Crane"


def test_a_walled_case_takes_the_same_steps_as_one_nobody_has(agencies: Coalition) -> None:
    async def story() -> None:
        tom = await hire(agencies, HARBOUR, TOM, LIAISON)
        ref = (await open_case(agencies, HARBOUR)).ref
        await record(agencies, ref)
        await share(agencies, HARBOUR, ref, NORTHGATE, "meeting")
        known = await numbers(agencies, HARBOUR, ref)

        await steps(agencies, HARBOUR, tom, nobodys())  # what is done once a day is done by now
        walled = await steps(agencies, HARBOUR, tom, known)
        unknown = await steps(agencies, HARBOUR, tom, nobodys())

        assert walled == unknown
        assert all(len(heard) > 3 for heard in walled.values())

    run(story())


def test_the_record_is_as_long_for_somebody_walled_as_if_nothing_were_left_out(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        tom = await hire(agencies, HARBOUR, TOM, LIAISON)
        ref = (await open_case(agencies, HARBOUR)).ref
        nameless = {**CASE, "people": {"survivor": "survivor"}, "sections": {}}
        other = (await open_case(agencies, HARBOUR, None, nameless)).ref
        await agencies.do(HARBOUR, lambda desk: cases.read(ref, desk))
        await agencies.do(HARBOUR, lambda desk: cases.read(other, desk))

        told = [(one.act, one.subject) for one in await recorded(agencies, HARBOUR, tom)]

        assert told[:2] == [("case.show", other), ("case.import", other)]
        assert ref not in repr(told)

    run(story())


def test_a_lifted_wall_is_not_put_again_for_the_same_reason(agencies: Coalition) -> None:
    async def story() -> None:
        tom = await hire(agencies, HARBOUR, TOM, LIAISON)
        ref = (await open_case(agencies, HARBOUR)).ref
        (wall,) = await agencies.do(HARBOUR, walling.list_walls)

        await agencies.do(HARBOUR, lambda desk: walling.lift(wall.id, desk))
        await _write(agencies, ref, "aliases", "Tommy")
        seen = await by(agencies, HARBOUR, tom, cases.list_cases)
        tie = Asked(names=("Tom Crane",))
        await by(agencies, HARBOUR, tom, lambda desk: ties.say(tie, "myself", desk))
        hidden = await by(agencies, HARBOUR, tom, cases.list_cases)

        assert (wall.by, wall.to_look_at) == ("This node", True)
        assert wall.because == ("their own name: the same name",)
        assert [one.ref for one in seen] == [ref]
        assert hidden == []

    run(story())


async def _write(made: Coalition, ref: str, field: str, words: str) -> None:
    now = await made.do(HARBOUR, lambda desk: cases.read(ref, desk))
    place = Place("identity", "puv", field)
    await made.do(HARBOUR, lambda d: cases.edit(ref, {place: words}, now.revision, {}, d))


def test_whoever_looked_at_a_wall_of_the_nodes_says_so_once(agencies: Coalition) -> None:
    async def story() -> None:
        await hire(agencies, HARBOUR, TOM)
        await open_case(agencies, HARBOUR)
        (wall,) = await agencies.do(HARBOUR, walling.list_walls)

        await agencies.do(HARBOUR, lambda desk: walling.look_at(wall.id, desk))

        (after,) = await agencies.do(HARBOUR, walling.list_walls)
        assert after == replace(wall, to_look_at=False)

    run(story())


def test_a_wall_stands_on_every_reference_of_one_case(agencies: Coalition) -> None:
    async def story() -> None:
        dana = await hire(agencies, RIVER, "Dana Frost", LIAISON)
        ref = (await open_case(agencies, HARBOUR)).ref
        await record(agencies, ref)
        await share(agencies, HARBOUR, ref, RIVER, "handoff")
        await agencies.sync(HARBOUR, RIVER)
        mine = (await open_case(agencies, RIVER)).ref
        await agencies.do(RIVER, lambda d: walling.put(ref, "kin", d, staff="Dana Frost"))
        before = await by(agencies, RIVER, dana, cases.list_cases)

        await adopt_all(agencies, RIVER, mine)
        after = await by(agencies, RIVER, dana, cases.list_cases)
        (one, _) = await agencies.do(RIVER, walling.list_walls)
        await agencies.do(RIVER, lambda desk: walling.lift(one.id, desk))

        assert [case.ref for case in before] == [mine]
        assert after == []
        assert {case.ref for case in await by(agencies, RIVER, dana, cases.list_cases)} == {
            mine,
            ref,
        }

    run(story())


def test_a_wall_stands_for_a_desk_that_was_at_work_when_it_was_put(agencies: Coalition) -> None:
    async def story() -> None:
        ref = (await open_case(agencies, HARBOUR)).ref
        with agencies.at(HARBOUR):
            desk = await agencies.desk(HARBOUR)
            assert desk.staff is not None

            await walling.put(ref, "my own", desk, staff=desk.staff.id)

            assert not walls.may_know(ref, desk)
            with pytest.raises(NoSuchCase):
                await cases.read(ref, desk)

    run(story())


def test_an_agency_behind_a_wall_gets_no_edit_either(agencies: Coalition) -> None:
    async def story() -> None:
        ref = (await open_case(agencies, HARBOUR)).ref
        await record(agencies, ref)
        await share(agencies, HARBOUR, ref, RIVER, "handoff")
        await agencies.do(HARBOUR, lambda d: walling.put(ref, "", d, agency=RIVER))

        preview = await agencies.do(HARBOUR, lambda d: mailroom.preview(ref, RIVER, "handoff", d))
        (part,) = await agencies.do(HARBOUR, lambda desk: mailroom.shared_with(ref, desk))
        reached = await _reached(agencies, ref)
        with agencies.at(HARBOUR):
            node = await agencies.locked(HARBOUR)
            assert walls.walled_agencies(ref, node) == {agencies[RIVER].id}
            assert not walls.may_send(ref, agencies[RIVER].id, node)

        assert isinstance(preview, Withheld)
        assert (part.state, part.why) == ("closed", "walled")
        assert reached == ()

    run(story())


async def _reached(made: Coalition, ref: str) -> tuple[str, ...]:
    place = Place("identity", "survivor", "name")
    edit = {place: "Invented Asha Belle"}
    done = await made.do(HARBOUR, lambda desk: cases.edit(ref, edit, 1, {}, desk))
    return done.reached


def test_what_arrives_later_walls_whoever_it_names(agencies: Coalition) -> None:
    async def story() -> None:
        dana = await hire(agencies, RIVER, "Dana Frost")
        ref = (await open_case(agencies, HARBOUR)).ref
        await record(agencies, ref)
        await share(agencies, HARBOUR, ref, RIVER, "handoff")
        await agencies.sync(HARBOUR, RIVER)
        (found,) = await by(agencies, RIVER, dana, consents.received_finds)
        edit = {Place("identity", "survivor", "name"): "Dana Frost"}
        await agencies.do(HARBOUR, lambda desk: cases.edit(ref, edit, 1, {}, desk))
        await agencies.sync(HARBOUR, RIVER)

        now = await by(agencies, RIVER, dana, consents.received_finds)

        assert found.case_ref == ref
        assert now == ()
        assert await by(agencies, RIVER, dana, meetings.shared_cases) == ()

    run(story())


def test_a_search_of_ones_own_cases_passes_the_walls(agencies: Coalition) -> None:
    async def story() -> None:
        tom = await hire(agencies, HARBOUR, TOM)
        ref = (await open_case(agencies, HARBOUR)).ref
        asked = Asked(names=("Thomas Crane", "Bell, Asha"))

        found = await agencies.do(HARBOUR, lambda desk: own_search.search(asked, desk))
        walled = await by(agencies, HARBOUR, tom, lambda desk: own_search.search(asked, desk))

        assert {(one.ref, one.person) for one in found} == {(ref, "puv"), (ref, "survivor")}
        assert walled == ()

    run(story())


def test_ties_are_read_only_by_whoever_said_them(agencies: Coalition) -> None:
    async def story() -> None:
        dana = await hire(agencies, HARBOUR, "Dana Frost", LIAISON)
        tie = Asked(names=("Tom Crane",))
        await agencies.do(HARBOUR, lambda d: ties.say(tie, "his aunt", d, of="Dana Frost"))
        own = await by(agencies, HARBOUR, dana, lambda desk: ties.say(tie, "my nephew", desk))

        (said,) = await agencies.do(HARBOUR, ties.list_ties)
        assert (said.name, said.mine, said.why) == ("Dana Frost", False, "his aunt")
        assert await by(agencies, HARBOUR, dana, ties.list_ties) == (own,)
        with pytest.raises(NoSuchTie):
            await by(agencies, HARBOUR, dana, lambda desk: ties.take_back(said.id, desk))
        await by(agencies, HARBOUR, dana, lambda desk: ties.take_back(own.id, desk))
        assert await by(agencies, HARBOUR, dana, ties.list_ties) == ()
        told = [one for one in await recorded(agencies, HARBOUR, dana) if one.act == "tie.say"]
        assert all(dana.id not in (one.subject, *one.detail.values()) for one in told)

    run(story())


def test_who_may_do_what_with_a_wall(agencies: Coalition) -> None:
    async def story() -> None:
        dana = await hire(agencies, HARBOUR, "Dana Frost")
        ref = (await open_case(agencies, HARBOUR)).ref
        tie = Asked(names=("Tom Crane",))

        async def by_dana(act: str) -> None:
            async def do(desk: Desk) -> None:
                match act:
                    case "put":
                        await walling.put(ref, "", desk, agency=RIVER)
                    case "list":
                        await walling.list_walls(desk)
                    case "say":
                        await ties.say(tie, "", desk, of="Robin Vale")

            await by(agencies, HARBOUR, dana, do)

        for act in ("put", "list", "say"):
            with pytest.raises(NotPermitted):
                await by_dana(act)

    run(story())


@pytest.mark.parametrize(
    ("who", "stop"),
    [
        ({"staff": "Nobody"}, NotFound),
        ({"staff": "Robin Vale", "agency": RIVER}, Usage),
        ({}, Usage),
        ({"agency": HARBOUR}, Usage),
        ({"agency": "Nobody"}, NotFound),
    ],
)
def test_a_wall_is_put_against_one_that_is_there(
    agencies: Coalition, who: dict[str, str], stop: type[Exception]
) -> None:
    async def story() -> None:
        ref = (await open_case(agencies, HARBOUR)).ref
        with pytest.raises(stop):
            await agencies.do(HARBOUR, lambda desk: walling.put(ref, "", desk, **who))
        with pytest.raises(NoSuchCase):
            await agencies.do(HARBOUR, lambda d: walling.put(cases.new_ref(), "", d, agency=RIVER))
        with pytest.raises(NoSuchWall):
            await agencies.do(HARBOUR, lambda desk: walling.lift("0" * 32, desk))
        with pytest.raises(Usage):
            await agencies.do(HARBOUR, lambda desk: ties.say(Asked(), "", desk))

    run(story())
