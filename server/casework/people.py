"""The people of a case: added when they become known, and why we may tell of another adult."""

from collections.abc import Mapping
from dataclasses import replace

from server.casework import finds, ledger
from server.casework.case_body import CaseBody
from server.casework.cases import CaseRecord, Edited, record_of
from server.casework.errors import NotWritable, PeopleUnmatched
from server.casework.following import follow_people
from server.casework.ledger import Held
from server.casework.own import OwnCase, keep, load, whole_ref
from server.casework.quarantine import refuse_while_closed
from server.node import audit
from server.node.access import Act, require
from server.node.database import transaction
from server.node.desk import Desk
from tiers.case_form import read_bases, read_people
from tiers.reading import FormMistake

__all__ = ["CaseRecord", "Edited", "add_person", "change", "set_basis"]


async def add_person(ref: str, person: str, role: str, known_as: str, desk: Desk) -> Edited:
    """Name one more person; `known_as` is the code that adopted consents have for them, if any."""
    return await change(ref, {person: role}, {person: known_as} if known_as else {}, {}, desk)


async def set_basis(ref: str, person: str, words: str, desk: Desk) -> Edited:
    """Say in our own words why we may tell about this other adult; no words take it back."""
    return await change(ref, {}, {}, {person: words}, desk)


async def change(
    ref: str,
    added: Mapping[str, str],
    known_as: Mapping[str, str],
    bases: Mapping[str, str],
    desk: Desk,
) -> Edited:
    """Add people, match them to the codes of adopted consents, set bases; live shares follow."""
    require(desk, Act.EDIT_CASE)
    refuse_while_closed(desk)
    case_ref = await whole_ref(ref, desk)
    told = await _told_of(case_ref, known_as, desk)
    async with transaction():
        case = await load(case_ref, desk)
        body = _written(case, added, bases)
        matches = await _match(case_ref, known_as, body.people, told, desk)
        reached: tuple[str, ...] = ()
        if body != case.body or matches:
            await keep(case.row, body, case.row.revision + 1, desk)
            case = OwnCase(case.row, body)
            await audit.record(
                Act.EDIT_CASE.value,
                case_ref,
                desk,
                people=len(added),
                matched=matches,
                bases=len(bases),
            )
            reached = await follow_people(case, desk)
        now = await record_of(case, desk)
    return Edited(now, reached, ())


def _written(case: OwnCase, added: Mapping[str, str], bases: Mapping[str, str]) -> CaseBody:
    before = case.body
    for person, role in added.items():
        if before.people.get(person, role) != role:
            raise NotWritable(f"people.{person}: this code is somebody else's in this case.")
    try:
        people = read_people({**before.people, **added})
        said = {person: words for person, words in bases.items() if words.strip()}
        said = dict(read_bases(said, people))
    except FormMistake as mistake:
        raise NotWritable(str(mistake)) from mistake
    kept = {person: words for person, words in before.bases.items() if person not in bases}
    return replace(before, people=people, bases={**kept, **said})


async def _told_of(
    case_ref: str, known_as: Mapping[str, str], desk: Desk
) -> Mapping[str, Mapping[str, str]]:
    """The roles in which the shares that brought our consents speak of their people."""
    if not known_as:
        return {}
    held = await ledger.for_case(case_ref, desk)
    return await finds.people_told({one.came_by for one in held if one.came_by}, desk)


async def _match(
    case_ref: str,
    known_as: Mapping[str, str],
    roles: Mapping[str, str],
    told: Mapping[str, Mapping[str, str]],
    desk: Desk,
) -> int:
    """Write each match into every adopted consent that names the person; gives how many."""
    if not known_as.keys() <= roles.keys():
        raise PeopleUnmatched
    matches = 0
    for held in await ledger.for_case(case_ref, desk):
        people = _matched(held, known_as, roles, told.get(held.came_by, {}))
        if people != held.people:
            await ledger.match(held, people, desk)
            matches += 1
    if known_as and not matches:
        raise PeopleUnmatched
    return matches


def _matched(
    held: Held,
    known_as: Mapping[str, str],
    roles: Mapping[str, str],
    told: Mapping[str, str],
) -> Mapping[str, str]:
    people = dict(held.people)
    if not people or not held.consent.state.permits:
        return people
    for ours, released in known_as.items():
        taken = released in people or ours in people.values()
        if released not in held.consent.about or taken:
            continue
        if told.get(released, roles[ours]) != roles[ours]:
            raise PeopleUnmatched
        people[released] = ours
    return people
