"""For whom a row is meant: a table of who sees what, and the narrower of two."""

import pytest

from directory.audience import Audience, audience_of, narrower, sees

PUBLIC, PROFESSIONAL, TRUSTED = Audience


@pytest.mark.parametrize(
    ("viewer", "seen"),
    [
        (PUBLIC, {PUBLIC}),
        (PROFESSIONAL, {PUBLIC, PROFESSIONAL}),
        (TRUSTED, {PUBLIC, PROFESSIONAL, TRUSTED}),
    ],
)
def test_each_viewer_sees_what_is_meant_for_them_and_no_more(
    viewer: Audience, seen: set[Audience]
) -> None:
    assert {one for one in Audience if sees(viewer, one)} == seen


@pytest.mark.parametrize("one", list(Audience))
@pytest.mark.parametrize("other", list(Audience))
def test_the_narrower_of_two_is_seen_by_those_alone_who_see_both(
    one: Audience, other: Audience
) -> None:
    found = narrower(one, other)

    for viewer in Audience:
        assert sees(viewer, found) == (sees(viewer, one) and sees(viewer, other))


def test_a_mark_nobody_knows_is_read_as_the_narrowest() -> None:
    assert audience_of("everybody", PUBLIC) is TRUSTED
    assert audience_of(["public"], PUBLIC) is TRUSTED
    assert audience_of("", PROFESSIONAL) is PROFESSIONAL
    assert audience_of("public", PROFESSIONAL) is PUBLIC
