"""The matrix on paper: one case's plan for one agency, person by person."""

from itertools import groupby
from typing import Final

from server.papers import marks, setting
from server.papers.forms import MatrixLine, MatrixPaper

_WITHDRAWN: Final = (
    "Something was withdrawn: what rested on it is closed until somebody writes it again."
)


def matrix_pdf(paper: MatrixPaper) -> bytes:
    """The matrix as an accessible PDF."""
    said = {
        **setting.head(paper.mark, paper.title),
        "case": paper.case,
        "heard_on": marks.said_day(paper.heard_on),
        "decision": paper.decision,
        "next_review_on": marks.said_day(paper.next_review_on),
        "closed": _WITHDRAWN if paper.withdrawn else "",
        "leads": [
            {"person": one.person, "agency": one.agency, "name": one.name, "phone": one.phone}
            for one in paper.leads
        ],
        "people": [
            {"person": person, "lines": [_line(one) for one in lines]}
            for person, lines in groupby(paper.lines, key=lambda one: one.person)
        ],
    }
    return setting.pdf("matrix.typ", said, paper.mark.made_at)


def _line(one: MatrixLine) -> dict[str, str]:
    return {
        "risk": _joined(one.risk, one.level),
        "in_place": one.in_place,
        "action": _joined(one.action, one.survivors_part),
        "owner": _joined(one.owner_agency, one.owner),
        "due": marks.said_day(one.due),
        "status": _joined(one.status, one.outcome),
        "on_file": one.on_file,
        "rests_on": one.rests_on,
        "closed": one.closed,
    }


def _joined(*words: str) -> str:
    return "\n".join(word for word in words if word)
