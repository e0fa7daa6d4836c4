"""What each tier may send and see, and what it owes: the pack's own table, looked up."""

from dataclasses import dataclass
from typing import Any

from litestar import Response, get

from server.node.access import Act, require
from server.node.desk import Desk
from tiers.protocol import ExchangeRow
from tiers.tier import Tier
from web.frame import show
from web.pages.words import section_title
from web.workplace import AnyRequest, AtWork


@dataclass(frozen=True, slots=True)
class TierLine:
    """One tier: what it may, what it owes, and what it carries in each kind of exchange."""

    number: int
    title: str
    may: tuple[str, ...]
    duties: tuple[str, ...]
    carries: tuple[tuple[str, ...], ...]  # one for each exchange of the page


@dataclass(frozen=True, slots=True)
class ExchangeHead:
    """One kind of exchange, and the seat it takes."""

    title: str
    seat: str


@dataclass(frozen=True, slots=True)
class TiersPage:
    """Tiers by kinds of exchange."""

    title: str
    exchanges: tuple[ExchangeHead, ...]
    tiers: tuple[TierLine, ...]
    yours: str
    duties: tuple[str, ...]


@get("/partners/tiers")
async def tiers_page(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """What each tier may send and see."""
    require(desk, Act.LIST_PARTNERS)
    rows = tuple(desk.pack.exchanges.values())
    own = desk.directory.agency(desk.node.identity)
    value = TiersPage(
        title=desk.pack.title,
        exchanges=tuple(ExchangeHead(row.title, row.seat or "") for row in rows),
        tiers=tuple(_line(tier, rows, desk) for tier in Tier if tier in desk.pack.tiers),
        yours=f"This agency takes part as “{desk.pack.tiers[Tier(own.tier)].title}”."
        if own
        else "",
        duties=tuple(desk.pack.duties.values()),
    )
    return await show(request, desk, "/partners", "standing/tiers.html", value)


def _line(tier: Tier, rows: tuple[ExchangeRow, ...], desk: Desk) -> TierLine:
    row = desk.pack.tiers[tier]
    return TierLine(
        tier.value,
        row.title,
        tuple(row.may),
        tuple(row.duties),
        tuple(_carries(exchange, tier, desk) for exchange in rows),
    )


def _carries(exchange: ExchangeRow, tier: Tier, desk: Desk) -> tuple[str, ...]:
    carried = exchange.carries[tier]
    return tuple(
        section_title(section, desk.pack) for section in desk.pack.sections if section in carried
    )


handlers = (tiers_page,)
