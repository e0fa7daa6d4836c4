"""Risk instruments as the pack names them: what can be chosen, and what a score can be."""

from dataclasses import replace

from server.node.desk import Desk
from tiers.protocol import Instrument
from web.forms import Option, Typed
from web.pages.case_parts import FieldPart

_ASSESSMENTS = "assessments"


def with_instruments(
    section: str, fields: tuple[FieldPart, ...], desk: Desk
) -> tuple[FieldPart, ...]:
    """The fields of an assessment, with the pack's instruments to choose from."""
    if section != _ASSESSMENTS or not desk.pack.instruments:
        return fields
    return tuple(_field(one, desk) for one in fields)


def _field(field: FieldPart, desk: Desk) -> FieldPart:
    known = desk.pack.instruments
    match field.name:
        case "instrument":
            return _to_choose(field, [one.title for one in known.values()])
        case "score":
            ranges = [
                f"{one.title} {one.low} to {one.high}" for one in known.values() if one.scored
            ]
            return replace(field, hint=f"{'; '.join(ranges)}.")
        case "band":
            said = [band for one in known.values() for band, _ in one.bands]
            rows = desk.pack.thresholds.values()
            counted = [row.equals for row in rows if row.field == f"{_ASSESSMENTS}.band"]
            hint = "Left empty, it follows from the score."
            return replace(_to_choose(field, [*said, *counted]), hint=hint)
        case "certified":
            asks = [one.title for one in known.values() if one.certified]
            return replace(field, hint=f"Asked for by {', '.join(asks)}." if asks else "")
    return field


def _to_choose(field: FieldPart, known: list[str]) -> FieldPart:
    """These to choose from; what stands there already stays, whoever wrote it."""
    words = dict.fromkeys([*known, *([field.value] if field.value else [])])
    return replace(field, kind="choice", options=tuple(Option(one, one) for one in words))


def settle_score(section: str, form: Typed, desk: Desk) -> None:
    """A score is within its instrument's range; a band that is left empty follows from it."""
    if section != _ASSESSMENTS:
        return
    named, score = form.word("instrument"), form.word("score")
    known = desk.pack.instruments.values()
    instrument = next((one for one in known if one.title == named), None)
    if instrument is None or not instrument.scored or not score:
        return
    number = int(score) if score.lstrip("-").isdecimal() else instrument.high + 1
    if not instrument.low <= number <= instrument.high:
        ends = f"{instrument.low} to {instrument.high}"
        form.wrong("score", f"{instrument.title} goes from {ends}.")
    elif not form.word("band"):
        form.fields = {**form.fields, "band": [_band(instrument, number)]}


def _band(instrument: Instrument, score: int) -> str:
    """The highest band that this score reaches; the pack writes them rising."""
    return next((band for band, begins in reversed(instrument.bands) if score >= begins), "")
