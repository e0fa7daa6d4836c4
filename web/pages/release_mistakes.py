"""Where on the release page a mistake in its file stands."""

import re

from server.casework import cases
from server.node.desk import Desk
from web.forms import Typed
from web.pages.release_grid import ticked

_ROW = re.compile(r"rows\[(\d+)\]")
_FIELDS = {
    "ends": "ends",
    "signed_on": "signed_on",
    "form": "form_kind",
    "purpose": "purpose",
    "purpose_kind": "purpose_kind",
    "witness": "witness",
    "second_witness": "second_witness",
    "language": "language",
    "interpreter": "interpreter",
    "signer.name": "signer_name",
    "signer.relation": "signer_relation",
    "signer.confirmed_not_abuser": "confirmed",
    "must_not_share": "must_not_share",
    "rows": "rows",
}


def field_of(path: str, form: Typed, record: cases.CaseRecord, desk: Desk) -> tuple[str, str]:
    """The field of the page a mistake in the file speaks of, and the agency of its row."""
    found = _ROW.match(path)
    if not found:
        return _FIELDS.get(path, ""), ""
    named = ticked(form, record, desk)
    number = int(found[1])
    if number >= len(named):
        return "rows", ""
    agency = named[number][0]
    key = agency.identity[:16]
    field = {"initials": "initials", "plan": "plan", "find": "find"}.get(
        path.rsplit(".", 1)[-1], "tell"
    )
    return f"{field}.{key}", agency.name
