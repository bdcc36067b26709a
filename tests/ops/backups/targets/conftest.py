"""Real servers, started once, and the places on them: one per kind, each test with a folder of its own."""

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from cally.ops.backups.targets import Target
from cally.ops.backups.targets.opening import open_target
from cally.ops.backups.targets.reaching import Patience
from cally.ops.backups.targets.s3 import S3
from tests.ops.backups.targets import dav as dav_server
from tests.ops.backups.targets import scripted as scripted_server
from tests.ops.backups.targets import weed as weed_server
from tests.ops.backups.targets.dav import Dav
from tests.ops.backups.targets.relay import Relay, wire
from tests.ops.backups.targets.scripted import Script
from tests.ops.backups.targets.ssh import Sshd, made_key
from tests.ops.backups.targets.ssh import sshd as sshd_server
from tests.ops.backups.targets.weed import Weed

HERE = ("127.0.0.0/8",)
SHORT = Patience(connect=10, stall=20, finish=30)
HASTY = Patience(connect=3, stall=0.4, finish=1)
BUCKET = "cally-backups"
KINDS = ("directory", "sftp", "s3", "webdav")
REMOTE = KINDS[1:]


@pytest.fixture(scope="session")
def ssh() -> Iterator[Sshd]:
    with sshd_server() as server:
        yield server


@pytest.fixture(scope="session")
def dav(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dav]:
    with dav_server.dav(tmp_path_factory.mktemp("dav")) as server:
        yield server


@pytest.fixture(scope="session")
def weed() -> Iterator[Weed]:
    with weed_server.weed() as server:
        with ThreadPoolExecutor(1) as elsewhere:  # a loop runs here
            elsewhere.submit(asyncio.run, _make_bucket(server.port)).result()
        yield server


async def _make_bucket(port: int) -> None:
    """Tried until the parts of the server have found each other, and a first file could be kept."""
    target = open_target(s3_address(port, "first"), weed_server.OWNER, allowed=HERE, patience=SHORT)
    assert isinstance(target, S3)
    for _ in range(100):
        async with target._asked("PUT", f"/{BUCKET}", {}, {"content-length": "0"}) as answer:
            if answer.status_code in {200, 409}:
                async with target._asked("PUT", f"/{BUCKET}/first/x", {}, {"content-length": "0"}) as first:
                    if first.status_code == 200:
                        break
        await asyncio.sleep(0.2)
    await target.close()


def s3_address(port: int, prefix: str, bucket: str = BUCKET) -> str:
    return f"s3://{bucket}/{prefix}?endpoint=http://127.0.0.1:{port}&region=eu-central-1"


class Place:
    """A place of one kind at a real server, which is spoken to over a wire that can be cut."""

    def __init__(self, kind: str, folder: Path, relay: Relay | None, servers: Callable[[str], Any]) -> None:
        self.kind, self.relay = kind, relay
        self.name = f"cally-{secrets.token_hex(4)}"
        self.folder, self.secret, self.wrong = folder, {}, {}
        self._opened: list[Target] = []
        port = relay.port if relay is not None else 0
        if kind == "directory":
            self.folder = folder / self.name
            self.address = str(self.folder)
        elif kind == "sftp":
            server: Sshd = servers("ssh")
            self.folder = server.home / self.name / "below it"
            self.address = f"sftp://{server.user}@127.0.0.1:{port}{quote(str(self.folder))}"
            self.secret = {"private_key": server.private_key, "host_key": server.host_key}
            made_key(folder / "stranger")
            self.wrong = self.secret | {"private_key": (folder / "stranger").read_text()}
        elif kind == "webdav":
            self.folder = servers("dav").home / self.name / "below it"
            self.address = f"webdav://{dav_server.USER}@127.0.0.1:{port}/{self.name}/below%20it"
            self.secret = {"password": dav_server.PASSWORD}
            self.wrong = {"password": "a-password-of-mallory"}
        else:
            servers("weed")
            self.address = s3_address(port, f"{self.name}/below%20it")
            self.secret = weed_server.KEY
            self.wrong = weed_server.KEY | {"secret_access_key": "a-secret-of-mallory"}

    def open(
        self, secret: dict[str, str] | None = None, *, patience: Patience = SHORT, allowed: tuple[str, ...] = HERE
    ) -> Target:
        """The place, opened anew."""
        target = open_target(
            self.address, self.secret if secret is None else secret, allowed=allowed, patience=patience
        )
        self._opened.append(target)
        return target

    async def close(self) -> None:
        """Let go of all that was opened."""
        for target in self._opened:
            await target.close()

    async def raw(self) -> list[str]:
        """All that lies there, halves too."""
        if self.kind != "s3":
            return sorted(one.name for one in self.folder.iterdir()) if self.folder.exists() else []
        target = self.open()
        assert isinstance(target, S3)
        found = await target._found(target._key(""))
        uploads = await target._xml("GET", target._bucket(), {"uploads": "", "prefix": target._key("")})
        return sorted([*(one.name for one in found), *(f"upload of {u.said('Key')}" for u in uploads.each("Upload"))])


@pytest.fixture
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    """Parametrised by its kind."""
    kind = request.param
    names = {"sftp": "ssh", "s3": "weed", "webdav": "dav"}
    if kind == "directory":
        yield Place(kind, tmp_path, None, request.getfixturevalue)
        return
    server = request.getfixturevalue(names[kind])
    async with wire(server.port) as relay:
        made = Place(kind, tmp_path, relay, request.getfixturevalue)
        yield made
        await made.close()


@pytest.fixture
def script() -> Iterator[Script]:
    with scripted_server.scripted() as made:
        yield made


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """A file of an odd size, larger than what is sent at once."""
    file = tmp_path / "made"
    file.write_bytes(secrets.token_bytes(1_500_017))
    return file


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """Another file, of five bytes."""
    file = tmp_path / "newer"
    file.write_bytes(b"newer")
    return file


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def silent(_done: int, _total: int) -> None:
    """The progress that nobody watches."""
