"""The agenda on paper: which cases, in which order, with whom, and the words compared aloud."""

from server.papers import marks, setting
from server.papers.forms import AgendaLine, AgendaPaper, AttendanceLine, Mark


def agenda_pdf(paper: AgendaPaper) -> bytes:
    """The agenda as an accessible PDF."""
    said = {
        **setting.head(paper.mark, paper.title),
        "when": marks.said_moment(paper.starts_at, paper.mark),
        "place": paper.place,
        "facilitator": paper.facilitator,
        "confidentiality": paper.confidentiality,
        "beacon_words": [{"agency": one, "words": words} for one, words in paper.beacon_words],
        "directory_words": paper.directory_words,
        "withdrawn": "Something was withdrawn." if paper.withdrawn else "",
        "lines": [_line(one, paper.mark) for one in paper.lines],
        "attending": [_attending(one) for one in paper.attending],
    }
    return setting.pdf("agenda.typ", said, paper.mark.made_at)


def _line(one: AgendaLine, mark: Mark) -> dict[str, str]:
    missing = f"No answer yet: {', '.join(one.missing)}." if one.missing else ""
    return {
        "position": str(one.position),
        "begins": marks.said_hour(one.begins, mark),
        "minutes": str(one.minutes),
        "case": one.case,
        "referred_by": one.referred_by,
        "remarks": "\n".join(words for words in (missing, one.note) if words),
    }


def _attending(one: AttendanceLine) -> dict[str, str]:
    return {
        "agency": one.agency,
        "who": one.who,
        "state": one.state,
        "remarks": " ".join(remarks_of(one)),
    }


def remarks_of(one: AttendanceLine) -> tuple[str, ...]:
    """What is to be said of somebody's attendance, in sentences."""
    statement = "Statement signed." if one.statement else "Statement not signed."
    return tuple(
        words
        for words in (
            f"Observer. {statement}" if one.observer else "",
            "Has to attend." if one.must else "",
            "Information sent." if one.information_sent else "",
            one.note,
        )
        if words
    )
