"""Backups: where they are kept, what is there, what their proofs said, when they are made and how long they stay."""

from typing import Literal

import msgspec

Why = Literal["scheduled", "on demand", "before upgrade"]


class BackupTarget(msgspec.Struct, frozen=True, kw_only=True):
    """A place that backups are kept at; an empty address is the server's own folder.

    `fault` is what went wrong when it was last used, at `used_at`; empty when nothing did.
    """

    id: int
    address: str
    secret_sealed: bytes | None
    enabled: bool
    created_at: int
    used_at: int | None = None
    fault: str = ""


class Backup(msgspec.Struct, frozen=True, kw_only=True):
    """One backup at one target. `sound` is what its last proof said, at `looked_at`; None when there was none yet."""

    id: int
    target_id: int
    name: str
    why: Why
    made_at: int
    size_bytes: int
    sound: bool | None = None
    looked_at: int | None = None
    verdict: str = ""
    counts: dict[str, int] = {}
    proof_wanted: bool = False


class BackupRun(msgspec.Struct, frozen=True, kw_only=True):
    """One making of a backup: asked for, not ended (`ended_at` is None), or ended, with a fault or none."""

    id: int
    why: Why
    asked_at: int
    ended_at: int | None = None
    fault: str = ""


class BackupPlan(msgspec.Struct, frozen=True, kw_only=True):
    """When backups are made (each day at `hour` of `tz`, if `on`), and how many are kept of days, weeks and months."""

    on: bool = True
    hour: int = 3
    tz: str = "UTC"
    daily: int = 7
    weekly: int = 4
    monthly: int = 6
