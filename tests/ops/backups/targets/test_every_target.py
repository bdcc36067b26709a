"""What every kind of target keeps to, against real servers: whole or not at all, and in words when it cannot be."""

import asyncio
import contextlib
import logging
import secrets
import traceback
from pathlib import Path

import pytest

from cally.errors import CallyError
from cally.ops.backups.targets import s3
from cally.ops.backups.targets.directory import Directory
from tests.ops.backups.targets.conftest import HASTY, KINDS, REMOTE, Place, digest, silent

pytestmark = pytest.mark.xdist_group("targets")  # servers that are started once
NAME = "cally-20260301T030000Z-abcd1234.backup"
every = pytest.mark.parametrize("place", KINDS, indirect=True)
remote = pytest.mark.parametrize("place", REMOTE, indirect=True)


@every
async def test_what_was_put_is_listed_and_comes_back_as_it_was(place: Place, backup: Path, tmp_path: Path):
    """The folder, and the one above it, are made for it; progress ends at the end."""
    told: list[tuple[int, int]] = []
    target = place.open()
    assert await target.list_all() == []
    await target.put(NAME, backup, lambda done, total: told.append((done, total)))
    (kept,) = await target.list_all()
    assert (kept.name, kept.size_bytes) == (NAME, 1_500_017)
    assert kept.modified_at > 1_700_000_000
    assert await place.raw() == [NAME]
    await target.get(NAME, tmp_path / "back", lambda done, total: told.append((done, total)))
    assert digest(tmp_path / "back") == digest(backup)
    assert (tmp_path / "back").stat().st_mode & 0o077 == 0
    assert told.count((1_500_017, 1_500_017)) >= 2
    assert len(told) >= 4


@every
async def test_an_empty_file_is_kept_too(place: Place, tmp_path: Path):
    await asyncio.to_thread((tmp_path / "nothing").touch)
    await place.open().put(NAME, tmp_path / "nothing", silent)
    await place.open().get(NAME, tmp_path / "back", silent)
    assert (tmp_path / "back").read_bytes() == b""


@every
async def test_a_name_is_taken_over_and_a_removed_one_is_gone(place: Place, backup: Path, newer: Path, tmp_path: Path):
    target = place.open()
    await target.put(NAME, backup, silent)
    await target.put(NAME, newer, silent)
    assert [one.size_bytes for one in await target.list_all()] == [5]
    await target.put("cally-other.backup", backup, silent)
    await target.remove(NAME)
    await target.remove(NAME)
    assert [one.name for one in await target.list_all()] == ["cally-other.backup"]
    with pytest.raises(CallyError, match=r".") as caught:
        await target.get(NAME, tmp_path / "back", silent)
    assert caught.value.code == "target_failed"
    assert not (tmp_path / "back").exists()


@every
async def test_a_name_never_leaves_the_folder(place: Place, backup: Path, tmp_path: Path):
    """It is refused before anybody is asked."""
    target = place.open(allowed=())
    for name in ("../escaped", "a/b", ".hidden", "", "a\nb", "..", "x" * 300):
        with pytest.raises(CallyError, match="no name for a file"):
            await target.put(name, backup, silent)
        with pytest.raises(CallyError, match="no name for a file"):
            await target.get(name, tmp_path / "back", silent)
        with pytest.raises(CallyError, match="no name for a file"):
            await target.remove(name)


@remote
async def test_an_upload_that_is_cut_off_changes_nothing(place: Place, backup: Path, tmp_path: Path):
    """The older file of that name stays as it is; the next try succeeds over a new connection."""
    assert place.relay is not None
    old = tmp_path / "old"
    old.write_bytes(b"older")
    target = place.open()
    await target.put(NAME, old, silent)
    await target.close()
    place.relay.up, place.relay.after = "cut", 400_000
    with pytest.raises(CallyError, match="broke off the connection"):
        await target.put(NAME, backup, silent)
    place.relay.mend()
    assert [(one.name, one.size_bytes) for one in await target.list_all()] == [(NAME, 5)]
    await target.put(NAME, backup, silent)
    assert [(one.name, one.size_bytes) for one in await target.list_all()] == [(NAME, 1_500_017)]


@remote
@pytest.mark.parametrize("way", ["up", "down"])
async def test_a_server_that_falls_silent_is_not_waited_for(place: Place, backup: Path, tmp_path: Path, way: str):
    """Neither while sending nor while fetching; and half a file does not stay here."""
    assert place.relay is not None
    await place.open().put(NAME, backup, silent)
    setattr(place.relay, way, "stall")
    place.relay.after = 400_000
    hasty = place.open(patience=HASTY)
    doing = (
        hasty.put("cally-second.backup", backup, silent) if way == "up" else hasty.get(NAME, tmp_path / "back", silent)
    )
    with pytest.raises(CallyError, match="stopped answering"):
        await asyncio.wait_for(doing, 15)
    await hasty.close()
    place.relay.mend()
    assert not (tmp_path / "back").exists()
    assert [one.name for one in await place.open().list_all()] == [NAME]


@remote
async def test_a_download_that_is_cut_off_leaves_no_half(place: Place, backup: Path, tmp_path: Path):
    assert place.relay is not None
    await place.open().put(NAME, backup, silent)
    place.relay.down, place.relay.after = "cut", 400_000
    with pytest.raises(CallyError) as caught:
        await place.open().get(NAME, tmp_path / "back", silent)
    assert caught.value.code == "target_failed"
    assert not (tmp_path / "back").exists()


@every
async def test_what_is_broken_off_leaves_nothing_half(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Cancelled in its middle, an upload leaves neither a file nor parts of one."""
    monkeypatch.setattr(s3, "PART_BYTES", 5 * 1024**2)
    (tmp_path / "large").write_bytes(secrets.token_bytes(12 * 1024**2))
    midway = asyncio.Event()
    loop = asyncio.get_running_loop()

    def told(done: int, total: int) -> None:
        if done > total / 2:
            loop.call_soon_threadsafe(midway.set)

    target = place.open()
    sending = asyncio.create_task(target.put(NAME, tmp_path / "large", told))
    await midway.wait()
    sending.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await sending
    if place.kind == "directory":  # its thread notices a moment later
        await asyncio.sleep(0.2)
    assert [one for one in await place.raw() if one != NAME] == []
    assert await target.list_all() == []
    await target.close()


@every
async def test_a_file_that_is_there_already_is_not_written_over(place: Place, backup: Path, tmp_path: Path):
    await place.open().put(NAME, backup, silent)
    (tmp_path / "mine").write_bytes(b"precious")
    with pytest.raises(CallyError, match="exists"):
        await place.open().get(NAME, tmp_path / "mine", silent)
    assert (tmp_path / "mine").read_bytes() == b"precious"


@remote
async def test_whoever_comes_with_a_wrong_secret_is_told_so(
    place: Place, backup: Path, caplog: pytest.LogCaptureFixture
):
    """And no secret, wrong or right, is in the error, its causes, or the log."""
    caplog.set_level(logging.DEBUG)
    words = {
        "sftp": "does not let .* in with this private key",
        "s3": "secret access key is wrong",
        "webdav": "does not let ada in with this password",
    }
    with pytest.raises(CallyError, match=words[place.kind]) as caught:
        await place.open(place.wrong).put(NAME, backup, silent)
    await place.open().list_all()
    said = "".join(traceback.format_exception(caught.value)) + caplog.text + repr(caught.value.facts)
    for secret in (place.secret, place.wrong):
        for name, value in secret.items():
            if name not in {"host_key", "access_key_id"}:
                assert value not in said
                assert value.splitlines()[len(value.splitlines()) // 2] not in said


@remote
async def test_private_networks_are_entered_only_when_they_are_allowed(place: Place):
    with pytest.raises(CallyError, match="inside a private network") as caught:
        await place.open(allowed=()).list_all()
    assert caught.value.code == "target_failed"


@remote
async def test_a_server_that_is_not_there_is_told_apart(place: Place):
    assert place.relay is not None
    place.address = place.address.replace(str(place.relay.port), "9")
    with pytest.raises(CallyError, match="cannot be reached at port 9: nobody listens there"):
        await place.open().list_all()


@remote
async def test_a_name_that_means_nothing_is_told_apart(place: Place):
    place.address = place.address.replace("127.0.0.1", "no-such-host.invalid")
    with pytest.raises(CallyError, match=r"name no-such-host\.invalid cannot be found"):
        await place.open().list_all()


@remote
async def test_a_file_that_shrinks_while_it_is_sent_is_noticed(place: Place, backup: Path):
    def told(_done: int, _total: int) -> None:
        with backup.open("r+b") as file:
            file.truncate(1_048_576 + 10)

    with pytest.raises(CallyError, match="became shorter"):
        await place.open().put(NAME, backup, told)
    assert await place.open().list_all() == []


async def test_no_link_in_a_folder_is_followed(tmp_path: Path, backup: Path):
    """Whoever else may write there knows what the next file will be called, and could have the database overwritten."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"untouched")
    (tmp_path / f".{NAME}.part").symlink_to(elsewhere)
    target = Directory(tmp_path)
    await target.put(NAME, backup, silent)
    await target.get(NAME, tmp_path / "back", silent)
    assert elsewhere.read_bytes() == b"untouched"
    assert digest(tmp_path / "back") == digest(backup)
