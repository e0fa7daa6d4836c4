"""Who may sign: never a person using violence, under any name this agency has for them."""

from collections.abc import Iterable

from server.casework.case_body import CaseBody
from server.casework.errors import SignerNotAllowed
from tiers.fragment import PERSON_USING_VIOLENCE
from tiers.names import same_person


def refuse_violent_signers(body: CaseBody, people: Iterable[str | None], *names: str) -> None:
    """Go on only if none of these people and names is a person using violence in this case."""
    roles = body.people
    if any(roles.get(person or "") == PERSON_USING_VIOLENCE for person in people):
        raise SignerNotAllowed
    recorded = [
        written.value
        for place, field in body.fields.items()
        if roles.get(place.about) == PERSON_USING_VIOLENCE
        and ("name" in place.field or "alias" in place.field)
        for written in field.written
    ]
    if any(same_person(name, known) for name in names if name for known in recorded):
        raise SignerNotAllowed
