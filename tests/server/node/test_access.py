from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from server.node import access
from server.node.access import CASE_ACTS, TABLE, Act, Role, may, require
from server.node.errors import Locked, NotPermitted


@dataclass(frozen=True)
class Somebody:
    roles: frozenset[Role]
    signed_in: bool = True
    who: str = "somebody"
    now: datetime = datetime(2031, 5, 4, tzinfo=UTC)


def test_every_act_is_in_the_table():
    assert set(TABLE) == set(Act)


@pytest.mark.parametrize("act", sorted(CASE_ACTS, key=lambda act: act.value))
def test_an_operator_alone_does_nothing_with_a_case(act: Act):
    with pytest.raises(NotPermitted, match="operator opens no case") as stop:
        require(Somebody(frozenset({Role.OPERATOR})), act)

    assert stop.value.exit_code == 8


@pytest.mark.parametrize(
    "act",
    [
        Act.IMPORT_CASE,
        Act.LIST_CASES,
        Act.READ_CASE,
        Act.EDIT_CASE,
        Act.VIEW_CASE,
        Act.SHARE,
        Act.RECORD_RELEASE,
        Act.WITHDRAW,
        Act.LIST_CONSENTS,
        Act.ADOPT_CONSENT,
        Act.READ_RECEIPTS,
    ],
)
def test_these_are_acts_about_a_case(act: Act):
    assert act in CASE_ACTS


def test_a_liaison_who_is_operator_too_works_with_cases():
    require(Somebody(frozenset({Role.OPERATOR, Role.LIAISON})), Act.READ_CASE)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.OPERATOR}, key=lambda role: role.value))
def test_only_an_operator_adds_and_removes_staff(role: Role):
    assert not may(frozenset({role}), Act.ADD_STAFF)
    assert not may(frozenset({role}), Act.REMOVE_STAFF)


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.ANALYST, Role.OPERATOR])
def test_those_who_only_watch_or_count_open_no_case(role: Role):
    assert not {act for act in CASE_ACTS if may(frozenset({role}), act)}


def test_nobody_without_a_role_does_anything():
    assert not [act for act in Act if may(frozenset(), act)]


def test_nobody_does_anything_before_signing_in():
    with pytest.raises(Locked):
        require(Somebody(frozenset(Role), signed_in=False), Act.LIST_PARTNERS)


def test_the_node_itself_is_not_a_person():
    assert access.may(frozenset(), Act.SYNC) is False
