"""The release: what a survivor signs once, and the directed consents its ticks make."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from tiers import reading
from tiers.consent import Consent, ConsentKind, ConsentState
from tiers.fragment import CHILDREN, IDENTITY
from tiers.pack_both import label
from tiers.protocol import Protocol
from tiers.reading import FormMistake
from tiers.release_file import ReleaseForm, ReleaseRow, read_release

__all__ = ["FormMistake", "ReleaseForm", "ReleaseRow", "expand", "read_aloud", "read_release"]


def expand(  # noqa: PLR0917 - the question has as many parts as it has
    form: ReleaseForm,
    collector: str,
    coordinating: str,
    pack: Protocol,
    today: date,
    new_id: Callable[[], str],
    resolve: Callable[[str], str] = str,
) -> tuple[Consent, ...]:
    """One consent for each ticked cell, each with one discloser and one recipient."""
    _check_days(form, pack, today)
    _check_manner(form, pack)
    rows = [(resolve(row.agency), row, f"rows[{n}]") for n, row in enumerate(form.rows)]
    _check_rows(rows, collector, coordinating)
    common = _common(form, collector, pack, new_id(), resolve(form.carrier))
    made = []
    for agency, row, path in rows:
        named = replace(common, about=frozenset({form.survivor, *row.about}))
        if row.find:
            sections = _find_sections(row, form, pack, path)
            made.append(_cell(named, ConsentKind.FIND, (collector, agency), sections))
        if row.tell:
            sections = _tell_sections(row, form, pack, path)
            made.append(_cell(named, ConsentKind.TELL, (agency, coordinating), sections))
        if row.plan:
            sections = pack.consents.plan_sections
            plan = _cell(named, ConsentKind.PLAN, (coordinating, agency), sections)
            made.append(plan.without_name())  # the plan tells nobody her name
    if (IDENTITY, "name") in form.exclude:
        made = [consent.without_name() for consent in made]
    return tuple(replace(consent, id=new_id()) for consent in made)


def read_aloud(row: ReleaseRow, form: ReleaseForm, pack: Protocol, agency: str = "") -> str:
    """The one plain sentence a ticked row means, to be read to her before she initials it."""
    name = agency or row.agency
    if not row.ticked:
        return f"{name} will be told nothing."
    meeting = pack.words.get("meeting", "meeting")
    parts = []
    if row.find:
        told = _titles(_find_sections(row, form, pack, "row"), pack)
        parts.append(f"may be told {told}")
    if row.tell:
        tells = _titles(_tell_sections(row, form, pack, "row"), pack)
        parts.append(f"may tell the {meeting} what it knows: {tells}")
    if row.plan:
        parts.append(f"may get the {pack.words.get('matrix', 'plan')} the {meeting} makes")
    others = [person for person in row.about if person != form.survivor]
    whom = f"; this includes {_listed(others)}" if others else "; no child is included"
    last = f"{form.ends.day} {form.ends:%B %Y}"
    return f"{name} {_listed(parts)}{whom}; until {last}, and you can stop it with a word."


def _check_days(form: ReleaseForm, pack: Protocol, today: date) -> None:
    if form.signed_on > today:
        raise FormMistake("signed_on", "this day has not come yet.")
    if form.ends < today:
        raise FormMistake("ends", "this day has passed; she would have to sign a new release.")
    days = pack.consents.longest(form.form)
    last = form.signed_on + timedelta(days=days)
    if form.ends > last:
        given = " to a spoken release" if days < pack.consents.max_days else ""
        sentence = f"the protocol allows {days} days{given}: at most {last}."
        raise FormMistake("ends", sentence)


def _check_manner(form: ReleaseForm, pack: Protocol) -> None:
    if form.form not in pack.consents.forms:
        taken = " or ".join(sorted(pack.consents.forms))
        raise FormMistake("form", f"the protocol takes a release in this form only: {taken}.")
    if form.purpose_kind is not None and form.purpose_kind not in pack.consents.purposes:
        known = ", ".join(pack.consents.purposes)
        raise FormMistake("purpose_kind", f"write one of: {known}.")


def _check_rows(rows: list[tuple[str, ReleaseRow, str]], collector: str, coordinating: str) -> None:
    seen = set()
    for agency, row, path in rows:
        if agency in seen:
            raise FormMistake(f"{path}.agency", "this agency has a row already; use one row.")
        seen.add(agency)
        if row.find and agency == collector:
            raise FormMistake(f"{path}.find", "the agency that collects the release knows her.")
        if (row.tell or row.plan) and agency == coordinating:
            raise FormMistake(
                path, "the coordinating node cannot tell itself, nor plan for itself."
            )
    collector_tells = any(row.tell for agency, row, _ in rows if agency == collector)
    for _, row, path in rows:
        if row.plan and not collector_tells:
            sentence = (
                "the plan needs the collecting agency's own “tell”, which carries it; tick it."
            )
            raise FormMistake(f"{path}.plan", sentence)


def _find_sections(row: ReleaseRow, form: ReleaseForm, pack: Protocol, path: str) -> frozenset[str]:
    allowed = pack.consents.handoff_sections
    extra = _narrowed(row.handoff_sections, allowed, row, form, f"{path}.handoff_sections")
    return _without_unnamed_children(pack.consents.find_sections | extra, row, form)


def _tell_sections(row: ReleaseRow, form: ReleaseForm, pack: Protocol, path: str) -> frozenset[str]:
    allowed = pack.consents.tell_sections
    if row.tell_sections is None:
        return _without_unnamed_children(allowed, row, form)
    path = f"{path}.tell_sections"
    if not row.tell_sections:
        raise FormMistake(path, "nothing is left that it could tell; leave out the tick instead.")
    return _narrowed(row.tell_sections, allowed, row, form, path)


def _narrowed(
    chosen: tuple[str, ...],
    allowed: frozenset[str],
    row: ReleaseRow,
    form: ReleaseForm,
    path: str,
) -> frozenset[str]:
    for section in chosen:
        reading.one_of(section, path, allowed)
    if CHILDREN in chosen and not _names_a_child(row, form):
        raise FormMistake(path, "children are never implied; name the child in this row's about.")
    return frozenset(chosen)


def _without_unnamed_children(
    sections: frozenset[str], row: ReleaseRow, form: ReleaseForm
) -> frozenset[str]:
    return sections if _names_a_child(row, form) else sections - {CHILDREN}


def _names_a_child(row: ReleaseRow, form: ReleaseForm) -> bool:
    return any(form.is_child(person) for person in (*row.about, form.survivor))


def _common(
    form: ReleaseForm, collector: str, pack: Protocol, release_id: str, carrier: str
) -> Consent:
    """What all consents of one release have in common."""
    return Consent(
        id="",
        release_id=release_id,
        kind=ConsentKind.FIND,
        discloser=collector,
        recipient="",
        sections=frozenset(),
        about=frozenset(),
        excluded=form.exclude,
        purpose=form.purpose,
        signer=form.signer,
        form=form.form,
        signed_on=form.signed_on,
        witness=form.witness,
        language=form.language,
        ends=form.ends,
        carrier=carrier,
        collected_by=collector,
        adopted_by=None,
        state=ConsentState.GIVEN,
        told=form.told,
        second_witness=form.second_witness,
        interpreter=form.interpreter,
        purpose_kind=form.purpose_kind or next(iter(pack.consents.purposes)),
        survivor=form.survivor,
        case_ref=form.case_ref,
        legal_profile=pack.legal_profile,
        pack=label(pack),
    )


def _cell(
    common: Consent, kind: ConsentKind, direction: tuple[str, str], sections: frozenset[str]
) -> Consent:
    discloser, recipient = direction
    return replace(common, kind=kind, discloser=discloser, recipient=recipient, sections=sections)


def _titles(sections: frozenset[str], pack: Protocol) -> str:
    said = pack.words
    return _listed(
        [
            said.get(f"say_{key}", form.title.lower())
            for key, form in pack.sections.items()
            if key in sections
        ]
    )


def _listed(parts: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))
