"""What keeps strangers off: failed sign-ins that count, and who may not book."""

from typing import Literal

import msgspec

FailureKind = Literal["pair", "network", "account", "device"]
BlockKind = Literal["mailbox", "domain", "network"]


class SignInFailure(msgspec.Struct, frozen=True, kw_only=True):
    """Failed sign-ins of one network for one account (`pair`), of a network, for an account, or of a known device.

    `account_id` is None where there is no such account, and for a network.
    """

    id: int
    key_hash: bytes
    kind: FailureKind
    network: str
    account_id: int | None
    count: int
    last_at: int


class BlocklistEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Guests who may not book: everywhere, or with `host_id` alone; for ever, or until `expires_at`."""

    id: int
    host_id: int | None
    kind: BlockKind
    value: str
    note: str
    created_at: int
    expires_at: int | None
