"""The release on one page: what a survivor says yes to, read aloud as it is ticked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from server.casework import cases, consents, drafts
from server.counted import agree
from server.meeting import referring
from server.node.access import Act, require
from server.node.desk import Desk
from server.node.errors import BadFile
from tiers.fragment import PRIVATE
from tiers.reading import FormMistake
from tiers.release_form import read_release
from web.forms import Mistakes, Option, Slip, Typed, new_token, typed
from web.frame import frame_for, show
from web.pages import release_grid as grid
from web.pages import release_mistakes
from web.pages.drafts import kept
from web.pages.release_grid import AloudRow, GridRow
from web.pages.words import name_of
from web.rendering import page
from web.workplace import SIGN_OF_LIFE, AnyRequest, AtWork, go, once

_TOLD = ("alternatives", "can_withdraw_by_word", "not_a_condition", "redisclosure")
_PROMISE = (
    "You can say no to any part of this, and change your mind with a word. "
    "It changes nothing about the help you get here."
)
_FORMS = {"written": "In writing", "spoken": "Spoken, and read back"}
_SIGNERS = (
    Option("self", "The survivor"),
    Option("guardian", "A guardian"),
    Option("minor_and_parent", "A minor together with a parent"),
)


@dataclass(frozen=True, slots=True)
class TickBox:
    """One thing to tick in a list."""

    value: str
    words: str
    id: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Exclusions:
    """The fields of one section that can be ruled out."""

    title: str
    items: tuple[TickBox, ...]


@dataclass(frozen=True, slots=True)
class ReleasePage:
    """The whole release, nothing ticked beforehand."""

    ref: str
    token: str
    survivor: str
    carrier: str
    max_days: int
    purposes: tuple[Option, ...]
    others: tuple[Option, ...]
    rows: tuple[GridRow, ...]
    heads: tuple[str, ...]  # what the three ticks of each row permit, in the pack's words
    also: tuple[TickBox, ...]
    exclusions: tuple[Exclusions, ...]
    told: tuple[TickBox, ...]
    signer_kinds: tuple[Option, ...]
    forms: tuple[Option, ...]
    spoken: bool
    draft_place: str
    draft_kept: str
    values: Mapping[str, list[str]]

    def value(self, name: str) -> str:
        """What was typed here before, or what a new form begins with."""
        found = self.values.get(name) or [""]
        return found[-1]


@dataclass(frozen=True, slots=True)
class AloudPart:
    """What is read to the survivor before signing."""

    rows: tuple[AloudRow, ...]
    promise: str
    too_few: str  # why the team could not decide on her case, where it decides

    @property
    def named(self) -> int:
        """How many agencies are told anything."""
        return sum(1 for row in self.rows if row.sentence)


@get("/cases/{ref:str}/release")
async def release_page(request: AnyRequest, ref: FromPath[str], desk: AtWork) -> Response[Any]:
    """The form, with what was half typed before."""
    require(desk, Act.RECORD_RELEASE)
    record = await cases.read(ref, desk)
    place = f"case/{record.ref}/release"
    draft = await kept(place, desk)
    value = _page(record, place, draft, desk)
    return await show(request, desk, "/cases", "release/page.html", value)


def _page(
    record: cases.CaseRecord, place: str, draft: dict[str, list[str]] | None, desk: Desk
) -> ReleasePage:
    terms, pack = desk.pack.consents, desk.pack
    survivor = grid.survivor_of(record)
    values = {
        "signed_on": [desk.today.isoformat()],
        "ends": [(desk.today + timedelta(days=terms.default_days)).isoformat()],
        "form_kind": [sorted(terms.forms, reverse=True)[0]],
        "signer_kind": ["self"],
        "purpose_kind": [next(iter(terms.purposes), "")],
    } | (draft or {})
    coordinating = grid.coordinating(desk)
    return ReleasePage(
        ref=record.ref,
        token=new_token(),
        survivor=name_of(survivor, record.fragment),
        carrier=coordinating.name if coordinating else "",
        max_days=terms.max_days,
        purposes=tuple(Option(key, words) for key, words in terms.purposes.items()),
        others=grid.others(record, desk),
        rows=grid.rows(record, values, desk),
        heads=tuple(pack.words[key] for key in ("find", "tell", "plan")),
        also=_boxes("also", sorted(terms.handoff_sections), values, desk),
        exclusions=_exclusions(values, desk),
        told=tuple(
            TickBox(key, pack.words.get(key, key), f"told-{key}", key in values.get("told", []))
            for key in _TOLD
        ),
        signer_kinds=_SIGNERS,
        forms=tuple(Option(key, _FORMS[key]) for key in sorted(terms.forms, reverse=True)),
        spoken="spoken" in terms.forms,
        draft_place=place,
        draft_kept="before" if draft else "",
        values=values,
    )


def _boxes(
    name: str, sections: list[str], values: Mapping[str, list[str]], desk: Desk
) -> tuple[TickBox, ...]:
    ticked = values.get(name, [])
    return tuple(
        TickBox(key, form.title, f"{name}-{key}", key in ticked)
        for key, form in desk.pack.sections.items()
        if key in sections
    )


def _exclusions(values: Mapping[str, list[str]], desk: Desk) -> tuple[Exclusions, ...]:
    ticked, terms = values.get("excluded", []), desk.pack.consents
    could_go = terms.find_sections | terms.tell_sections | terms.handoff_sections
    return tuple(
        Exclusions(
            form.title,
            tuple(
                TickBox(
                    f"{key}.{one.id}", one.label, f"no-{key}-{one.id}", f"{key}.{one.id}" in ticked
                )
                for one in form.fields
            ),
        )
        for key, form in desk.pack.sections.items()
        if key in could_go and key != PRIVATE
    )


@post("/cases/{ref:str}/release/aloud", opt=SIGN_OF_LIFE)
async def aloud(request: AnyRequest, ref: FromPath[str], desk: AtWork) -> Response[Any]:
    """The sentences the ticks make, as they stand now."""
    require(desk, Act.RECORD_RELEASE)
    record, form = await cases.read(ref, desk), await typed(request)
    few = grid.too_few_voters(form, record, desk)
    part = AloudPart(grid.sentences(form, record, desk), _PROMISE, few)
    return page("release/_aloud.html", part, await frame_for(request, desk, "/cases"))


@post("/cases/{ref:str}/release")
async def record_release(request: AnyRequest, ref: FromPath[str], desk: AtWork) -> Response[Any]:
    """Keep the signed release; it makes one consent for each tick."""
    require(desk, Act.RECORD_RELEASE)
    form = await typed(request)
    _look(form)

    async def act() -> Response[Any]:
        case = await cases.read(ref, desk)
        try:
            read = read_release(grid.as_file(form, case, desk))
            recorded = await consents.record_release(read, case.ref, desk)
        except FormMistake as mistake:
            raise _mistake(mistake, form, case, desk) from None
        except BadFile as bad:
            if not isinstance(bad.__cause__, FormMistake):
                raise
            raise _mistake(bad.__cause__, form, case, desk) from None
        await drafts.drop(f"case/{case.ref}/release", desk)
        made = agree(len(recorded.consents), "consent")
        refers = await referring.unfinished(case.ref, desk)
        return go(
            request,
            f"/referrals/{case.ref}/check" if refers else f"/cases/{case.ref}",
            f"The release is recorded: {made}. Nothing has been sent yet.",
        )

    return await once(request, form, act)


def _look(form: Typed) -> None:
    form.need("purpose", "Write in her words what this is for.")
    form.day("ends", "Write the day on which it ends.")
    form.day("signed_on", "Write the day on which it was signed.")
    form.need("signer_name", "Write the name of the person who signs.")
    if form.word("signer_kind") != "self":
        form.need("signer_relation", "Write how the person who signs is related to the survivor.")
    form.need("witness", "Write the name of the witness.")
    form.need("language", "Write the language in which it was talked through.")
    if missing := [key for key in _TOLD if key not in form.words("told")]:
        form.wrong(
            f"told-{missing[0]}",
            "Tick each thing once it has been said. All of them must be said before signing.",
        )
    if not form.ticked("confirmed"):
        form.wrong(
            "confirmed",
            "Make sure that the person who signs is not the person using violence, and tick it.",
        )
    form.settle()


def _mistake(mistake: FormMistake, form: Typed, case: cases.CaseRecord, desk: Desk) -> Mistakes:
    """The release reader's sentence, beside the field of this page it speaks of."""
    field, row = release_mistakes.field_of(mistake.path, form, case, desk)
    sentence = mistake.sentence[:1].upper() + mistake.sentence[1:]
    return Mistakes(Slip(field, f"{row}: {sentence}" if row else sentence))


handlers = (release_page, aloud, record_release)
