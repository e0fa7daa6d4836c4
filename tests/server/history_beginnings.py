"""Where a history begins: agencies that have met, or that have told of one case."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.casework import cases
from server.casework.writing import write
from server.meeting import plan_rows
from server.node import staff
from server.node.access import Act, Role
from server.node.desk import Desk
from server.node.member import StaffMember
from tests import coalition, founding
from tests.coalition import CASE, HARBOUR, NORTHGATE, RIVER, Coalition
from tests.running import run
from tests.server.histories import World
from tiers.case_form import read_case
from tiers.fragment import Place


def new_world(beginning: "Beginning", folder: Path) -> World:
    """A copy of a beginning that nobody has touched."""
    return World(founding.copy(beginning.made, folder, None), beginning.refs, dict(_COLLEAGUES))


_COLLEAGUES: dict[str, StaffMember] = {}


@dataclass(frozen=True, repr=False)
class Beginning:
    """A coalition nobody works at any more, and the cases it knows."""

    made: Coalition
    refs: tuple[str, str]


def originals(folder: Path) -> dict[str, Beginning]:
    """Agencies that have met, that have told of one case, and whose meeting has begun its plan."""
    return run(_originals(founding.make_original(None), folder))


async def _originals(met: Coalition, folder: Path) -> dict[str, Beginning]:
    for name in met.places:
        _COLLEAGUES[name] = await met.do(
            name,
            lambda desk: staff.add(
                "Noor Hale",
                frozenset({Role.ADVOCATE, Role.CHAIR}),
                "a second set of words",
                desk,
            ),
        )
    other = await _everybody_works_at(met, None, tuple(met.places))
    await founding.close(met)
    told = founding.copy(met, folder / "told", None)
    first = await coalition.whole_story(told)
    await _everybody_works_at(told, first, (NORTHGATE,))
    await founding.close(told)
    begun = founding.copy(met, folder / "met", None)
    second = await _everybody_works_at(begun, None, tuple(met.places))
    await founding.close(begun)
    planned = founding.copy(told, folder / "planned", None)
    await coalition.adopt_all(planned, NORTHGATE, first)
    await planned.do(NORTHGATE, lambda desk: _first_word(first, desk))
    for name in (HARBOUR, RIVER):
        await coalition.share(planned, NORTHGATE, first, name, "meeting")
    await planned.settle()
    await founding.close(planned)
    return {
        "met": Beginning(begun, (second, other)),
        "told": Beginning(told, (first, other)),
        "planned": Beginning(planned, (first, other)),
    }


async def _first_word(ref: str, desk: Desk) -> None:
    await write(ref, {Place("plan_case", "survivor", "decision"): "begun"}, Act.WRITE_PLAN, desk)
    for name in (HARBOUR, RIVER):
        said = {"action": f"{NORTHGATE} began", "owner_agency": name, "due": "2026-12-14"}
        await plan_rows.add_action(ref, "survivor", said, desk)


async def _everybody_works_at(made: Coalition, ref: str | None, names: Sequence[str]) -> str:
    """Each of these agencies has its own record of the same survivor."""
    for name in sorted(names, key=lambda name: name != HARBOUR):
        written = read_case(_case_of(name), (await made.do(name, _itself)).pack)
        record = await made.do(
            name, lambda desk, ref=ref, form=written: cases.import_case(form, ref, desk)
        )
        ref = record.ref
    assert ref is not None
    return ref


async def _itself(desk: Desk) -> Desk:
    return desk


def _case_of(name: str) -> dict[str, Any]:
    sections = {
        **CASE["sections"],
        "service_involvement": {"survivor": {"summary": f"{name} began"}},
        "risks": {"survivor": {"summary": f"{name} began"}},
        "health": {"survivor": {"summary": f"{name} began"}},
    }
    return {**CASE, "sections": sections}
