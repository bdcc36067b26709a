"""The audit log as it is asked for, and what looking at its chain has found."""

import msgspec

Facts = dict[str, str | int | None]
Told = tuple[int, int, str, int | None, int | None, str, str]


class AuditFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries are wanted; None leaves a question open.

    `account_id` is who acted or for whom. `tag` is one or more whole parts of a tag, like `booking:create` or `guest`.
    `from_at` is included, `to_at` is not. `text` stands anywhere in tag, subject, address or facts, in any case.
    """

    actor: str | None = None
    account_id: int | None = None
    tag: str | None = None
    subject: str | None = None
    address: str | None = None
    from_at: int | None = None
    to_at: int | None = None
    text: str | None = None


class ChainLink(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as it stands in the chain, with everything that its hash is made of."""

    id: int
    at: int
    actor: str
    account_id: int | None
    for_id: int | None
    address: str
    tag: str
    subject: str
    facts: str
    previous: bytes | None
    hash: bytes | None
    salt: bytes | None
    digest: bytes | None
    erased_by: int | None

    @property
    def told(self) -> Told:
        """What is hashed as it stands; the rest goes in as its digest."""
        return self.id, self.at, self.actor, self.account_id, self.for_id, self.tag, self.subject


class ChainVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a look at the whole chain has found; `hash` is the last entry's, hexadecimal, to compare with a kept copy.

    `fault_id` is the first entry that does not fit, `fault` says why; None and empty when all do. `pruned_to` is the
    last entry that retention has removed, `erased` how many have lost their personal part.
    """

    ok: bool
    entries: int
    last_id: int
    hash: str
    at: int
    pruned_to: int = 0
    erased: int = 0
    fault_id: int | None = None
    fault: str = ""
