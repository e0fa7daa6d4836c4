"""Walls: who may know that a case exists. The one place that is asked, and what it answers from.

Somebody who is walled from a case finds what they would find if it were not here: the same lists,
the same words, by the same steps. Walls within one agency are kept by this software alone.
"""

from collections.abc import Collection

from server.casework import refs
from server.node.access import Act, may
from server.node.desk import Desk

# No reference is kept like this, so whoever looks for it does the work of looking and finds none.
_NO_CASE = "-" * 26


def may_know(case_ref: str, desk: Desk) -> bool:
    """May the person at this desk know of this case? The node itself, alone, knows of all."""
    if not case_ref or is_hidden(case_ref, desk):
        return False
    return not desk.signed_in or may(desk.roles, Act.LIST_CASES)


def may_list(case_ref: str, desk: Desk) -> bool:
    """May this case stand in a list or a count? A test handoff never does."""
    return may_know(case_ref, desk) and not refs.is_invented(case_ref)


def is_hidden(case_ref: str, desk: Desk) -> bool:
    """Does a wall stand between this case and whoever is here?"""
    return case_ref in desk.walled.cases


def seen_as(case_ref: str, desk: Desk) -> str:
    """The reference to look for: a walled case is looked for, in vain, like one nobody has."""
    return case_ref if may_know(case_ref, desk) else _NO_CASE


def may_send(case_ref: str, agency: str, desk: Desk) -> bool:
    """May this agency be told anything of this case?"""
    return agency not in walled_agencies(case_ref, desk)


def walled_agencies(case_ref: str, desk: Desk) -> Collection[str]:
    """The agencies that are not told of this case, by identity."""
    return frozenset(desk.walled.agencies.get(case_ref, ()))
