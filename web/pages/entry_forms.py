"""The parts of an entry as people fill them in: which fields, called what, beneath which part."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from directory.audience import Audience
from web.forms import Option
from web.pages import price_words
from web.rendering import day

AUDIENCE_WORDS: Final = {
    Audience.PUBLIC: "Everybody",
    Audience.PROFESSIONAL: "Signed-in partners",
    Audience.TRUSTED: "Only these agencies",
}


@dataclass(frozen=True, slots=True)
class Ask:
    """One field of a form, in plain words."""

    name: str
    label: str
    kind: str = "text"  # text, long, pick, number, date, email, url
    hint: str = ""
    options: tuple[Option, ...] = ()
    blank: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """One kind of row: what it is called, and what is asked."""

    table: str
    one: str
    many: str
    fields: tuple[Ask, ...]
    beneath: tuple[str, ...] = ()  # tables whose rows hang from it on the page
    narrow_fields: tuple[str, ...] = ()  # fields with an audience of their own


def _options(*pairs: tuple[str, str]) -> tuple[Option, ...]:
    return tuple(Option(value, words) for value, words in pairs)


FORMS: Final[Mapping[str, Form]] = {
    form.table: form
    for form in (
        Form(
            "organizations",
            "organization",
            "Our organization",
            (
                Ask("name", "Name"),
                Ask("alternate_name", "Also known as"),
                Ask("description", "What we do", "long"),
                Ask("website", "Website", "url"),
                Ask("email", "E-mail", "email"),
                Ask("x_safe_contact", "Safe ways to reach us", "long", "For partners, not public."),
                Ask("x_never", "What never to do", "long", "Write to the house, say."),
            ),
            ("phones", "contacts"),
        ),
        Form(
            "services",
            "service",
            "Services",
            (
                Ask("name", "Name"),
                Ask("description", "What it is", "long"),
                Ask(
                    "status",
                    "Open to new people",
                    "pick",
                    options=_options(
                        ("active", "Yes"),
                        ("temporarily closed", "Not for now"),
                        ("inactive", "No"),
                        ("defunct", "It has ended"),
                    ),
                ),
                Ask("eligibility_description", "Who it is for", "long", "Children, pets, papers…"),
                Ask("minimum_age", "From age", "number"),
                Ask("maximum_age", "To age", "number"),
                Ask("application_process", "How somebody comes to it", "long"),
                Ask("fees_description", "What it costs"),
                Ask("wait_time", "How long one waits"),
                Ask("interpretation_services", "Interpreters"),
                Ask("alert", "Notice at the top", hint="Closed for repairs until Monday, say."),
                Ask("url", "Page of this service", "url"),
            ),
            (
                *("service_capacity", "phones", "languages", "contacts", "service_areas"),
                *("cost_options", "required_documents"),
            ),
        ),
        Form(
            "locations",
            "place",
            "Places",
            (
                Ask("name", "Name"),
                Ask(
                    "location_type",
                    "Kind of place",
                    "pick",
                    options=_options(
                        ("physical", "One can go there"),
                        ("postal", "For post only"),
                        ("virtual", "By telephone or online"),
                    ),
                ),
                Ask("description", "How to find it", "long"),
                Ask("transportation", "Bus, train, parking"),
            ),
            ("addresses", "phones", "accessibility"),
        ),
        Form(
            "addresses",
            "address",
            "Address",
            (
                Ask("address_1", "Street and number"),
                Ask("address_2", "More of the address"),
                Ask("city", "Town"),
                Ask("state_province", "County or state"),
                Ask("postal_code", "Postcode"),
                Ask("country", "Country", hint="Two letters, such as GB or US."),
                Ask(
                    "address_type",
                    "Kind of address",
                    "pick",
                    options=_options(("physical", "One can go there"), ("postal", "For post")),
                ),
            ),
        ),
        Form(
            "contacts",
            "contact",
            "Contacts",
            (
                Ask("name", "Name"),
                Ask("title", "What they do"),
                Ask("department", "Team"),
                Ask("email", "E-mail", "email"),
            ),
            ("phones",),
            ("name", "title", "department", "email"),
        ),
        Form(
            "phones",
            "telephone",
            "Telephones",
            (
                Ask("number", "Number"),
                Ask("extension", "Extension", "number"),
                Ask("description", "When to ring it", hint="Out of hours; texts only; ask for …"),
            ),
            (),
            ("number", "description"),
        ),
        Form(
            "languages",
            "language",
            "Languages",
            (Ask("name", "Language"), Ask("note", "Who speaks it, and when")),
        ),
        Form(
            "accessibility",
            "note on access",
            "Access",
            (Ask("description", "What there is"), Ask("details", "More about it", "long")),
        ),
        Form(
            "service_areas",
            "area",
            "Areas",
            (Ask("name", "Area"), Ask("description", "More about it")),
        ),
        Form(
            "service_capacity",
            "count of free places",
            "Free now",
            (
                Ask("available", "Free now", "number"),
                Ask("maximum", "Of how many", "number"),
                Ask("description", "Of what", hint="Beds, family rooms, places in the group."),
            ),
        ),
        Form(
            "cost_options",
            "price",
            "Prices",
            (
                Ask("option", "For whom or for what", hint="A night, say; or for children."),
                Ask("amount", "Amount", "number", "Only the number; 0 where it is free."),
                Ask("currency", "Currency", hint="Three letters, such as GBP or USD."),
                Ask("amount_description", "More about the amount", hint="Help towards it, say."),
                Ask("valid_from", "Holds from", "date"),
                Ask("valid_to", "Holds until", "date"),
            ),
        ),
        Form(
            "required_documents",
            "paper to bring",
            "Papers to bring",
            (
                Ask("document", "Paper", hint="A letter from a doctor, proof of address…"),
                Ask("uri", "Where it can be had on the web", "url"),
            ),
        ),
    )
}

PARENTS: Final = {
    "organizations": "organization_id",
    "services": "service_id",
    "locations": "location_id",
    "contacts": "contact_id",
}
"""How a row names the row it hangs from."""


_TITLES: Final = (
    *("name", "number", "address_1", "option", "document", "description", "email"),
    *("amount_description", "uri"),
)


def called(form: Form, values: Mapping[str, Any]) -> str:
    """A row in a few words."""
    for name in _TITLES:
        if values.get(name):
            return str(values[name])
    return price_words.amount(values) or form.one.capitalize()


def said(form: Form, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a row says, in words, field by field."""
    lines = []
    for ask in form.fields:
        value = values.get(ask.name)
        if value in (None, "") or (ask.name == "currency" and price_words.amount(values)):
            continue
        lines.append((ask.label, _in_words(ask, values)))
    return lines


def _in_words(ask: Ask, values: Mapping[str, Any]) -> str:
    value = str(values[ask.name])
    if ask.name == "amount":
        return price_words.amount(values)
    if ask.kind == "date":
        with suppress(ValueError):
            return day(date.fromisoformat(value))
    return next((one.words for one in ask.options if one.value == value), value)


def audience_options() -> Sequence[Option]:
    """For whom a row is, as a list to choose from."""
    return [Option(one.value, words) for one, words in AUDIENCE_WORDS.items()]
