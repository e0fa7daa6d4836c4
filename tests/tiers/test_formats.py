"""A file says of which format it is; one that a newer Casefold wrote says what to do."""

from collections.abc import Callable

import pytest

from tests.tiers.worlds import four_tiers
from tiers.case_form import read_case
from tiers.reading import FormMistake, format_name
from tiers.release_form import read_release


@pytest.mark.parametrize(
    ("read", "stem"),
    [
        (lambda form: read_case(form, four_tiers()), "casefold-case"),
        (read_release, "casefold-release"),
    ],
)
def test_a_file_of_a_newer_version_says_to_update_this_node(
    read: Callable[[object], object], stem: str
) -> None:
    with pytest.raises(FormMistake) as caught:
        read({"format": f"{stem}-2", "a part nobody knows yet": True})

    assert str(caught.value) == "format: a newer Casefold wrote this; update this node."


@pytest.mark.parametrize(
    "written",
    [
        *("casefold-case-0", "casefold-case-02", "casefold-case-2\n", "casefold-case-2222222222"),
        *("casefold-release-2", "casefold-case", 2, None, ["casefold-case-2"]),
    ],
)
def test_a_format_that_never_was_is_not_said_to_be_newer(written: object) -> None:
    with pytest.raises(FormMistake) as caught:
        format_name({"format": written}, "casefold-case-1")

    assert str(caught.value) == "format: write casefold-case-1."


def test_a_form_without_a_format_is_left_to_its_reader() -> None:
    format_name({}, "casefold-case-1")
    format_name([], "casefold-case-1")
    format_name({"format": "casefold-case-1"}, "casefold-case-1")
