"""What changes from one directory to the next, as people say it: one sentence for each thing."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from babel.dates import format_date

from directory.liaison import ALTERNATE, OUT_OF_HOURS, PRIMARY, Liaison, Signatory
from directory.snapshot import Directory
from directory.steps import Difference
from server.node.desk import Desk
from tiers.protocol import Protocol
from tiers.tier import Tier

PLACE_WORDS: Mapping[str, str] = {
    PRIMARY: "Primary liaison",
    ALTERNATE: "Alternate liaison",
    OUT_OF_HOURS: "Out of hours",
}


def sentences(differences: Iterable[Difference], desk: Desk) -> tuple[str, ...]:
    """Each difference as a sentence that begins with the agency it is about."""
    names = {agency.id: agency.name for agency in desk.directory.entries}
    return tuple(sentence(one, desk.pack, names) for one in differences)


def sentence(one: Difference, pack: Protocol, names: Mapping[str, str]) -> str:
    """One difference: “Northfield Police: seat at the meeting given.”"""
    if not one.agency:
        return _about_all(one, names)
    if one.part.startswith("seat "):
        seat = _seat(one.part.removeprefix("seat "), pack)
        return f"{one.name}: {seat} {'given' if one.after else 'taken back'}."
    return f"{one.name}: {_PARTS[one.part](one, pack)}."


def alone(directory: Directory) -> bool:
    """Does every signer have to sign whatever gives somebody more?"""
    return 1 < directory.k == len(directory.signers)


def day(value: object) -> str:
    """A day as people say it: 14 March 2026."""
    return format_date(value, "d MMMM y", locale="en_GB") if isinstance(value, date) else "no day"


def _about_all(one: Difference, names: Mapping[str, str]) -> str:
    if one.part == "k":
        return f"Whatever gives somebody more needs {one.after} signatures instead of {one.before}."
    if one.part == "pack":
        return "The coalition works by another version of its protocol."
    signers = one.after if isinstance(one.after, tuple) else ()
    known = sorted(names.get(id, "an agency that is not listed") for id in signers)
    return f"Who signs the directory from then on: {', '.join(known)}."


def _seat(seat: str, pack: Protocol) -> str:
    exchange = next((row for row in pack.exchanges.values() if row.seat == seat), None)
    return f"seat at the {pack.words.get(seat, exchange.title.lower() if exchange else seat)}"


def _tier(value: object, pack: Protocol) -> str:
    return pack.tiers[Tier(value)].title if isinstance(value, int) else ""


def _liaisons(value: object) -> str:
    liaisons = value if isinstance(value, tuple) else ()
    said = [
        f"{PLACE_WORDS[one.place].lower()} {one.name}, {one.phone}"
        for one in liaisons
        if isinstance(one, Liaison)
    ]
    return "; ".join(said) or "nobody"


def _signatories(value: object) -> str:
    signed = value if isinstance(value, tuple) else ()
    said = [one.name for one in signed if isinstance(one, Signatory)]
    return ", ".join(said) or "nobody"


_Said = Callable[[Difference, Protocol], str]
_PARTS: Mapping[str, _Said] = {
    "listed": lambda one, _: "taken into the directory" if one.after else "removed",
    "name": lambda one, _: f"called so from now on, and {one.before} until now",
    "kind": lambda one, pack: (
        f"listed as {pack.agency_kinds.get(str(one.after), str(one.after)).lower()}"
    ),
    "node_key": lambda _, __: "works on another machine, with another node key",
    "tier": lambda one, pack: (
        f"takes part as “{_tier(one.after, pack)}”, until now “{_tier(one.before, pack)}”"
    ),
    "coordinating": lambda one, _: "coordinates" if one.after else "coordinates no more",
    "suspended": lambda one, _: "suspended" if one.after else "takes part again",
    "verified_on": lambda one, _: (
        f"words compared by voice on {day(one.after)}" if one.after else "words not compared"
    ),
    "agreement_signed": lambda one, _: f"agreement signed on {day(one.after)}",
    "agreement_until": lambda one, _: f"agreement until {day(one.after)}",
    "agreement_hash": lambda _, __: "another document was signed as its agreement",
    "signatories": lambda one, _: f"agreement signed by {_signatories(one.after)}",
    "liaisons": lambda one, _: f"to be called: {_liaisons(one.after)}",
}
