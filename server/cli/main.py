"""The casefold command: every act of a node, for operators and scripts."""

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Final

import click

from client_sync.errors import SyncError
from crypto.errors import CryptoError, WrongPassphrase
from server.node.errors import NodeError
from tiers.case_form import FormMistake
from tiers.protocol import PackMistake

_BAD_FILE = 6
_PASSPHRASE = 7
_INTERRUPTED = 130

MODULES: Final[Mapping[str, tuple[str, ...]]] = {
    "init": ("nodes",),
    "serve": ("nodes",),
    "staff": ("staff",),
    "passphrase": ("staff",),
    "recover": ("staff",),
    "card": ("cards",),
    "words": ("cards",),
    "enrol": ("cards",),
    "join": ("cards",),
    "verify": ("cards",),
    "invitation": ("invitations",),
    "onboarding": ("onboarding",),
    "partner": ("partners", "signing"),
    "leave": ("departures",),
    "self-review": ("departures",),
    "directory": ("listings", "finding", "entries", "claims"),
    "case": ("cases",),
    "release": ("releases",),
    "withdraw": ("releases",),
    "consent": ("consents",),
    "share": ("sharing",),
    "sync": ("sharing",),
    "view": ("sharing",),
    "asked": ("asked",),
    "referral": ("referrals",),
    "intake": ("intake",),
    "meeting": ("meetings", "hearings"),
    "motion": ("motions",),
    "plan": ("plans",),
    "action": ("actions",),
    "paper": ("papers",),
    "calendar": ("calendars",),
    "wall": ("walls",),
    "tie": ("walls",),
    "pack": ("packs",),
    "audit": ("audits",),
    "doctor": ("audits",),
}
"""Where each command is written; the first of several holds the group, the others add to it."""


class _Commands(click.Group):
    """Reads in only the command that is asked for: a person waits for one, not for all."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's own form
        return list(MODULES)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's own form
        cmd_name: str,
    ) -> click.Command | None:
        held = [import_module(f"server.cli.{module}") for module in MODULES.get(cmd_name, ())]
        return (
            next((one for one in held[0].COMMANDS if one.name == cmd_name), None) if held else None
        )


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="casefold", prog_name="casefold")
def casefold() -> None:
    """Share consented fragments of a case between agencies, sealed from end to end.

    \b
    Exit codes: 0 done, 2 usage, 3 nothing cleared, 4 unreachable and kept for later,
    5 refused, 6 bad file, 7 passphrase, 8 not permitted. See docs/cli.md.
    """


def main() -> None:
    """Run one command; whatever goes wrong is one sentence and an exit code, never a trace."""
    try:
        code = casefold.main(standalone_mode=False)
    except Exception as error:  # the last door: a person reads a sentence
        _end(*_sentence_of(error))
    except KeyboardInterrupt:
        _end("Stopped.", _INTERRUPTED)
    sys.exit(code if isinstance(code, int) else 0)


def _sentence_of(error: Exception) -> tuple[str, int]:
    if isinstance(error, click.exceptions.Exit):
        return "", error.exit_code
    if isinstance(error, click.Abort):
        return "Stopped.", _INTERRUPTED
    if isinstance(error, click.ClickException):
        return error.format_message(), 2
    if isinstance(error, NodeError):
        return error.sentence, error.exit_code
    if isinstance(error, WrongPassphrase):
        return _said(error), _PASSPHRASE
    if isinstance(error, FormMistake | PackMistake | CryptoError | SyncError):
        return _said(error), _BAD_FILE
    return f"Casefold met something it does not know ({type(error).__name__}). Nothing was kept.", 1


def _said(error: Exception) -> str:
    return str(error) or " ".join((error.__doc__ or type(error).__name__).split())


def _end(sentence: str, code: int) -> None:
    if sentence:
        click.echo(" ".join(sentence.split()), err=True)
    sys.exit(code)
