"""What went wrong at an SSH server, in words that an administrator can act on."""

from collections.abc import Mapping

import asyncssh

from cally.ops.backups.targets.addresses import Address
from cally.ops.backups.targets.host_keys import trusted

FULL = (asyncssh.SFTPNoSpaceOnFilesystem, asyncssh.SFTPQuotaExceeded)
LOST = (asyncssh.SFTPConnectionLost, asyncssh.SFTPNoConnection, asyncssh.DisconnectError)  # may be made anew

WORDS: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    ((TimeoutError,), "{host} stopped answering. If it happens again, look at its load and at the network."),
    (
        (asyncssh.HostKeyNotVerifiable, asyncssh.KeyExchangeFailed),
        "The key of {host} is not the one that was kept ({known}): the server was set up anew, or somebody stands in "
        "between. If you know why it changed, test the target and keep its new key.",
    ),
    ((asyncssh.PermissionDenied,), "{host} does not let {user} in with this {how}."),
    (LOST, "{host} broke off the connection."),
    (
        (asyncssh.SFTPPermissionDenied, asyncssh.SFTPWriteProtect),
        "{user} may not do this in {folder} at {host}; give the user the right to write there.",
    ),
    ((asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath), "{host} has no such file or folder in {folder}."),
    (FULL, "{host} has no room left, or a quota is used up."),
    ((asyncssh.ChannelOpenError,), "{host} lets {user} in, but offers no SFTP."),
    (
        (asyncssh.SFTPError,),
        "{host} refuses this and does not say why; look at its disk, its quotas and the rights in {folder}.",
    ),
    ((Exception,), "{host} broke off the connection."),
)


def sentence(error: Exception, place: Address, secret: Mapping[str, str]) -> str:
    """The sentence for an error that asyncssh or the network raised; nothing of the secrets is in it."""
    words = next(text for kinds, text in WORDS if isinstance(error, kinds))
    return words.format(
        host=place.host,
        user=place.user,
        folder=place.path,
        how="private key" if secret.get("private_key") else "password",
        known=trusted(place, secret).get_fingerprint(),
    )
