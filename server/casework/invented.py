"""An invented person: the least referral a pack asks for, in words that say nobody is meant."""

from datetime import date, timedelta
from typing import Any, Final

from server.node.desk import Desk
from tiers.case_form import FORMAT as CASE_FORMAT
from tiers.consent import EVERYTHING_TOLD
from tiers.fragment import SURVIVOR
from tiers.protocol import FieldForm
from tiers.release_file import FORMAT as RELEASE_FORMAT

NAME: Final = "Invented Person"
WORDS: Final = "Invented for a test handoff. Nobody real."
_DAYS: Final = 7


def case_form(desk: Desk) -> dict[str, Any]:
    """The least referral that the pack asks for, each field saying that it is invented."""
    sections: dict[str, Any] = {}
    for section, field in desk.pack.minimum_dataset:
        form = desk.pack.sections[section]
        found = form.field(field)
        if found is not None and SURVIVOR in form.about:
            value = NAME if field == "name" else _invented(found, desk.today)
            blank: Any = [{}] if form.rows else {}
            said = sections.setdefault(section, {}).setdefault(SURVIVOR, blank)
            (said[0] if form.rows else said)[field] = value
    return {"format": CASE_FORMAT, "people": {SURVIVOR: SURVIVOR}, "sections": sections}


def _invented(form: FieldForm, today: date) -> Any:
    if form.kind == "yes_no":
        return False
    if form.kind == "date":
        return today.isoformat()
    if form.kind == "choice":
        return form.choices[0]
    words = WORDS if form.kind == "long" else f"Invented: {form.label.lower()}"
    return [words] if form.repeat else words


def release_form(partner: str, ref: str, desk: Desk) -> dict[str, Any]:
    """What the invented person signs: one look-up at one agency, for a week at most."""
    asked = {section for section, _ in desk.pack.minimum_dataset}
    days = min(_DAYS, desk.pack.consents.max_days)
    who = desk.staff.name if desk.staff else desk.node.name
    return {
        "format": RELEASE_FORMAT,
        "case_ref": ref,
        "signed_on": desk.today.isoformat(),
        "signer": {"kind": "self", "name": NAME, "relation": "", "confirmed_not_abuser": True},
        "form": "written",
        "witness": who,
        "language": "English",
        "purpose": WORDS,
        "ends": (desk.today + timedelta(days=days)).isoformat(),
        "carrier": desk.directory.coordinating.identity,
        "told": dict.fromkeys(EVERYTHING_TOLD, True),
        "survivor": SURVIVOR,
        "rows": [
            {
                "agency": partner,
                "find": True,
                "handoff_sections": sorted(asked & desk.pack.consents.handoff_sections),
                "initials": "IP",
            }
        ],
    }
