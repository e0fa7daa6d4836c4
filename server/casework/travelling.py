"""What rides along with a share: consents on their way to their own discloser, and who was asked.

Also the one place where our own people become the release's people.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from server.casework.bodies import read_body
from server.casework.ending import LIVE
from server.casework.ledger import Held
from server.casework.own import agency_name, me
from server.casework.tables import Release, Share
from server.node.desk import Desk
from tiers.consent import Consent, ConsentKind
from tiers.fragment import ASKED, IDENTITY, RELEASES, Fragment, Place, Written


def in_release_words(fragment: Fragment, held: Held) -> Fragment:
    """Our record with the release's case and people in place of our own."""
    renamed = release_people(fragment.people, held)
    fields = {
        replace(place, about=renamed.get(place.about, place.about)): written
        for place, written in fragment.fields.items()
    }
    return Fragment(
        case_ref=held.release_ref,
        people={renamed[person]: role for person, role in fragment.people.items()},
        fields=fields,
        bases={renamed.get(person, person): basis for person, basis in fragment.bases.items()},
        closed=frozenset(
            replace(place, about=renamed.get(place.about, place.about)) for place in fragment.closed
        ),
    )


def release_people(people: Iterable[str], held: Held) -> dict[str, str]:
    """Own person → release person. Nobody unmatched ever gets a code the release speaks of."""
    matched = held.people
    if not matched:
        return {person: person for person in people}
    back = {own: released for released, own in matched.items()}
    spoken_of = matched.keys() | held.consent.about
    return {
        person: back.get(person) or (f"own-{person}" if person in spoken_of else person)
        for person in people
    }


async def riding_with(held: Held, desk: Desk) -> dict[Place, tuple[Written, ...]]:
    """Casefold's own notes that belong in a share under this consent."""
    consent = held.consent
    if consent.collected_by != me(desk) or consent.discloser != me(desk):
        return {}
    row = await Release.objects().where(Release.id == consent.release_id).first()
    if row is None or not row.body or row.state != "live":
        return {}
    body = read_body("release", row.id, row.body, desk)
    terms = [Consent.from_terms(one) for one in body["travelling"]]
    riding: dict[Place, tuple[Written, ...]] = {
        Place(RELEASES, "", one.id): (_note(_terms(one, consent), body["recorded_at"], desk),)
        for one in terms
        if one.discloser == consent.recipient
    }
    if consent.kind is ConsentKind.TELL:
        riding |= await _asked(consent, terms, desk)
    return riding


def _terms(travelling: Consent, carrying: Consent) -> dict[str, Any]:
    named = IDENTITY in carrying.sections
    return (travelling if named else travelling.without_name()).to_terms()


async def _asked(
    consent: Consent, terms: Iterable[Consent], desk: Desk
) -> dict[Place, tuple[Written, ...]]:
    tellers = {one.discloser for one in terms if one.kind is ConsentKind.TELL}
    finds = await Share.objects().where(
        (Share.release == consent.release_id)
        & (Share.owner == me(desk))
        & (Share.exchange == ConsentKind.FIND.exchange)
        & (Share.state == LIVE)
    )
    asked: dict[Place, tuple[Written, ...]] = {}
    for row in finds:
        if row.recipient not in tellers:
            continue
        at = datetime.fromtimestamp(row.began_at, UTC)
        day = at.astimezone(ZoneInfo(desk.pack.timezone)).date().isoformat()
        said = {"name": agency_name(row.recipient, desk), "asked_on": day}
        stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        asked[Place(ASKED, "", row.recipient)] = (_note(said, stamp, desk),)
    return asked


def _note(said: Mapping[str, Any], at: str, desk: Desk) -> Written:
    # Always the same text for the same note, so that sharing again finds nothing new.
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Written(text, at, desk.node.name)
