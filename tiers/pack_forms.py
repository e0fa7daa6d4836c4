"""The forms of a protocol: sections, their fields, and what a first referral has at least."""

from collections.abc import Mapping
from dataclasses import dataclass

from tiers.fragment import CHILDREN, IDENTITY, PRIVATE, ROLES, SYSTEM_SECTIONS
from tiers.pack_keys import KEYS
from tiers.pack_reading import PackText
from tiers.rows import ROW

FIELD_KINDS = frozenset({"text", "long", "date", "yes_no", "choice"})


@dataclass(frozen=True, slots=True)
class FieldForm:
    """One field of a form; a repeated field holds one entry a line.

    In a field of `own_words` each agency tells of itself, so that differing there means nothing.
    """

    id: str
    label: str
    kind: str
    choices: tuple[str, ...]
    repeat: bool
    own_words: bool = False


@dataclass(frozen=True, slots=True)
class SectionForm:
    """One section of a form, and the roles of the people it may be about.

    A section of `rows` holds the same fields once for each row; one with its `own_page` is written
    by its own act and never by the form of a case.
    """

    id: str
    title: str
    about: tuple[str, ...]
    fields: tuple[FieldForm, ...]
    never_leaves: bool
    rows: bool = False
    own_page: bool = False

    def field(self, id: str) -> FieldForm | None:
        """The field with this id, or of this name in a row, if the section has it."""
        row, dot, name = id.partition(".")
        sought = name if self.rows and dot and ROW.match(row) else id
        return next((field for field in self.fields if field.id == sought), None)


def read_sections(pack: PackText) -> Mapping[str, SectionForm]:
    """Every section of the pack; identity and private are always among them."""
    sections = {key: _section(pack, key) for key in pack.table("sections")}
    for needed in (IDENTITY, PRIVATE):
        if needed not in sections:
            raise pack.mistake(("sections", needed), f"every pack needs a section “{needed}”.")
    if not sections[PRIVATE].never_leaves:
        raise pack.mistake(("sections", PRIVATE, "never_leaves"), "write never_leaves = true.")
    return sections


def read_minimum_dataset(
    pack: PackText, sections: Mapping[str, SectionForm], carried: frozenset[str]
) -> tuple[tuple[str, str], ...]:
    """The fields every first referral has, each in a section that a hand-off may carry."""
    pack.only(KEYS["minimum_dataset"], "minimum_dataset")
    path = ("minimum_dataset", "fields")
    fields = tuple(
        f"{key}.{field.id}" for key in sections if key in carried for field in sections[key].fields
    )
    return tuple(
        (section, field)
        for section, _, field in (
            row.partition(".") for row in pack.in_order(frozenset(fields), *path)
        )
    )


def _section(pack: PackText, key: str) -> SectionForm:
    path = ("sections", key)
    if key in SYSTEM_SECTIONS:
        raise pack.mistake(path, "Casefold writes this section itself; choose another name.")
    pack.table(*path)
    pack.only(KEYS["sections.*"], *path)
    about = pack.words(*path, "about")
    pack.among(ROLES, *path, "about")
    if not about:
        raise pack.mistake((*path, "about"), "say whom it may be about: survivor, child, ….")
    if key == CHILDREN and set(about) != {"child"}:
        raise pack.mistake((*path, "about"), 'this section is about children only: ["child"].')
    fields = tuple(_field(pack, key, field) for field in pack.table(*path, "fields"))
    if not fields:
        raise pack.mistake((*path, "fields"), "a section needs at least one field.")
    title = pack.word(*path, "title")
    flags = (pack.flag(*path, name) for name in ("never_leaves", "rows", "own_page"))
    return SectionForm(key, title, about, fields, *flags)


def _field(pack: PackText, section: str, key: str) -> FieldForm:
    path = ("sections", section, "fields", key)
    pack.table(*path)
    pack.only(KEYS["sections.*.fields.*"], *path)
    kind = pack.word(*path, "kind", default="text")
    if kind not in FIELD_KINDS:
        known = ", ".join(sorted(FIELD_KINDS))
        raise pack.mistake((*path, "kind"), f"“{kind}” is not known here; write one of: {known}.")
    choices = pack.words(*path, "choices")
    if bool(choices) != (kind == "choice"):
        raise pack.mistake((*path, "choices"), "a choice needs choices, and nothing else has them.")
    label = pack.word(*path, "label")
    own_words = pack.flag(*path, "own_words") or kind == "long"
    return FieldForm(key, label, kind, choices, pack.flag(*path, "repeat"), own_words)
