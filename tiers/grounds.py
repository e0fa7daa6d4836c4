"""The ground an exchange stands on before any place is looked at: both agencies and the consent."""

from collections.abc import Mapping
from datetime import date, timedelta

from tiers.consent import EVERYTHING_TOLD, Consent, ConsentState, Signer
from tiers.fragment import IDENTITY, PERSON_USING_VIOLENCE, Fragment
from tiers.names import same_person
from tiers.protocol import ExchangeRow, Protocol
from tiers.reason import Reason
from tiers.standing import Standing

DISCLOSER = {
    "suspended": Reason.DISCLOSER_SUSPENDED,
    "unverified": Reason.DISCLOSER_UNVERIFIED,
    "agreement": Reason.DISCLOSER_AGREEMENT,
    "tier": Reason.DISCLOSER_TIER,
    "seat": Reason.DISCLOSER_SEAT,
}
RECIPIENT = {
    "suspended": Reason.RECIPIENT_SUSPENDED,
    "unverified": Reason.RECIPIENT_UNVERIFIED,
    "agreement": Reason.RECIPIENT_AGREEMENT,
    "tier": Reason.RECIPIENT_TIER,
    "seat": Reason.RECIPIENT_SEAT,
}
_STATE_REASONS = {
    ConsentState.REFUSED: Reason.CONSENT_REFUSED,
    ConsentState.WITHDRAWN: Reason.CONSENT_WITHDRAWN,
    ConsentState.EXPIRED: Reason.CONSENT_ENDED,
}


def stands(
    standing: Standing, row: ExchangeRow, today: date, say: Mapping[str, Reason]
) -> Reason | None:
    """Why this agency may take no part in this exchange today, if it may not."""
    if standing.suspended:
        return say["suspended"]
    if not standing.verified:
        return say["unverified"]
    if today > standing.directory_until:
        return Reason.DIRECTORY_OUT_OF_DATE
    if standing.agreement is None or not standing.agreement.in_force(today):
        return say["agreement"]
    if not row.carries.get(standing.tier):
        return say["tier"]
    if row.seat is not None and row.seat not in standing.seats:
        return say["seat"]
    return None


def lives(consent: Consent, pack: Protocol, today: date) -> Reason | None:
    """Why this consent permits nothing today, if it does not."""
    if not consent.state.permits:
        return _STATE_REASONS.get(consent.state, Reason.CONSENT_NOT_GIVEN)
    if today > consent.ends:
        return Reason.CONSENT_ENDED
    if today < consent.signed_on:
        return Reason.CONSENT_NOT_YET
    if consent.ends - consent.signed_on > timedelta(days=pack.consents.longest(consent.form)):
        return Reason.CONSENT_TOO_LONG
    return None


def directed(
    consent: Consent, discloser: str, recipient: str, row: ExchangeRow, carrier: str
) -> Reason | None:
    """Why this consent is not for this exchange between these two, if it is not."""
    if consent.kind.exchange != row.id:
        return Reason.WRONG_KIND
    if consent.discloser != discloser:
        return Reason.WRONG_DISCLOSER
    if consent.recipient != recipient or recipient == discloser:
        return Reason.WRONG_RECIPIENT
    if consent.collected_by != discloser and not (consent.adopted_by or "").strip():
        return Reason.NOT_ADOPTED
    if not carrier or consent.carrier != carrier:
        return Reason.WRONG_CARRIER
    return None


def well_given(consent: Consent, pack: Protocol) -> Reason | None:
    """Why this consent was not given as the protocol asks, if it was not."""
    if consent.form not in pack.consents.forms:
        return Reason.FORM_NOT_ALLOWED
    if not consent.witness.strip():
        return Reason.NO_WITNESS
    if consent.form == "spoken" and not consent.second_witness.strip():
        return Reason.NO_WITNESS
    if not consent.told >= EVERYTHING_TOLD:
        return Reason.NOT_INFORMED
    return None


def signed_well(signer: Signer, fragment: Fragment) -> Reason | None:
    """Why this signature cannot stand here: the person using violence never signs."""
    if not signer.confirmed_not_abuser:
        return Reason.SIGNER_NOT_CONFIRMED
    if fragment.people.get(signer.person or "") == PERSON_USING_VIOLENCE:
        return Reason.SIGNER_USES_VIOLENCE
    for place, values in fragment.fields.items():
        if place.section != IDENTITY or not ("name" in place.field or "alias" in place.field):
            continue
        if fragment.people.get(place.about) != PERSON_USING_VIOLENCE:
            continue
        if any(same_person(signer.name, written.value) for written in values):
            return Reason.SIGNER_USES_VIOLENCE
    return None
