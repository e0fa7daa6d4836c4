"""What a referral asks for, one thing at a time, and what of it is still missing."""

from dataclasses import dataclass

from server.casework.cases import CaseRecord
from tiers.fragment import CHILDREN, IDENTITY, OTHER_ADULTS, SURVIVOR
from tiers.protocol import Protocol
from tiers.rows import row_of

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
    hers = {at for at in fields if people.get(at.about) == SURVIVOR}
    said = {(at.section, row_of(at)[1]) for at in hers}
    labels = []
    for section, field in pack.minimum_dataset:
        form = pack.sections[section].field(field) if section in sections else None
        if form and (section, field) not in said:
            labels.append(form.label)
    return tuple(labels)


def _without_basis(record: CaseRecord) -> tuple[str, ...]:
    """Other adults of whom nothing leaves, for nobody has said by what right we tell of them."""
    fragment = record.fragment
    silent = [
        person
        for person, role in fragment.people.items()
        if role in OTHER_ADULTS and not fragment.bases.get(person, "").strip()
    ]
    return ("Why we may tell of another adult",) if silent else ()
