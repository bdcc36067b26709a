"""Accounts, sessions and tokens: who may sign in, and as what a request acts."""

from typing import Literal

import msgspec

Role = Literal["admin", "host"]
SCOPES = (
    "bookings:read",
    "bookings:write",
    "event-types:read",
    "event-types:write",
    "schedules:read",
    "schedules:write",
    "resources:read",
    "resources:write",
    "channels:read",
    "channels:write",
    "webhooks:read",
    "webhooks:write",
    "admin:read",
    "admin:write",
)


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """Someone who can sign in; an admin may also run the machine. `email` is in normal form (lower case)."""

    id: int
    email: str
    name: str
    role: Role
    verified_at: int | None
    disabled_at: int | None
    created_at: int


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A sign-in on one device."""

    account: Account
    created_at: int
    last_used_at: int
    expires_at: int


class ApiToken(msgspec.Struct, frozen=True, kw_only=True):
    """What a program signs in with; only the secret's hash is kept."""

    id: int
    account_id: int
    name: str
    scopes: tuple[str, ...]
    created_at: int
    expires_at: int | None
    last_used_at: int | None


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who does something, for the audit log and for what the other side is told.

    `kind` is the capacity they act in; `address` is the network address, empty for the command line and jobs.
    """

    kind: Literal["host", "admin", "guest", "cli", "system"]
    account_id: int | None = None
    address: str = ""
