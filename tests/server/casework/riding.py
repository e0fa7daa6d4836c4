"""What rides with Harbour's share: other agencies' consents of the release she signed there."""

from server.casework import consents
from tests.coalition import HARBOUR, Coalition
from tiers.consent import ConsentKind


async def riding(agencies: Coalition, name: str, kind: ConsentKind = ConsentKind.TELL) -> str:
    """The consent of that agency which rides with Harbour's share."""
    entries = await agencies.do(HARBOUR, consents.passed_on_with)
    (found,) = (
        one.consent.id
        for one in entries
        if one.consent.kind is kind
        and agencies[name].id in {one.consent.discloser, one.consent.recipient}
    )
    return found
