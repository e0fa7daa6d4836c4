"""How often each thing happens in a history."""

from hypothesis import strategies as st

from tests.coalition import BRIGID, HARBOUR, NORTHGATE, RIVER
from tests.server.history_days import CHANGES, Clock, Partner, RelayDay, Sync, SyncAll, View
from tests.server.history_steps import Adopt, Draw, Edit, Record, Renew, Share, Withdraw
from tiers.fragment import Place

PLACES = (
    Place("risks", "survivor", "threats"),
    Place("service_involvement", "survivor", "summary"),
    Place("health", "survivor", "injuries"),
    Place("safe_contact", "survivor", "best_times"),
    Place("identity", "survivor", "area"),
    Place("plan_case", "survivor", "reasons"),
    Place("private", "survivor", "notes"),
)
_ANYBODY = st.sampled_from((HARBOUR, RIVER, BRIGID, NORTHGATE))
_COLLECTORS = st.sampled_from((HARBOUR, HARBOUR, RIVER))
_CASE = st.sampled_from((0, 0, 0, 1))
_ANY = st.integers(0, 30)

Step = (
    Record
    | Share
    | Adopt
    | Draw
    | Edit
    | Withdraw
    | Renew
    | Partner
    | Sync
    | SyncAll
    | RelayDay
    | Clock
    | View
)


def _often(times: int, strategy: st.SearchStrategy[Step]) -> list[st.SearchStrategy[Step]]:
    return [strategy] * times


_DAYS = st.sampled_from((2, 20, 50, 85))
STEPS: st.SearchStrategy[Step] = st.one_of(
    *_often(2, st.builds(Record, _COLLECTORS, _CASE, _DAYS, st.booleans())),
    *_often(
        4,
        st.builds(Share, _ANYBODY, _CASE, _ANYBODY, st.sampled_from(("handoff", "meeting"))),
    ),
    *_often(2, st.builds(Adopt, _ANYBODY, _ANY, st.sampled_from((False, False, False, True)))),
    st.builds(Draw, _ANYBODY, _CASE, st.integers(0, 1)),
    *_often(
        5,
        st.builds(
            Edit,
            _ANYBODY,
            _CASE,
            st.integers(0, 1),
            st.sampled_from(PLACES),
            st.booleans(),
            st.sampled_from((False, False, False, True)),
        ),
    ),
    st.builds(Withdraw, _ANYBODY, _ANY, st.booleans()),
    st.builds(Renew, _COLLECTORS, _ANY, _DAYS),
    st.builds(Partner, st.sampled_from((HARBOUR, RIVER, BRIGID)), st.sampled_from(list(CHANGES))),
    *_often(
        5,
        st.builds(
            Sync,
            _ANYBODY,
            st.booleans(),
            st.sampled_from(("", "", "repeated", "reversed", "answer lost")),
            st.integers(1, 6),
        ),
    ),
    *_often(2, st.builds(SyncAll, st.booleans())),
    st.builds(RelayDay, st.sampled_from(("restart", "save", "restore"))),
    st.builds(
        Clock,
        st.sampled_from(("*", "*", HARBOUR, RIVER, NORTHGATE)),
        st.sampled_from((1, 5, 26, 26, 480, -30, -500)),
    ),
    *_often(2, st.builds(View, st.sampled_from((NORTHGATE, NORTHGATE, RIVER)), _CASE)),
)
