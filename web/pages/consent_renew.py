"""Renewing a consent: the words stay, the signature, day and witness are new."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from litestar import Response, post
from litestar.params import FromPath

from server.casework import consents
from server.node.access import Act, may, require
from server.node.desk import Desk
from server.node.errors import NotFound
from tiers.consent import EVERYTHING_TOLD, Consent, ConsentKind
from tiers.reading import FormMistake
from tiers.release_form import read_release
from web.forms import Mistakes, Slip, Typed, typed
from web.workplace import AnyRequest, AtWork, go, once

_FIELDS = {"signer.name": "signer", "ends": "ends", "signed_on": "signed_on", "witness": "witness"}


@dataclass(frozen=True, slots=True)
class RenewPart:
    """What a renewal begins with."""

    today: str
    ends: str
    longest: str
    signer: str
    due: bool
    finds: bool


def part(consent: Consent, desk: Desk) -> RenewPart | None:
    """The renewal of a consent that was signed here, if it can be renewed."""
    if not consent.collected_by == consent.discloser == desk.node.identity:
        return None
    if not consent.state.permits or not may(desk.roles, Act.RENEW_CONSENT):
        return None
    terms = desk.pack.consents
    left = (consent.ends - desk.today).days
    return RenewPart(
        today=desk.today.isoformat(),
        ends=(desk.today + timedelta(days=terms.default_days)).isoformat(),
        longest=f"At most {terms.max_days} days from the signature.",
        signer=consent.signer.name,
        finds=consent.kind is ConsentKind.FIND,
        due=left <= desk.pack.clocks["renew_prompt_days"],
    )


def _as_file(form: Typed, consent: Consent, desk: Desk) -> dict[str, Any]:
    terms, tells = desk.pack.consents, consent.kind is ConsentKind.TELL
    also = sorted(consent.sections & terms.handoff_sections - terms.find_sections)
    return {
        "format": "casefold-release-1",
        "case_ref": consent.case_ref,
        "signed_on": form.word("signed_on"),
        "signer": {
            "kind": consent.signer.kind,
            "name": form.word("signer"),
            "relation": consent.signer.relation,
            "person": consent.signer.person,
            "confirmed_not_abuser": form.ticked("confirmed"),
        },
        "form": consent.form,
        "witness": form.word("witness"),
        "second_witness": consent.second_witness,
        "language": consent.language,
        "interpreter": consent.interpreter,
        "purpose": consent.purpose,
        "purpose_kind": consent.purpose_kind,
        "ends": form.word("ends"),
        "carrier": consent.carrier,
        "told": dict.fromkeys(EVERYTHING_TOLD, True),
        "exclude": [list(pair) for pair in sorted(consent.excluded)],
        "survivor": consent.survivor,
        "rows": [
            {
                "agency": consent.discloser if tells else consent.recipient,
                "find": not tells,
                "tell": tells or form.ticked("tell"),
                "handoff_sections": [] if tells else also,
                "tell_sections": sorted(consent.sections) if tells else None,
                "about": sorted(consent.about - {consent.survivor}),
                "initials": form.word("initials"),
            }
        ],
    }


@post("/consents/{number:str}/renew")
async def renew(request: AnyRequest, number: FromPath[str], desk: AtWork) -> Response[Any]:
    """Record the renewal: a new consent, and with the next share a new record."""
    require(desk, Act.RENEW_CONSENT)
    form = await typed(request)
    form.day("signed_on", "Write the day on which it was signed.")
    form.day("ends", "Write the day on which it ends.")
    form.need("signer", "Write the name of the person who signs.")
    form.need("initials", "Write the initials beside the row.")
    form.need("witness", "Write the name of the witness.")
    if not form.ticked("told"):
        form.wrong("told", "Say it again before signing, and tick it.")
    if not form.ticked("confirmed"):
        form.wrong(
            "confirmed",
            "Make sure that the person who signs is not the person using violence, and tick it.",
        )
    form.settle()

    async def act() -> Response[Any]:
        entry = next(
            (e for e in await consents.list_consents(desk) if e.consent.id == number), None
        )
        if entry is None:
            raise NotFound
        try:
            recorded = await consents.renew(
                number, read_release(_as_file(form, entry.consent, desk)), desk
            )
        except FormMistake as mistake:
            raise Mistakes(
                Slip(_FIELDS.get(mistake.path, ""), mistake.sentence.capitalize())
            ) from None
        return go(
            request, f"/consents/{recorded.consents[0].id}", "Renewed. Check what is sent under it."
        )

    return await once(request, form, act)


handlers = (renew,)
