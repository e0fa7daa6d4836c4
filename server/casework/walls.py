"""Walls: who may know that a case exists. The one place that is asked."""

from server.casework import refs
from server.node.access import Act, may
from server.node.desk import Desk


def may_know(case_ref: str, desk: Desk) -> bool:
    """May the person at this desk know of this case? In version 1 their role decides."""
    return bool(case_ref) and may(desk.roles, Act.LIST_CASES)


def may_list(case_ref: str, desk: Desk) -> bool:
    """May this case stand in a list or a count? A test handoff never does."""
    return may_know(case_ref, desk) and not refs.is_invented(case_ref)
