"""WebDAV: servers that refuse, forward, lie or attack, and what Cally says and does then."""

import os
import time
from pathlib import Path

import pytest

from cally.errors import CallyError
from cally.ops.backups.targets import Target
from cally.ops.backups.targets.opening import open_target
from tests.ops.backups.targets.conftest import HERE, SHORT, Place, silent
from tests.ops.backups.targets.scripted import Answer, Script
from tests.ops.backups.targets.test_every_target import NAME

pytestmark = pytest.mark.xdist_group("targets")  # servers that are started once
only = pytest.mark.parametrize("place", ["webdav"], indirect=True)
MULTI = '<?xml version="1.0"?><d:multistatus xmlns:d="DAV:">{}</d:multistatus>'
FILE = (
    "<d:response><d:href>{}</d:href><d:propstat><d:prop><d:getcontentlength>{}</d:getcontentlength>"
    "<d:getlastmodified>Sun, 01 Mar 2026 03:00:00 GMT</d:getlastmodified><d:resourcetype/></d:prop>"
    "<d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"
)
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;">]>'
    '<d:multistatus xmlns:d="DAV:"><d:response><d:href>&y;</d:href></d:response></d:multistatus>'
)


def listed(*files: tuple[str, object]) -> Answer:
    return Answer(207, MULTI.format("".join(FILE.format(*one) for one in files)).encode())


def opened(script: Script, path: str = "/backups") -> Target:
    address = f"webdav://ada@127.0.0.1:{script.port}{path}"
    return open_target(address, {"password": "a-password-of-webdav"}, allowed=HERE, patience=SHORT)


@only
async def test_a_quota_that_is_used_up_is_told_as_one(place: Place, backup: Path):
    """The folder is left as it was."""
    with pytest.raises(CallyError, match="no room left, or a quota is used up"):
        await place.open().put("cally-full.backup", backup, silent)
    assert await place.raw() == []


@only
async def test_halves_of_killed_processes_are_swept_after_a_day(place: Place, backup: Path):
    await place.open().put(NAME, backup, silent)
    for name, hours in ((".cally-old.backup.half", 25), (".cally-young.backup.half", 23)):
        (place.folder / name).touch()
        os.utime(place.folder / name, (time.time() - hours * 3600,) * 2)
    assert [one.name for one in await place.open().list_all()] == [NAME]
    await place.open().put(NAME, backup, silent)
    assert await place.raw() == [".cally-young.backup.half", NAME]


async def test_names_that_a_server_makes_up_are_not_listed(script: Script):
    """Folders, files of elsewhere, ways out of the folder, sizes that are none."""
    script.answers["PROPFIND"] = [
        listed(
            ("/backups/cally-good.backup", 5),
            ("http://elsewhere.example/backups/cally-absolute.backup", 6),
            ("/backups/../../etc/passwd", 5),
            ("/backups/..%2F..%2Fetc%2Fcron", 5),
            ("/other/cally-b.backup", 5),
            ("/backups/sub/cally-c.backup", 5),
            ("/backups/.cally-d.backup.half", 5),
            ("/backups/cally-e.backup", -5),
            ("/backups/cally-f.backup", "many"),
            ("/backups/cally-h.backup", 10**18),
            ("/backups/cally-i.backup", "9" * 5_000),
            ("/backups/", 0),
            ("http://[::1/backups/cally-j.backup", 5),
            ("/backups/%0Acally-g.backup", 5),
        )
    ]
    target = opened(script)
    assert [one.name for one in await target.list_all()] == ["cally-absolute.backup", "cally-good.backup"]
    assert {one.modified_at for one in await target.list_all()} == {1_772_334_000}
    await target.close()


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (BOMB.encode(), "document type"),
        (BOMB.encode("utf-16"), "document type"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "document type"),
        (b"<a>" * 2000, "nested too deeply"),
        (b"<a>" + b"<b/>" * 100_000 + b"</a>", "far more"),
        (b"<html><body>Sign in<br></body>", "no XML"),
        (b"", "no XML"),
        (b'<?xml version="1.0" encoding="none-such"?><a/>', "no XML"),
        (b'<?xml version="1.0" encoding="utf-7"?><a/>', "no XML"),
    ],
)
async def test_xml_that_attacks_or_is_none_is_refused(script: Script, document: bytes, words: str):
    script.answers["PROPFIND"] = [Answer(207, document)]
    target = opened(script)
    with pytest.raises(CallyError, match=words):
        await target.list_all()
    await target.close()


@pytest.mark.parametrize(
    ("told", "answer", "words"),
    [
        (10, Answer(200, b"12345"), "sent 5 of 10 bytes, and broke off"),
        (10, Answer(200, b"12345", length=10), "broke off the connection"),
        (3, Answer(200, b"12345"), "more than the 3 bytes"),
        (10**17, Answer(200, b"12345"), "no room left"),
        (5, Answer(404), "no such file"),
        (5, Answer(500), r"answered 500 \(Internal Server Error\)"),
    ],
)
async def test_a_server_that_lies_about_sizes_is_found_out(
    script: Script, tmp_path: Path, told: int, answer: Answer, words: str
):
    """And nothing of what it sent stays."""
    script.answers = {"PROPFIND": [listed((f"/backups/{NAME}", told))], "GET": [answer]}
    target = opened(script)
    with pytest.raises(CallyError, match=words):
        await target.get(NAME, tmp_path / "back", silent)
    assert not (tmp_path / "back").exists()
    await target.close()


async def test_a_server_that_keeps_less_than_was_sent_is_found_out(script: Script, backup: Path):
    """It is never given its final name, and what there is of it is deleted."""
    script.answers = {
        "PROPFIND": [listed((f"/backups/.{NAME}.half", 7))],
        "PUT": [Answer(201)],
        "DELETE": [Answer(204)],
    }
    target = opened(script)
    with pytest.raises(CallyError, match="kept 7 of 1,500,017 bytes"):
        await target.put(NAME, backup, silent)
    assert [one[0] for one in script.asked] == ["PROPFIND", "PUT", "PROPFIND", "DELETE"]
    await target.close()


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_server_that_forwards_is_not_followed(script: Script, status: int):
    """The password goes nowhere else; the administrator is told where it would have gone."""
    script.answers["*"] = [Answer(status, headers=(("location", "https://elsewhere.example/dav?token=x"),))]
    target = opened(script)
    with pytest.raises(CallyError, match=r"forwards to elsewhere\.example/dav, which is not followed"):
        await target.list_all()
    assert len(script.asked) == 1
    await target.close()


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "does not let ada in"),
        (403, "right to write"),
        (405, "does not speak WebDAV"),
        (423, "locked"),
        (429, "too busy"),
        (503, "being maintained"),
        (507, "no room left"),
        (999, "answered 999"),
    ],
)
async def test_what_a_server_refuses_is_said_in_words(script: Script, status: int, words: str):
    script.answers["*"] = [Answer(status)]
    target = opened(script)
    with pytest.raises(CallyError, match=words):
        await target.list_all()
    await target.close()


async def test_an_answer_without_an_end_is_not_read_to_it(script: Script, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("cally.ops.backups.targets.asking.MOST_BYTES", 100_000)
    script.answers["PROPFIND"] = [Answer(207, b" " * 200_000)]
    target = opened(script)
    with pytest.raises(CallyError, match="far more than it was asked for"):
        await target.list_all()
    await target.close()


async def test_a_password_goes_over_plain_http_within_private_networks_only(monkeypatch: pytest.MonkeyPatch):
    """Before anything is connected to."""
    target = open_target("webdav://ada@192.0.43.8/backups", {"password": "x"}, allowed=("0.0.0.0/0",), patience=SHORT)
    with pytest.raises(CallyError, match="use webdavs://"):
        await target.list_all()
