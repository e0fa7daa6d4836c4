"""What a partner may write in a row that nobody foresaw: refused or kept beside, never a crash."""

from typing import Any

import pytest

from directory.hsds.checking import check
from directory.hsds.values import email, number
from tests.directory.invented import an_id


@pytest.mark.parametrize("beside", ["words", 7, ["a"], True, {"kept": 1}])
def test_what_stands_beside_a_row_may_be_anything(beside: Any) -> None:
    row = {"id": an_id("row"), "name": "Harbour House", "description": "x", "x_other": beside}

    found = check("organizations", row, lambda _, __: True)

    assert found.row["name"] == "Harbour House"
    assert found.row.get("x_other") == (beside if isinstance(beside, dict) else None)


def test_a_number_of_thousands_of_figures_is_none() -> None:
    assert number("9" * 5_000).wrong == "is not a number"


def test_an_address_of_a_quarter_million_signs_is_looked_at_no_further() -> None:
    # Each of these signs could begin what the pattern looks for: it took minutes.
    assert email("<" * 262_144).wrong == "is not one e-mail address"
