"""The keys of an unlocked node, held in memory for as long as somebody is signed in."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from crypto.keys import Identity
from server.node.keyring import Keyring
from server.node.member import StaffMember

_LONGEST = timedelta(hours=8)
_VIEW = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Keys:
    """What an unlocked desk holds. Nothing here is ever printed."""

    identity: Identity
    keyring: Keyring


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in on one device."""

    member: StaffMember
    opened_at: datetime
    last_act: datetime
    held_until: datetime | None = None

    def ends_at(self, idle: timedelta) -> datetime:
        """When this session locks if nobody does anything more."""
        quiet = max(self.last_act + idle, self.held_until or self.last_act)
        return min(quiet, self.opened_at + _LONGEST)


class Keyholder:
    """The sessions of one serving worker; the keys go when the last of them ends."""

    def __init__(self, idle_minutes: int, on_last_lock: Callable[[], None]) -> None:
        self._idle = timedelta(minutes=idle_minutes)
        self._on_last_lock = on_last_lock
        self._sessions: dict[str, Session] = {}
        self._keys: Keys | None = None

    @property
    def keys(self) -> Keys | None:
        """The keys, while anybody is signed in."""
        return self._keys

    @property
    def members(self) -> frozenset[str]:
        """The ids of everybody signed in."""
        return frozenset(session.member.id for session in self._sessions.values())

    def open(self, session: str, member: StaffMember, keys: Keys, now: datetime) -> None:
        """Somebody signed in."""
        self._sessions[session] = Session(member, now, now)
        self._keys = keys

    def session(self, session: str, now: datetime) -> Session | None:
        """The session under this id, if it has not ended."""
        found = self._sessions.get(session)
        if found is None:
            return None
        if now >= found.ends_at(self._idle):
            self.close(session)
            return None
        return found

    def touch(self, session: str, now: datetime) -> None:
        """A person did something. An open event stream is not a person doing something."""
        found = self._sessions.get(session)
        if found is not None:
            self._sessions[session] = replace(found, last_act=max(found.last_act, now))

    def hold(self, session: str, now: datetime) -> None:
        """A merged view is in use: keep this session for thirty minutes from now."""
        found = self._sessions.get(session)
        if found is not None:
            self._sessions[session] = replace(found, held_until=now + _VIEW)

    def release(self, session: str) -> None:
        """The merged view was left."""
        found = self._sessions.get(session)
        if found is not None:
            self._sessions[session] = replace(found, held_until=None)

    def close(self, session: str) -> None:
        """Somebody locked, or their time ran out."""
        if self._sessions.pop(session, None) is not None and not self._sessions:
            self._drop()

    def close_member(self, staff_id: str) -> None:
        """Somebody no longer works here, or their passphrase changed."""
        for session in [s for s, held in self._sessions.items() if held.member.id == staff_id]:
            self.close(session)

    def close_all(self) -> None:
        """Lock the node now."""
        if self._sessions:
            self._sessions.clear()
            self._drop()

    def tick(self, now: datetime) -> None:
        """Close what has been idle too long; call every few seconds."""
        ended = [s for s, held in self._sessions.items() if now >= held.ends_at(self._idle)]
        for session in ended:
            self.close(session)

    def _drop(self) -> None:
        self._keys = None
        self._on_last_lock()
