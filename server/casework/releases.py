"""Releases: what a survivor signed here becomes directed consents, each revocable alone."""

import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from server.casework import ending, ledger, mailroom
from server.casework.bodies import read_body, shut_body
from server.casework.errors import CollectedElsewhere, ConsentEnded
from server.casework.ledger import Held
from server.casework.own import OwnCase, load, me, named_agency, stamp, whole_ref
from server.casework.quarantine import refuse_while_closed
from server.casework.refs import plain
from server.casework.signers import refuse_violent_signers
from server.casework.tables import Release, Share
from server.node import audit
from server.node.access import Act, require
from server.node.database import transaction
from server.node.desk import Desk
from server.node.errors import BadFile
from tiers.consent import Consent, ConsentState
from tiers.reading import FormMistake
from tiers.release_form import ReleaseForm, expand


@dataclass(frozen=True, slots=True)
class Recorded:
    """A release that was written down, and every consent its ticks made."""

    release_id: str
    consents: tuple[Consent, ...]


async def record_release(form: ReleaseForm, case_ref: str | None, desk: Desk) -> Recorded:
    """Write down what the survivor signed; consents of other agencies travel with their finds."""
    require(desk, Act.RECORD_RELEASE)
    refuse_while_closed(desk)
    ref = await whole_ref(_which_case(form, case_ref), desk)
    case = await load(ref, desk)
    consents = tuple(replace(one, case_ref=ref) for one in _expanded(form, case, desk))
    release = consents[0].release_id
    mine = [one for one in consents if one.discloser == me(desk)]
    body = {
        "form": _as_signed(form),
        "recorded_at": stamp(desk),
        "travelling": [one.to_terms() for one in consents if one.discloser != me(desk)],
    }
    async with transaction():
        await load(ref, desk)
        await Release.insert(
            Release(
                id=release,
                case_ref=ref,
                state="live",
                recorded_on=desk.today,
                body=shut_body("release", release, body, desk),
            )
        )
        for consent in mine:
            await ledger.enter(consent, ref, ref, {}, "", desk)
        await audit.record(
            Act.RECORD_RELEASE.value,
            release,
            desk,
            case=ref,
            consents=[one.id for one in consents],
            ends=form.ends.isoformat(),
        )
    return Recorded(release, consents)


async def renew(id: str, form: ReleaseForm, desk: Desk) -> Recorded:
    """A new signature for the same or less: a new consent and a new share; the old ones end."""
    require(desk, Act.RENEW_CONSENT)
    refuse_while_closed(desk)
    old = await ledger.find(id, desk)
    if old.consent.collected_by != me(desk) or old.consent.discloser != me(desk):
        raise CollectedElsewhere
    if not old.consent.state.permits and old.consent.state is not ConsentState.EXPIRED:
        raise ConsentEnded
    case = await load(old.case_ref, desk)
    signed = _expanded(form, case, desk)
    new = _renewed(old.consent, signed)
    riding = tuple(
        replace(one, release_id=new.release_id, case_ref=old.release_ref)
        for one in signed
        if one.discloser == new.recipient and one.discloser != me(desk)
    )
    endings = ending.Endings()
    async with transaction():
        await _ride_instead(new, riding, desk)
        await ledger.enter(new, old.release_ref, old.case_ref, old.people, "", desk)
        await audit.record(Act.RENEW_CONSENT.value, id, desk, renewed=new.id)
        shared = await Share.exists().where(
            (Share.consent == id) & (Share.owner == me(desk)) & (Share.state == ending.LIVE)
        )
        if shared:
            held = await ledger.find(new.id, desk)
            await mailroom.open_under(held, case, new.kind.exchange, desk)
        await ending.end_consents([id], ConsentState.INVALIDATED, "renewed", endings, desk)
    await ending.shred(endings, desk)
    return Recorded(new.release_id, (new, *riding))


async def know_of(release: str, case_ref: str, desk: Desk) -> None:
    """Remember that a part of this release is here; the caller is in a transaction."""
    if await Release.exists().where(Release.id == release):
        return
    await Release.insert(
        Release(id=release, case_ref=case_ref, state="live", recorded_on=desk.today, body=b"")
    )


def _which_case(form: ReleaseForm, case_ref: str | None) -> str:
    if case_ref and form.case_ref and not form.case_ref.startswith(plain(case_ref)):
        raise BadFile("The release names another case than the one it was given for.")
    ref = case_ref or form.case_ref
    if not ref:
        raise BadFile("Say which case this release is for: case_ref is missing.")
    return ref


def _expanded(form: ReleaseForm, case: OwnCase, desk: Desk) -> tuple[Consent, ...]:
    """The consents this form makes, once its people and its signer are right for this case."""
    signer = form.signer
    refuse_violent_signers(
        case.body, [signer.person], signer.name, form.witness, form.second_witness, form.interpreter
    )
    _same_people(form, case)
    try:
        return expand(
            form,
            me(desk),
            desk.directory.coordinating.identity,
            desk.pack,
            desk.today,
            lambda: secrets.token_hex(16),
            lambda agency: named_agency(agency, desk),
        )
    except FormMistake as mistake:
        raise BadFile(str(mistake)) from mistake


def _same_people(form: ReleaseForm, case: OwnCase) -> None:
    roles = case.body.people
    named = {form.survivor, *(person for row in form.rows if row.ticked for person in row.about)}
    missing = sorted(named - roles.keys())
    if missing:
        raise BadFile(f"The release names {missing[0]}, who is not among the people of the case.")
    for person, role in form.people.items():
        if roles.get(person, role) != role:
            raise BadFile(f"The release and the case disagree about who {person} is.")


def _renewed(old: Consent, signed: Iterable[Consent]) -> Consent:
    """The cell of the new form that stands for this consent: as wide as before, or narrower."""
    for one in signed:
        same = (one.kind, one.discloser, one.recipient) == (old.kind, old.discloser, old.recipient)
        if same and old.scope.covers(one.scope):
            return replace(
                one,
                release_id=old.release_id,
                case_ref=old.case_ref,
                state=ConsentState.RENEWED,
            )
    raise BadFile("This form says something else than the consent did: record it as a new release.")


async def _ride_instead(new: Consent, riding: Iterable[Consent], desk: Desk) -> None:
    row = await Release.objects().where(Release.id == new.release_id).first()
    if row is None or row.state != "live":
        raise ConsentEnded
    body = read_body("release", row.id, row.body, desk)
    others = [one for one in body["travelling"] if one["discloser"] != new.recipient]
    body["travelling"] = [*others, *(one.to_terms() for one in riding)]
    shut = shut_body("release", row.id, body, desk)
    await Release.update({Release.body: shut}).where(Release.id == row.id)


def _as_signed(form: ReleaseForm) -> dict[str, Any]:
    """The form as plain values: what was signed is kept whole, shut, at the collector."""

    def plainly(value: Any) -> Any:
        match value:
            case date():
                return value.isoformat()
            case dict():
                return {str(key): plainly(one) for key, one in value.items()}
            case set() | frozenset():
                return sorted(map(plainly, value))
            case list() | tuple():
                return [plainly(one) for one in value]
        return value

    plain_form: dict[str, Any] = plainly(asdict(form))
    return plain_form


__all__ = ["Held", "Recorded", "know_of", "record_release", "renew"]
