"""Keys of SSH: the one that proves a server, looked at once and kept; the one that lets us in."""

import asyncio
from collections.abc import Mapping

import asyncssh
import msgspec
from asyncssh.public_key import get_default_public_key_algs

from cally.errors import CallyError, invalid
from cally.ops.backups.targets.addresses import Address, parsed
from cally.ops.backups.targets.reaching import PATIENCE, Patience, connected, failed


class HostKey(msgspec.Struct, frozen=True, kw_only=True):
    """The public key of a server: the line that is kept, and the fingerprint that a person compares."""

    line: str
    fingerprint: str


async def offered_host_key(address: str, *, allowed: tuple[str, ...], patience: Patience = PATIENCE) -> HostKey:
    """The key that an SFTP server shows right now; nothing secret is said to it.

    Whoever keeps the line as `host_key` trusts the server from then on, so its fingerprint is shown to them first.
    Raises `target_failed`, or `invalid` for `address`.
    """
    place = parsed(address)
    sock = await connected(place.host, place.port, allowed=allowed, patience=patience)
    try:
        async with asyncio.timeout(patience.connect):
            key = await asyncssh.get_server_host_key(sock=sock, config=None)
    except (TimeoutError, OSError, asyncssh.Error, ValueError) as error:
        raise failed(f"{place.host} does not speak SSH at port {place.port}.") from error
    finally:
        sock.close()
    if key is None:
        raise failed(f"{place.host} shows no key that it could be known by.")
    return _told(key)


def host_key(line: str) -> HostKey:
    """A kept line with its fingerprint; raises `invalid` for `host_key`."""
    return _told(_public(line))


def trusted(place: Address, secret: Mapping[str, str]) -> asyncssh.SSHKey:
    """The one key that the server has to have; raises `target_failed` when nobody has looked at it yet."""
    if not secret.get("host_key"):
        raise failed(
            f"Nobody has looked at the key of {place.host} yet. Test the target, compare the fingerprint, keep it."
        )
    return _public(secret["host_key"])


def algorithms(key: asyncssh.SSHKey) -> list[str]:
    """What a server is asked to prove itself by: this kind of key first, so that another kind is seen to be another."""
    names = [*key.sig_algorithms, *get_default_public_key_algs()]
    return [name.decode("ascii") for name in dict.fromkeys(names)]


def own(secret: Mapping[str, str]) -> asyncssh.SSHKey | None:
    """The private key that lets us in, if that is how; raises `invalid` for `private_key`."""
    text = secret.get("private_key", "")
    if not text:
        return None
    try:
        return asyncssh.import_private_key(text + "\n")
    except asyncssh.KeyEncryptionError as error:
        raise _wrong_key(
            "This key has a passphrase; make one for Cally alone, without: ssh-keygen -t ed25519."
        ) from error
    except (asyncssh.KeyImportError, ValueError) as error:
        if "passphrase" in str(error).lower():
            sentence = "This key has a passphrase; make one for Cally alone, without: ssh-keygen -t ed25519."
            raise _wrong_key(sentence) from error
        raise _wrong_key("This is no private key. Give the whole file, from -----BEGIN to END-----.") from error


def require_usable(secret: Mapping[str, str]) -> None:
    """Raises `invalid` for the field at fault, unless these secrets open an SFTP target."""
    if bool(secret.get("password")) == bool(secret.get("private_key")):
        raise invalid("password", "SFTP takes a password or a private key, one of the two.")
    own(secret)
    if secret.get("host_key"):
        _public(secret["host_key"])


def _public(line: str) -> asyncssh.SSHKey:
    try:
        return asyncssh.import_public_key(line)
    except (asyncssh.KeyImportError, ValueError) as error:
        raise invalid("host_key", "The key of the server is one line, as in “ssh-ed25519 AAAA…”.") from error


def _told(key: asyncssh.SSHKey) -> HostKey:
    line = " ".join(key.export_public_key("openssh").decode("ascii").split()[:2])
    return HostKey(line=line, fingerprint=key.get_fingerprint())


def _wrong_key(sentence: str) -> CallyError:
    return invalid("private_key", sentence)
