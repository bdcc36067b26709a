"""SFTP: a server is known by its key or not spoken to, and what its disk and its rights refuse is said in words."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import asyncssh
import pytest

from cally.errors import CallyError
from cally.ops.backups.targets import Target
from cally.ops.backups.targets.host_keys import host_key, offered_host_key
from cally.ops.backups.targets.opening import is_pinned, open_target
from tests.ops.backups.targets.conftest import HERE, SHORT, Place, silent
from tests.ops.backups.targets.scripted import Script
from tests.ops.backups.targets.ssh import Sshd, made_key
from tests.ops.backups.targets.test_every_target import NAME

pytestmark = pytest.mark.xdist_group("targets")  # servers that are started once
only = pytest.mark.parametrize("place", ["sftp"], indirect=True)


@only
async def test_a_server_whose_key_nobody_looked_at_is_not_spoken_to(place: Place, ssh: Sshd):
    """Its key can be asked for, shown, and kept; from then on it is known."""
    stranger = {"private_key": place.secret["private_key"]}
    assert not is_pinned(place.address, stranger)
    with pytest.raises(CallyError, match="Nobody has looked at the key"):
        await place.open(stranger).list_all()
    offered = await offered_host_key(place.address, allowed=HERE, patience=SHORT)
    assert offered.line in {ssh.host_key, ssh.other_host_key}
    assert offered.fingerprint.startswith("SHA256:")
    assert host_key(offered.line) == offered
    assert is_pinned(place.address, stranger | {"host_key": offered.line})
    assert await place.open(stranger | {"host_key": offered.line}).list_all() == []


@only
async def test_a_server_is_known_by_the_key_that_was_kept_though_it_has_others(place: Place, ssh: Sshd):
    assert await place.open(place.secret | {"host_key": ssh.other_host_key}).list_all() == []


@only
@pytest.mark.parametrize("kind", ["ed25519", "ecdsa -b 384"])
async def test_a_server_with_another_key_is_refused(place: Place, tmp_path: Path, backup: Path, kind: str):
    """Also when it has no key of that kind at all; the user's own key is not shown to it."""
    other = made_key(tmp_path / "other", kind)
    with pytest.raises(CallyError, match="is not the one that was kept") as caught:
        await place.open(place.secret | {"host_key": other}).put(NAME, backup, silent)
    assert host_key(other).fingerprint in caught.value.sentence
    assert await place.raw() == []


async def test_no_key_is_offered_by_what_is_no_ssh_server(script: Script):
    with pytest.raises(CallyError, match="does not speak SSH"):
        await offered_host_key(f"sftp://ada@127.0.0.1:{script.port}/a", allowed=HERE, patience=SHORT)
    with pytest.raises(CallyError, match="inside a private network"):
        await offered_host_key(f"sftp://ada@127.0.0.1:{script.port}/a", allowed=(), patience=SHORT)


@only
async def test_a_full_disk_is_told_as_one(place: Place, backup: Path):
    """And the half that did fit is taken away."""
    await place.open().put("cally-first.backup", backup, silent)
    (place.folder / f".{NAME}.half").symlink_to("/dev/full")
    with pytest.raises(CallyError, match=r"no room left, or a quota .* \S?B are free"):
        await place.open().put(NAME, backup, silent)
    assert await place.raw() == ["cally-first.backup"]


@only
async def test_a_folder_without_the_right_to_write_is_told_as_one(place: Place, backup: Path):
    place.address = place.address.replace(quote(str(place.folder)), "/proc/cally")
    with pytest.raises(CallyError, match=r"(may not do this|no such file or folder) in /proc/cally"):
        await place.open().put(NAME, backup, silent)
    place.address = place.address.replace("/proc/cally", "/root" if os.geteuid() == 0 else "/etc/cally")
    with pytest.raises(CallyError, match="give the user the right to write"):
        await place.open().put(NAME, backup, silent)


@only
async def test_halves_of_killed_processes_are_swept_after_a_day(place: Place, backup: Path):
    """By the server's own clock; what is not ours, and what is young, stays."""
    await place.open().put(NAME, backup, silent)
    for name, hours in ((".cally-old.backup.half", 25), (".cally-young.backup.half", 23), (".other.half", 25)):
        (place.folder / name).touch()
        os.utime(place.folder / name, (time.time() - hours * 3600,) * 2)
    assert [one.name for one in await place.open().list_all()] == [NAME]
    await place.open().put(NAME, backup, silent)
    assert await place.raw() == [".cally-young.backup.half", ".other.half", NAME]


@only
async def test_a_link_that_poses_as_a_backup_is_neither_listed_nor_fetched(place: Place, backup: Path, tmp_path: Path):
    await place.open().put(NAME, backup, silent)
    (place.folder / "cally-link.backup").symlink_to("/etc/passwd")
    assert [one.name for one in await place.open().list_all()] == [NAME]
    with pytest.raises(CallyError, match="no plain file"):
        await place.open().get("cally-link.backup", tmp_path / "back", silent)


class Nas(asyncssh.SSHServer):
    """Lets one user in, with a password."""

    def begin_auth(self, username: str) -> bool:
        """Everybody has to prove who they are."""
        return True

    def password_auth_supported(self) -> bool:
        """By a password."""
        return True

    def validate_password(self, username: str, password: str) -> bool:
        """The one of that user."""
        return (username, password) == ("ada", "a-password-of-ssh")


class Plain(asyncssh.SFTPServer):
    """One that has none of OpenSSH's extensions, and loses bytes when told to."""

    loses = False

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        """An extension."""
        raise asyncssh.SFTPOpUnsupported("no")

    def fsync(self, file_obj: object) -> None:
        """Another."""
        raise asyncssh.SFTPOpUnsupported("no")

    def write(self, file_obj: object, offset: int, data: bytes) -> int:
        """All of them, or all but one."""
        return super().write(file_obj, offset, data[:-1] if self.loses else data)  # type: ignore[arg-type]


@pytest.fixture
async def nas(tmp_path: Path) -> AsyncIterator[Target]:
    """A place at a server of few abilities, to be entered with a password."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    await asyncio.to_thread((tmp_path / "nas").mkdir)
    server = await asyncssh.listen(
        "127.0.0.1",
        0,
        server_factory=Nas,
        server_host_keys=[key],
        sftp_factory=lambda channel: Plain(channel, chroot=os.fsencode(tmp_path / "nas")),
    )
    secret = {"password": "a-password-of-ssh", "host_key": key.export_public_key().decode()}
    address = f"sftp://ada@127.0.0.1:{server.get_port()}/backups"
    target = open_target(address, secret, allowed=HERE, patience=SHORT)
    yield target
    await target.close()
    wrong = open_target(address, secret | {"password": "a-password-of-mallory"}, allowed=HERE, patience=SHORT)
    with pytest.raises(CallyError, match="does not let ada in with this password"):
        await wrong.list_all()
    server.close()
    await asyncio.sleep(0)


async def test_a_server_without_extensions_keeps_files_too(nas: Target, backup: Path, newer: Path, tmp_path: Path):
    await nas.put(NAME, backup, silent)
    await nas.put(NAME, newer, silent)
    await nas.get(NAME, tmp_path / "back", silent)
    assert (tmp_path / "back").read_bytes() == b"newer"
    assert [one.name for one in await nas.list_all()] == [NAME]


async def test_a_server_that_loses_bytes_is_found_out(nas: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Plain, "loses", True)
    (tmp_path / "small").write_bytes(b"123456")
    with pytest.raises(CallyError, match="kept 5 of 6 bytes"):
        await nas.put(NAME, tmp_path / "small", silent)
    assert await nas.list_all() == []
