"""Addresses of targets: what is taken, what is refused with what would be right, and that none shows a secret."""

import pytest

from cally.errors import CallyError
from cally.ops.backups.targets.addresses import parsed
from cally.ops.backups.targets.opening import open_target, secrets_of, shown, validated, validated_secret
from tests.ops.backups.targets.ssh import made_key

KEPT = {
    "/var/backups/cally": ("directory", "", 0, "/var/backups/cally"),
    "file:///var/backups//cally/": ("directory", "", 0, "/var/backups/cally"),
    "sftp://ada@nas.example/srv/cally": ("sftp", "nas.example", 22, "/srv/cally"),
    "sftp://ada@nas.example:2222/~/cally": ("sftp", "nas.example", 2222, "cally"),
    "sftp://ada@[fd00::1]/a%20b": ("sftp", "fd00::1", 22, "/a b"),
    "webdavs://ada@cloud.example/remote.php/dav/files/ada/Cally": (
        "webdav",
        "cloud.example",
        443,
        "/remote.php/dav/files/ada/Cally",
    ),
    "webdav://nas.local/backups": ("webdav", "nas.local", 80, "/backups"),
    "s3://bucket/": ("s3", "s3.us-east-1.amazonaws.com", 443, ""),
    "s3://my.bucket/a/b?region=eu-central-1": ("s3", "s3.eu-central-1.amazonaws.com", 443, "a/b"),
    "s3://bucket?endpoint=http://nas:9000&region=garage": ("s3", "nas", 9000, ""),
}
REFUSED = {
    "": "A backup goes to",
    "ftp://host/folder": "A backup goes to",
    "backups/cally": "A backup goes to",
    "file://host/folder": "three slashes",
    "sftp://host/folder": "name of a user",
    "sftp://ada@host": "folder of its own",
    "sftp://ada@host/~/": "folder of its own",
    "sftp://ada:hunter2@host/folder": "Leave the password out",
    "webdavs://ada:hunter2@host/folder": "Leave the password out",
    "webdavs://host/": "folder of its own",
    "webdavs://host/a?b=c": "no \\? or #",
    "sftp://ada@host/a#b": "no \\? or #",
    "sftp://ada@host/a/../b": "no \\.\\.",
    "sftp://ada@host/a%0Ab": "cannot be seen",
    "sftp://ada@host/a%00b": "cannot be seen",
    "sftp://ada@ho st/a": "without spaces",
    "sftp://ada@host:99999/a": "cannot be read",
    "sftp://ada@-oProxyCommand=x/a": "names no server",
    "s3:///prefix": "name of a bucket",
    "s3://Bucket/prefix": "name of a bucket",
    "s3://key:hunter2@bucket/prefix": "Leave the password out",
    "s3://bucket?secret=hunter2": "not secret",
    "s3://bucket?endpoint=ftp://host": "server alone",
    "s3://bucket?endpoint=https://key:hunter2@host": "server alone",
    "s3://bucket?region=a/b": "eu-central-1",
    "sftp://ada@host/" + "x" * 1000: "at most 1000",
}


@pytest.mark.parametrize("address", KEPT)
def test_addresses_of_every_kind_are_understood(address: str):
    found = parsed(address)
    assert (found.kind, found.host, found.port, found.path) == KEPT[address]
    assert validated(f" {address} ") == address
    assert shown(address) == address


@pytest.mark.parametrize("address", REFUSED)
def test_what_cannot_be_used_is_refused_with_what_would_be_right(address: str):
    """And neither the error nor what is shown has the password that was in it."""
    with pytest.raises(CallyError, match=REFUSED[address]) as caught:
        validated(address)
    assert caught.value.code == "invalid"
    assert caught.value.facts == {"field": "address"}
    assert "hunter2" not in caught.value.sentence
    assert "hunter2" not in shown(address)
    with pytest.raises(CallyError):
        open_target(address, {}, allowed=())


def test_each_kind_says_which_secrets_it_takes():
    """So that a form can ask for them, and for nothing else."""
    assert secrets_of("/var/backups") == ()
    assert [one.name for one in secrets_of("s3://bucket")] == ["access_key_id", "secret_access_key"]
    assert [one.name for one in secrets_of("webdavs://host/a")] == ["password"]
    assert [one.name for one in secrets_of("sftp://ada@host/a") if one.typed] == ["password", "private_key"]


@pytest.mark.parametrize(
    ("address", "secret", "field"),
    [
        ("s3://bucket", {"access_key_id": "id", "secret_access_key": " "}, "secret_access_key"),
        ("webdavs://host/a", {}, "password"),
        ("sftp://ada@host/a", {}, "password"),
        ("sftp://ada@host/a", {"password": "x", "private_key": "y"}, "password"),
        ("sftp://ada@host/a", {"private_key": "-----BEGIN nothing"}, "private_key"),
        ("sftp://ada@host/a", {"password": "x", "host_key": "ssh-ed25519 nothing"}, "host_key"),
    ],
)
def test_a_secret_that_is_missing_or_no_key_is_refused_by_its_name(address: str, secret: dict[str, str], field: str):
    with pytest.raises(CallyError) as caught:
        validated_secret(address, secret)
    assert (caught.value.code, caught.value.facts["field"]) == ("invalid", field)


def test_a_private_key_is_taken_as_it_was_pasted_and_a_locked_one_is_not(tmp_path):
    """Without the last line's end, and with what else the form sent left out."""
    made_key(tmp_path / "open")
    made_key(tmp_path / "locked", passphrase="a-passphrase")
    pasted = {"private_key": (tmp_path / "open").read_text().replace("\n", "\r\n"), "password": "", "other": "x"}
    assert validated_secret("sftp://ada@host/a", pasted).keys() == {"private_key"}
    with pytest.raises(CallyError, match="has a passphrase"):
        validated_secret("sftp://ada@host/a", {"private_key": (tmp_path / "locked").read_text()})
