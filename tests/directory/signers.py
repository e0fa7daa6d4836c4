"""A coalition whose directory three agencies sign, two of them for anything that gives more."""

from dataclasses import replace
from typing import Any

from crypto import statement
from crypto.keys import Identity
from directory.agency import Agency
from directory.signing import KIND, cosign
from directory.snapshot import Directory, draft, publish_draft
from tests.directory.coalition_cards import (
    COORDINATOR,
    HARBOUR,
    HARBOUR_HOUSE,
    ISSUED,
    NORTHFIELD,
    PACK,
    POLICE,
    RIVERSIDE,
    UNTIL,
    published,
)

THREE = tuple(one.public.hex() for one in (RIVERSIDE, HARBOUR, POLICE))


def body_after(prev: Directory, *entries: Agency, **changes: Any) -> dict[str, Any]:
    """What the directory after this one says, with these entries after the coordinator's."""
    terms: dict[str, Any] = {
        "issued": ISSUED,
        "valid_until": UNTIL,
        "pack": PACK,
        "signers": prev.signers,
        "k": prev.k,
    }
    return draft(prev, [COORDINATOR, *entries], **terms | changes)


def signed_by(prev: Directory, body: dict[str, Any], *signers: Identity) -> Directory:
    """The next directory, published by the first of these and signed by the others too."""
    first, *others = signers
    raw = statement.sign(KIND, body, first)
    return publish_draft(prev, raw, [cosign(body, one, THREE) for one in others])


ALONE = published(HARBOUR_HOUSE, NORTHFIELD)
BOTH = signed_by(ALONE, body_after(ALONE, HARBOUR_HOUSE, NORTHFIELD, signers=THREE, k=2), RIVERSIDE)
TIER_ONE = replace(NORTHFIELD, tier=1)
SUSPENDED = replace(NORTHFIELD, suspended=True)
