"""What two packs both allow: a consent keeps to the one it was signed under, and to today's."""

from collections.abc import Mapping
from dataclasses import replace

from tiers.protocol import ConsentTerms, ExchangeRow, Protocol, SectionForm


def label(pack: Protocol) -> str:
    """How a consent names the pack whose words were read to her."""
    return f"{pack.id} {pack.version}"


def both_allow(now: Protocol, then: Protocol) -> Protocol:
    """Today's protocol, with nothing that was not allowed when she signed."""
    if now.digest == then.digest:
        return now
    return replace(
        now,
        sections=_sections(now.sections, then.sections),
        exchanges={key: _exchange(row, then.exchanges[key]) for key, row in now.exchanges.items()},
        consents=_consents(now.consents, then.consents),
    )


def _sections(
    now: Mapping[str, SectionForm], then: Mapping[str, SectionForm]
) -> Mapping[str, SectionForm]:
    """What never left then does not leave now; what was not there then, she cannot have ticked."""
    kept = {key for key, section in then.items() if section.never_leaves}
    return {
        key: replace(section, never_leaves=True) if key in kept else section
        for key, section in now.items()
    }


def _exchange(now: ExchangeRow, then: ExchangeRow) -> ExchangeRow:
    carries = {tier: sections & then.carries[tier] for tier, sections in now.carries.items()}
    return replace(now, seat=now.seat or then.seat, carries=carries)


def _consents(now: ConsentTerms, then: ConsentTerms) -> ConsentTerms:
    return replace(
        now,
        max_days=min(now.max_days, then.max_days),
        spoken_days=min(now.spoken_days, then.spoken_days),
        forms=now.forms & then.forms,
    )
