"""A restored node asks the relay for everything anew, and obeys the closes it had forgotten."""

import pytest

from server.casework import withdrawals
from server.casework.tables import ConsentRow, Share
from server.node.tables import NodeRow
from tests.backups import back_up, put_back
from tests.coalition import HARBOUR, RIVER, open_case, record, share
from tests.running import run
from tests.server.sync.wired import Wired


@pytest.mark.parametrize(("keys_lost", "locked"), [(True, False), (False, True)])
def test_a_restored_node_learns_of_its_own_close(by_http: Wired, keys_lost: bool, locked: bool):
    async def story() -> None:
        agencies = by_http.agencies
        await by_http.settle()
        ref = (await open_case(agencies, HARBOUR)).ref
        await record(agencies, ref)
        part = (await share(agencies, HARBOUR, ref, RIVER, "handoff")).share
        await by_http.settle()
        with agencies.at(HARBOUR):
            consent = (await Share.objects().where(Share.id == part).first()).consent  # type: ignore[union-attr]
        await back_up(agencies, HARBOUR)
        await agencies.do(HARBOUR, lambda desk: withdrawals.withdraw(desk, consent=consent))
        await by_http.settle()
        await put_back(agencies, HARBOUR, keys_lost=keys_lost)

        report = await by_http.round(HARBOUR, locked=locked)

        assert report.refused == ()
        with agencies.at(HARBOUR):
            row = await Share.objects().where(Share.id == part).first()
            held = await ConsentRow.objects().where(ConsentRow.id == consent).first()
            node = await NodeRow.objects().first()
        assert row is not None
        assert held is not None
        assert node is not None
        assert (row.state, held.state) == ("closed", "withdrawn")
        assert (node.quarantined, node.caught_up) == (True, True)
        again = await by_http.round(HARBOUR, locked=locked)
        assert (again.refused, again.pulled) == ((), 0)

    run(story())
