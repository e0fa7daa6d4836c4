"""The merged view as a person reads it in lines."""

from dataclasses import replace
from datetime import date

from client_sync.case_view import CaseView, Contribution
from server.cli.sharing import view_lines

TOLD = Contribution(
    agency="Harbour House",
    consent="a" * 32,
    until=date(2031, 6, 10),
    written="2031-05-04T09:00:00Z",
    by="Joy",
    about="survivor",
    field="wishes",
    values=("invented words",),
    agency_id="b" * 64,
    wordings=(),
)


def test_what_two_consents_tell_alike_is_one_line_and_what_differs_stays() -> None:
    longer = replace(TOLD, consent="c" * 32, until=date(2031, 7, 20))
    parts = (TOLD, replace(TOLD, consent="d" * 32), longer)
    seen = CaseView("K7F2" * 6 + "QW", date(2031, 5, 4), {}, {"survivor_voice": parts}, (), (), ())

    assert view_lines(seen)[2:] == [
        "survivor_voice",
        "  Harbour House  survivor  wishes  invented words  until 2031-06-10",
        "  Harbour House  survivor  wishes  invented words  until 2031-07-20",
    ]
