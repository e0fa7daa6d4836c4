"""People who become known after a case was taken in, and why we may tell about another adult."""

from collections.abc import Mapping
from typing import Any

import pytest

from server.casework import cases, consents, mailroom, meetings, people
from server.casework.errors import NotWritable, PeopleUnmatched
from tests.coalition import (
    CASE,
    HARBOUR,
    NORTHGATE,
    RIVER,
    Coalition,
    adopt_all,
    open_case,
    record,
    share,
    whole_story,
)
from tests.running import run
from tiers.fragment import Place
from tiers.gate import Cleared

ROWS = [
    {"agency": HARBOUR, "tell": True, "about": ["child-b"], "initials": "AB"},
    {"agency": RIVER, "find": True, "tell": True, "about": ["child-b", "puv"], "initials": "AB"},
]
CHILD_SUMMARY = Place("service_involvement", "child-b", "summary")


def without(*gone: str, **sections: Any) -> Mapping[str, Any]:
    """The invented case as it is held by an agency that does not know of these people."""
    kept = {person: role for person, role in CASE["people"].items() if person not in gone}
    return {**CASE, "people": kept, "sections": sections}


async def said_about(agencies: Coalition, ref: str, person: str) -> set[tuple[str, str]]:
    view = await agencies.do(NORTHGATE, lambda desk: meetings.case_view(ref, desk))
    return {
        (one.agency, one.field)
        for section in view.sections.values()
        for one in section
        if one.about == person
    }


def test_a_person_added_later_can_be_named_in_a_release_and_told_of(agencies: Coalition) -> None:
    async def story() -> None:
        ref = (await open_case(agencies, HARBOUR)).ref
        added = await agencies.do(
            HARBOUR, lambda desk: people.add_person(ref, "child-b", "child", "", desk)
        )
        await agencies.do(
            HARBOUR,
            lambda desk: cases.edit(ref, {CHILD_SUMMARY: "Shy."}, added.record.revision, {}, desk),
        )
        await record(agencies, ref, rows=ROWS)

        await share(agencies, HARBOUR, ref, NORTHGATE, "meeting")
        await agencies.settle()

        assert added.record.fragment.people["child-b"] == "child"
        assert added.record.revision == 2
        assert await said_about(agencies, ref, "child-b") == {(HARBOUR, "summary")}

    run(story())


def test_until_somebody_says_who_it_is_nothing_of_an_added_person_leaves(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        ref = (await open_case(agencies, HARBOUR)).ref
        await agencies.do(
            HARBOUR, lambda desk: people.add_person(ref, "child-b", "child", "", desk)
        )
        await record(agencies, ref, rows=ROWS)
        await share(agencies, HARBOUR, ref, RIVER, "handoff")
        await agencies.settle()
        theirs = without("child-a", service_involvement={"survivor": {"summary": "Two calls."}})
        await open_case(agencies, RIVER, ref, theirs)
        await adopt_all(agencies, RIVER, ref)
        await share(agencies, RIVER, ref, NORTHGATE, "meeting")
        # The police happen to use the same code for a child nobody has recognised yet.
        await agencies.do(RIVER, lambda desk: people.add_person(ref, "child-b", "child", "", desk))
        written = await agencies.do(
            RIVER, lambda desk: cases.edit(ref, {CHILD_SUMMARY: "At school."}, 9, {}, desk)
        )
        assert written.reached == ()
        shown = await agencies.do(
            RIVER, lambda desk: mailroom.preview(ref, NORTHGATE, "meeting", desk)
        )
        assert isinstance(shown, Cleared)
        assert "child-b" not in {place.about for place in shown.fragment.fields}

        matched = await agencies.do(
            RIVER, lambda desk: people.add_person(ref, "child-b", "child", "child-b", desk)
        )

        assert matched.reached == (agencies[NORTHGATE].id,)
        await agencies.settle()
        assert await said_about(agencies, ref, "child-b") == {(RIVER, "summary")}

    run(story())


def test_a_basis_lets_what_was_consented_about_another_adult_follow_and_taking_it_back_ends_it(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        ref = (await open_case(agencies, HARBOUR)).ref
        await agencies.do(
            HARBOUR, lambda desk: people.add_person(ref, "child-b", "child", "", desk)
        )
        await record(agencies, ref, rows=ROWS)
        sent = await share(agencies, HARBOUR, ref, RIVER, "handoff")

        told = await agencies.do(
            HARBOUR, lambda desk: people.set_basis(ref, "puv", "Known to the court.", desk)
        )
        cleared = await agencies.do(
            HARBOUR, lambda desk: mailroom.preview(ref, RIVER, "handoff", desk)
        )
        ended = await agencies.do(HARBOUR, lambda desk: people.set_basis(ref, "puv", "", desk))

        assert "puv" not in {place.about for place in sent.cleared.fragment.fields}
        assert told.reached == (agencies[RIVER].id,)
        assert isinstance(cleared, Cleared)
        assert "puv" in {place.about for place in cleared.fragment.fields}
        assert ended.record.fragment.bases == {}
        assert ended.reached == (agencies[RIVER].id,)
        await agencies.settle()
        found = await agencies.do(RIVER, consents.received_finds)
        assert "puv" not in {place.about for find in found for place in find.fields}

    run(story())


@pytest.mark.parametrize(
    ("added", "bases"),
    [
        ({"Child B": "child"}, {}),
        ({"child-b": "neighbour"}, {}),
        ({"puv": "child"}, {}),
        ({}, {"survivor": "No basis is needed."}),
        ({}, {"stranger": "Not in the case."}),
        ({}, {"puv": "x" * 2001}),
    ],
)
def test_what_does_not_fit_the_case_changes_nothing(
    agencies: Coalition, added: dict[str, str], bases: dict[str, str]
) -> None:
    async def story() -> None:
        ref = (await open_case(agencies, HARBOUR)).ref

        with pytest.raises(NotWritable):
            await agencies.do(HARBOUR, lambda desk: people.change(ref, added, {}, bases, desk))

        kept = await agencies.do(HARBOUR, lambda desk: cases.read(ref, desk))
        assert kept.revision == 1

    run(story())


def test_a_person_no_consent_speaks_of_cannot_be_matched(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)

        with pytest.raises(PeopleUnmatched):
            await agencies.do(
                RIVER, lambda desk: people.add_person(ref, "child-b", "child", "child-z", desk)
            )

        kept = await agencies.do(RIVER, lambda desk: cases.read(ref, desk))
        assert "child-b" not in kept.fragment.people

    run(story())


def test_saying_the_same_again_changes_nothing(agencies: Coalition) -> None:
    async def story() -> None:
        ref = (await open_case(agencies, HARBOUR)).ref

        again = await agencies.do(
            HARBOUR, lambda desk: people.add_person(ref, "puv", "person_using_violence", "", desk)
        )

        assert (again.record.revision, again.reached) == (1, ())

    run(story())
