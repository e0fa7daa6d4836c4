"""Drafts: words typed and not yet saved, shut at once and kept for the person who typed them."""

from hashlib import blake2b

from server.casework.bodies import read_body, shut_body
from server.casework.tables import Draft
from server.node.database import transaction
from server.node.desk import Desk


async def save(place: str, text: str, desk: Desk) -> None:
    """Keep these words until their page is saved; empty words drop the draft."""
    if not text:
        await drop(place, desk)
        return
    draft = _id(place, desk)
    body = shut_body("draft", draft, {"place": place, "text": text}, desk)
    async with transaction():
        await Draft.delete().where(Draft.id == draft)
        await Draft.insert(
            Draft(id=draft, staff=_staff(desk), body=body, saved_at=int(desk.now.timestamp()))
        )


async def load(place: str, desk: Desk) -> str | None:
    """The words this person left in this place, if any."""
    draft = _id(place, desk)
    row = await Draft.objects().where(Draft.id == draft).first()
    if row is None:
        return None
    text: str = read_body("draft", draft, row.body, desk)["text"]
    return text


async def load_all(place_prefix: str, desk: Desk) -> dict[str, str]:
    """The words this person left in every place that begins like this, by place."""
    rows = await Draft.objects().where(Draft.staff == _staff(desk))
    bodies = [read_body("draft", row.id, row.body, desk) for row in rows]
    return {one["place"]: one["text"] for one in bodies if one["place"].startswith(place_prefix)}


async def drop(place: str, desk: Desk) -> None:
    """Forget the words left in this place."""
    async with transaction():
        await Draft.delete().where(Draft.id == _id(place, desk))


async def drop_everybodys(place_prefixes: tuple[str, ...], desk: Desk) -> None:
    """Forget what anybody left in places that begin so; the caller is in a transaction."""
    rows = await Draft.objects()
    places = [(row.id, read_body("draft", row.id, row.body, desk)["place"]) for row in rows]
    gone = [draft for draft, place in places if place.startswith(place_prefixes)]
    if gone:
        await Draft.delete().where(Draft.id.is_in(gone))


async def drop_about(case_ref: str, staff: str, desk: Desk) -> None:
    """Forget what this colleague was typing about a case; the caller is in a transaction."""
    rows = await Draft.objects().where(Draft.staff == staff)
    about = [
        row.id for row in rows if case_ref in read_body("draft", row.id, row.body, desk)["place"]
    ]
    if about:
        await Draft.delete().where(Draft.id.is_in(about))


def _id(place: str, desk: Desk) -> str:
    # Keyed, so that a row's id tells nobody who is being written about.
    key = desk.unlocked().identity.at_rest
    said = f"{_staff(desk)}\0{place}".encode()
    return blake2b(said, key=key, digest_size=32, person=b"cf-draft").hexdigest()


def _staff(desk: Desk) -> str:
    if desk.staff is None:
        return ""
    return desk.staff.id
