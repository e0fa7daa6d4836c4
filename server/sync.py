"""Sync as the rest of a node sees it: do a round now, or keep syncing in the background."""

from server.beacons import Unconfirmed, unconfirmed
from server.rounds import SyncBusy, sync_once, sync_until_idle, waiting_count
from server.sync_report import Refusal, SyncReport
from server.syncer import Syncer, SyncState

__all__ = [
    "Refusal",
    "SyncBusy",
    "SyncReport",
    "SyncState",
    "Syncer",
    "Unconfirmed",
    "sync_once",
    "sync_until_idle",
    "unconfirmed",
    "waiting_count",
]
