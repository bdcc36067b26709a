"""Second factors: what somebody has beside their password."""

import msgspec


class Totp(msgspec.Struct, frozen=True, kw_only=True):
    """Codes from an app. It counts once it is confirmed; `last_step` is the 30-second step of the last code taken.

    `secret` is sealed. `failures` are the wrong codes since the last right one, the latest at `failed_at`.
    """

    account_id: int
    secret: bytes
    created_at: int
    confirmed_at: int | None
    last_step: int
    failures: int
    failed_at: int


class Passkey(msgspec.Struct, frozen=True, kw_only=True):
    """A key that lives in a device or a password manager; only its public half is known here.

    `site` is the host name it was made at, and the only one it is good for. `sign_count` never goes down, unless the
    key was copied; many devices leave it at 0.
    """

    id: int
    account_id: int
    credential_id: bytes
    public_key: bytes
    sign_count: int
    site: str
    name: str
    created_at: int
    last_used_at: int | None


class Factors(msgspec.Struct, frozen=True, kw_only=True):
    """What an account has beside its password; recovery codes alone are no second factor."""

    totp: bool
    passkeys: tuple[Passkey, ...]
    recovery_codes: int

    @property
    def any(self) -> bool:
        """Whether there is a second factor."""
        return self.totp or bool(self.passkeys)
