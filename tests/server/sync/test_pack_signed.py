"""Where several agencies sign, a protocol waits for them, whatever else is changed meanwhile."""

from pathlib import Path

from server.node import coalition, pack_changing, packs, proposals, signers
from server.node.coalition import Change
from server.node.desk import Desk
from tests.coalition import BRIGID, HARBOUR, NORTHGATE, RIVER
from tests.running import run
from tests.server.sync.wired import Wired


async def _rounds(by_http: Wired) -> None:
    for name in (NORTHGATE, HARBOUR, RIVER, BRIGID, NORTHGATE):
        await by_http.round(name)


async def _sign_first(desk: Desk) -> None:
    await proposals.sign((await proposals.waiting(desk))[0].id, desk)


async def _desk(by_http: Wired, name: str) -> Desk:
    with by_http.agencies.at(name):
        return await by_http.agencies.desk(name)


def test_a_protocol_holds_only_once_enough_have_signed_it(by_http: Wired, tmp_path: Path):
    file = tmp_path / "ours.toml"
    file.write_text('id = "ours"\nversion = 1\ntitle = "Ours"\nparent = "four-tiers"\n')
    texts = packs.load(str(file))
    digest = packs.read(texts).digest

    async def walk() -> None:
        await by_http.agencies.do(
            NORTHGATE, lambda desk: coalition.change_partner(BRIGID, Change(no_seat=True), desk)
        )
        await by_http.agencies.do(
            NORTHGATE, lambda desk: signers.set_signers([HARBOUR, RIVER], 2, desk)
        )
        await _rounds(by_http)

        adopted = await by_http.agencies.do(
            NORTHGATE, lambda desk: pack_changing.adopt(texts, desk)
        )
        # A renewal, and another change that waits, come between; the protocol still waits.
        await by_http.agencies.do(NORTHGATE, coalition.publish)
        await by_http.agencies.do(
            NORTHGATE, lambda desk: coalition.change_partner(BRIGID, Change(seat="meeting"), desk)
        )
        await _rounds(by_http)
        waiting = await _desk(by_http, NORTHGATE)
        assert not adopted.in_force
        assert (waiting.pack.id, waiting.directory.pack) == ("four-tiers", waiting.pack.digest)

        await by_http.agencies.do(RIVER, _sign_first)
        await by_http.round(RIVER)
        await _rounds(by_http)

        northgate, harbour = await _desk(by_http, NORTHGATE), await _desk(by_http, HARBOUR)
        assert (northgate.pack.digest, northgate.directory.pack) == (digest, digest)
        assert northgate.directory.find(BRIGID).seats == {"meeting"}
        assert (harbour.pack.id, harbour.directory.pack) == ("four-tiers", digest)
        await by_http.agencies.do(HARBOUR, lambda desk: pack_changing.adopt(texts, desk))
        assert (await _desk(by_http, HARBOUR)).pack.digest == digest

    run(walk())
