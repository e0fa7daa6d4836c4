"""A question and our own records: searched, matched, and nothing kept but that somebody looked."""

from server.casework.tables import Case, Share
from server.meeting import answering
from tests.coalition import RIVER, Coalition, case_file, open_case
from tests.running import run
from tests.server.meeting.asking import ask


def test_a_search_finds_our_own_people_and_keeps_only_that_somebody_looked(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        ref = await ask(agencies, RIVER)
        people = {"survivor": {"name": "Asha Belle", "address": "3 Quiet Lane"}}
        known = await open_case(agencies, RIVER, None, case_file(identity=people))
        before = await everything_kept(agencies, RIVER)

        found = await agencies.do(RIVER, lambda desk: answering.search(ref, desk))

        survivor = found[0]
        assert survivor.role == "survivor"
        assert known.ref in {match.ref for match in survivor.matches}
        after = await everything_kept(agencies, RIVER)
        assert after == before
        question = await agencies.do(RIVER, lambda desk: answering.read(ref, desk))
        assert question.line.state == "searched"
        assert question.searched_by == "Sam Okoro"

    run(story())


async def everything_kept(agencies: Coalition, name: str) -> list[tuple[str, int]]:
    """What that agency's cases and parts hold, by revision."""
    with agencies.at(name):
        cases_here = await Case.select(Case.case_ref, Case.revision).order_by(Case.case_ref)
        parts = await Share.select(Share.id, Share.seq).order_by(Share.id)
    return [tuple(row.values()) for row in (*cases_here, *parts)]


def test_the_release_is_taken_up_for_a_case_of_our_own_that_was_matched(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        ref = await ask(agencies, RIVER)
        known = await open_case(agencies, RIVER)
        people = {"survivor": "survivor", "puv": "puv"}

        own = await agencies.do(RIVER, lambda desk: answering.take_up(ref, known.ref, people, desk))

        assert own == known.ref
        question = await agencies.do(RIVER, lambda desk: answering.read(ref, desk))
        assert question.own_ref == known.ref
        assert not question.to_take_up

    run(story())
