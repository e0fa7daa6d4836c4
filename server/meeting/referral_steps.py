"""What a referral asks for, one thing at a time, and what of it is still missing."""

from collections.abc import Mapping
from dataclasses import dataclass

from server.casework.cases import CaseRecord
from tiers.fragment import CHILDREN, IDENTITY, OTHER_ADULTS, SURVIVOR
from tiers.protocol import FieldForm, Protocol
from tiers.rows import row_of

# Asked for only where another field says so: whom it leads to, and what leads there.
_ONLY_IF = {
    ("referral", "why_not_aware"): ("aware_of_referral", "no"),
    ("referral", "heard_where"): ("heard_before", "yes"),
}
_SCORE, _NAMED = ("assessments", "score"), ("assessments", "instrument")
PEOPLE, RELEASE, SEND = "people", "release", "send"
_WRITTEN = (
    (PEOPLE, "Who is in it", (IDENTITY, CHILDREN)),
    ("incident", "What happened", ("referral",)),
    ("assessments", "Risk assessments, side by side", ("assessments",)),
    ("judgement", "How high the risk is", ("risk",)),
    ("contact", "How to reach her safely", ("safe_contact",)),
    ("wishes", "What she wants, in her own words", ("survivor_voice",)),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing of the task list: the sections it is written in, and what is not there yet."""

    id: str
    title: str
    sections: tuple[str, ...]
    done: bool
    begun: bool
    missing: tuple[str, ...] = ()


def steps_of(record: CaseRecord, released: bool, sent: bool, pack: Protocol) -> tuple[Step, ...]:
    """Every step in order; what the pack wants of a first referral decides what is missing."""
    written = [_step(id, title, sections, record, pack) for id, title, sections in _WRITTEN]
    return (
        *written,
        Step(RELEASE, "What she says yes to", (), released, released),
        Step(SEND, "Check, and send", (), sent, sent),
    )


def _step(
    id: str, title: str, sections: tuple[str, ...], record: CaseRecord, pack: Protocol
) -> Step:
    known = tuple(one for one in sections if one in pack.sections)
    missing = _unwritten(known, record, pack)
    if id == PEOPLE:
        missing += _without_basis(record)
    fields = record.fragment.fields
    begun = any(at.section in known for at in fields)
    return Step(id, title, known, begun and not missing, begun, missing)


def _unwritten(sections: tuple[str, ...], record: CaseRecord, pack: Protocol) -> tuple[str, ...]:
    """The fields of the pack's first referral that say nothing about the survivor yet."""
    people, fields = record.fragment.people, record.fragment.fields
    said = {
        (at.section, row_of(at)[1]): written[-1].value
        for at, written in fields.items()
        if people.get(at.about) == SURVIVOR
    }
    wanted = [
        form
        for section, field in pack.minimum_dataset
        if section in sections and (section, field) not in said
        for form in (_wanted(section, field, said, pack),)
    ]
    return tuple(form.label for form in wanted if form)


def _wanted(
    section: str, field: str, said: Mapping[tuple[str, str], str], pack: Protocol
) -> FieldForm | None:
    by, value = _ONLY_IF.get((section, field), ("", ""))
    if by and said.get((section, by)) != value:
        return None
    if (section, field) == _SCORE and _judged_without_one(said.get(_NAMED, ""), pack):
        return None
    form = pack.sections[section]
    return next((one for one in form.fields if one.id == field), None)


def _judged_without_one(instrument: str, pack: Protocol) -> bool:
    return any(row.title == instrument and not row.scored for row in pack.instruments.values())


def _without_basis(record: CaseRecord) -> tuple[str, ...]:
    """Other adults of whom nothing leaves, for nobody has said by what right we tell of them."""
    fragment = record.fragment
    silent = [
        person
        for person, role in fragment.people.items()
        if role in OTHER_ADULTS and not fragment.bases.get(person, "").strip()
    ]
    return ("Why we may tell of another adult",) if silent else ()
