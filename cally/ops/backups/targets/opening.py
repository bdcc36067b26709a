"""Opening a backup target: its address, the secrets that its kind takes, and the face that it is used by."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from cally.errors import invalid
from cally.ops.backups.targets.addresses import Kind, parsed, shown, validated
from cally.ops.backups.targets.directory import Directory
from cally.ops.backups.targets.face import Target
from cally.ops.backups.targets.reaching import PATIENCE, Patience

__all__ = ["SECRETS", "SecretField", "is_pinned", "open_target", "secrets_of", "shown", "validated", "validated_secret"]


class SecretField(msgspec.Struct, frozen=True, kw_only=True):
    """One secret of a target: its name in the record, its label, and whether it has several lines.

    One that is not `needed` may be left empty. One that is not `typed` is found by testing the target, and kept.
    """

    name: str
    label: str
    hint: str = ""
    needed: bool = True
    lines: bool = False
    typed: bool = True


SECRETS: dict[Kind, tuple[SecretField, ...]] = {
    "directory": (),
    "sftp": (
        SecretField(name="password", label="Password", hint="Or a private key.", needed=False),
        SecretField(
            name="private_key",
            label="Private key",
            hint="The whole file, from -----BEGIN to END-----, without a passphrase.",
            needed=False,
            lines=True,
        ),
        SecretField(
            name="host_key",
            label="Key of the server",
            hint="Shown and kept when the target is tested for the first time.",
            needed=False,
            typed=False,
        ),
    ),
    "s3": (
        SecretField(name="access_key_id", label="Access key id"),
        SecretField(name="secret_access_key", label="Secret access key"),
    ),
    "webdav": (SecretField(name="password", label="Password", hint="Best one made for Cally alone, an app password."),),
}


def secrets_of(address: str) -> tuple[SecretField, ...]:
    """The secrets that a target of this address takes; raises `invalid` for `address`."""
    return SECRETS[parsed(address).kind]


def validated_secret(address: str, secret: Mapping[str, str]) -> dict[str, str]:
    """The secrets of a target as they are kept; raises `invalid` for the field at fault."""
    place = parsed(address)
    fields = SECRETS[place.kind]
    kept = {field.name: secret[field.name].strip() for field in fields if secret.get(field.name, "").strip()}
    for field in fields:
        if field.needed and field.name not in kept:
            raise invalid(field.name, f"{field.label} is missing.")
    if place.kind == "sftp":
        from cally.ops.backups.targets.host_keys import require_usable  # noqa: PLC0415 - heavy: imported where used

        require_usable(kept)
    return kept


def is_pinned(address: str, secret: Mapping[str, str]) -> bool:
    """Whether the server is known; an SFTP server whose key nobody has looked at yet is not."""
    return parsed(address).kind != "sftp" or bool(secret.get("host_key"))


def open_target(
    address: str, secret: Mapping[str, str], *, allowed: tuple[str, ...], patience: Patience = PATIENCE
) -> Target:
    """The place at an address; nothing is connected to before it is used.

    `secret` has the fields that `SECRETS` names for its kind. Machines inside private networks are spoken to only if
    `allowed` lists the network. Raises `invalid` for `address`.
    """
    place = parsed(address)
    if place.kind == "directory":
        return Directory(Path(place.path))
    if place.kind == "sftp":
        from cally.ops.backups.targets.sftp import Sftp  # noqa: PLC0415 - heavy: imported where used

        return Sftp(place, secret, allowed=allowed, patience=patience)
    if place.kind == "s3":
        from cally.ops.backups.targets.s3 import S3  # noqa: PLC0415 - heavy: imported where used

        return S3(place, secret, allowed=allowed, patience=patience)
    from cally.ops.backups.targets.webdav import WebDav  # noqa: PLC0415 - heavy: imported where used

    return WebDav(place, secret, allowed=allowed, patience=patience)
