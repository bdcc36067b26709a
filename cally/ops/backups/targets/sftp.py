"""A folder of another machine, over SSH, as a place that keeps files; its key was looked at before."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar, cast

import asyncssh

from cally.amounts import amount
from cally.errors import CallyError
from cally.ops.backups.targets import naming
from cally.ops.backups.targets.addresses import Address
from cally.ops.backups.targets.arriving import Arriving, pieces
from cally.ops.backups.targets.face import Kept, Progress
from cally.ops.backups.targets.host_keys import algorithms, own, trusted
from cally.ops.backups.targets.reaching import Patience, connected, failed
from cally.ops.backups.targets.sftp_words import FULL, LOST, sentence

T = TypeVar("T")

READ_BYTES = 1024**2
PLAIN_FILES = frozenset({asyncssh.FILEXFER_TYPE_REGULAR, asyncssh.FILEXFER_TYPE_UNKNOWN})


class Sftp:
    """A folder at an SSH server; one connection, made when it is first needed and again after it was lost."""

    def __init__(
        self, place: Address, secret: Mapping[str, str], *, allowed: tuple[str, ...], patience: Patience
    ) -> None:
        self._place, self._secret, self._allowed, self._patience = place, secret, allowed, patience
        self._connection: asyncssh.SSHClientConnection | None = None
        self._client: asyncssh.SFTPClient | None = None

    async def put(self, name: str, file: Path, progress: Progress) -> None:
        """Send it under another name, count its bytes there, then rename it over the one that there was."""
        part = self._path(naming.half(name))
        async with self._opened() as client:
            await self._make_folder(client)
            try:
                await self._send(client, file, part, progress)
                await self._rename(client, part, self._path(name))
            except (TimeoutError, *LOST):
                raise  # nobody is there who could be told
            except BaseException:
                await self._drop(client, part)
                raise
            await self._sweep(client, name)

    async def list_all(self) -> list[Kept]:
        """Plain files only, and complete ones."""
        async with self._opened() as client:
            return naming.by_name(await self._found(client))

    async def get(self, name: str, file: Path, progress: Progress) -> None:
        """Read it to its end, which must be where the server says that it is."""
        path = self._path(naming.checked(name))
        async with self._opened() as client:
            seen = await self._soon(client.lstat(path))
            if seen.type not in PLAIN_FILES or seen.size is None:
                raise failed(f"{name} at {self._place.host} is no plain file.")
            async with Arriving(file, seen.size, progress) as arriving, self._file(client, path, "rb") as reading:
                while data := await self._soon(reading.read(READ_BYTES)):
                    await arriving.add(cast("bytes", data))  # the file is open for bytes

    async def remove(self, name: str) -> None:
        """Unlink it."""
        path = self._path(naming.checked(name))
        async with self._opened() as client:
            try:
                await self._soon(client.remove(path))
            except asyncssh.SFTPNoSuchFile:
                return

    async def close(self) -> None:
        """Say goodbye, and do not wait long for the answer."""
        connection, self._connection, self._client = self._connection, None, None
        if connection is None:
            return
        connection.close()
        try:
            async with asyncio.timeout(self._patience.connect):
                await connection.wait_closed()
        except (TimeoutError, OSError, asyncssh.Error):
            connection.abort()

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[asyncssh.SFTPClient]:
        try:
            yield await self._connected()
        except CallyError:
            raise
        except (asyncssh.Error, OSError, ValueError) as error:
            if not isinstance(error, asyncssh.SFTPError) or isinstance(error, LOST):
                self._abandon()
            raise failed(sentence(error, self._place, self._secret)) from error

    async def _connected(self) -> asyncssh.SFTPClient:
        if self._client is not None and self._connection is not None and not self._connection.is_closed():
            return self._client
        place, key = self._place, own(self._secret)
        server = trusted(place, self._secret)
        sock = await connected(place.host, place.port, allowed=self._allowed, patience=self._patience)
        try:
            async with asyncio.timeout(2 * self._patience.connect):
                self._connection = await asyncssh.connect(
                    place.host,
                    place.port,
                    sock=sock,
                    username=place.user,
                    password=self._secret.get("password") or None,
                    client_keys=None if key is None else [key],
                    public_key_auth=key is not None,
                    agent_path=None,
                    config=None,
                    known_hosts=([server], [], []),
                    server_host_key_algs=algorithms(server),
                    x509_trusted_certs=None,
                    compression_algs=None,
                    disable_trivial_auth=True,
                )
                self._client = await self._connection.start_sftp_client(path_errors="surrogateescape")
        except BaseException:
            self._abandon()
            sock.close()
            raise
        return self._client

    async def _make_folder(self, client: asyncssh.SFTPClient) -> None:
        if not await self._soon(client.isdir(self._place.path)):
            owners = asyncssh.SFTPAttrs(permissions=0o700)
            await self._soon(client.makedirs(self._place.path, owners, exist_ok=True))

    async def _send(self, client: asyncssh.SFTPClient, file: Path, part: str, progress: Progress) -> None:
        size = await asyncio.to_thread(lambda: file.stat().st_size)
        try:
            async with self._file(client, part, "wb") as writing:
                async for piece in pieces(file, progress):
                    await self._soon(writing.write(piece))
                await self._sync(writing)
        except (asyncssh.SFTPFailure, *FULL) as error:
            raise await self._full(client, size, error) from error
        arrived = (await self._soon(client.lstat(part))).size
        if arrived != size:
            raise failed(f"{self._place.host} kept {arrived or 0:,} of {size:,} bytes.")

    @asynccontextmanager
    async def _file(self, client: asyncssh.SFTPClient, path: str, mode: str) -> AsyncIterator[asyncssh.SFTPClientFile]:
        """An open file, which is closed without waiting long for a server that fell silent."""
        opened = await self._soon(client.open(path, mode, asyncssh.SFTPAttrs(permissions=0o600)))
        try:
            yield opened
        except (TimeoutError, *LOST):
            raise
        except BaseException:
            async with asyncio.timeout(self._patience.connect):
                await opened.close()
            raise
        await self._soon(opened.close())

    async def _sync(self, writing: asyncssh.SFTPClientFile) -> None:
        try:
            async with asyncio.timeout(self._patience.finish):
                await writing.fsync()
        except asyncssh.SFTPOpUnsupported:
            return  # an extension of OpenSSH

    async def _rename(self, client: asyncssh.SFTPClient, part: str, path: str) -> None:
        try:
            await self._soon(client.posix_rename(part, path))
        except asyncssh.SFTPOpUnsupported:  # plain renaming replaces nothing
            if await self._soon(client.exists(path)):
                await self._soon(client.remove(path))
            await self._soon(client.rename(part, path))

    async def _sweep(self, client: asyncssh.SFTPClient, name: str) -> None:
        found = await self._found(client)
        now = next((one.modified_at for one in found if one.name == name), 0)
        for old in naming.left_behind(found, now):
            await self._drop(client, self._path(old))

    async def _found(self, client: asyncssh.SFTPClient) -> list[Kept]:
        try:
            async with asyncio.timeout(self._patience.stall):
                return [
                    Kept(name=str(one.filename), size_bytes=one.attrs.size or 0, modified_at=int(one.attrs.mtime or 0))
                    async for one in client.scandir(self._place.path)
                    if one.attrs.type in PLAIN_FILES
                ]
        except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath):
            return []

    async def _drop(self, client: asyncssh.SFTPClient, path: str) -> None:
        """Away with a half, if the connection still stands; the next put sweeps what stays."""
        try:
            async with asyncio.timeout(self._patience.connect):
                await client.remove(path)
        except (asyncssh.Error, OSError):
            return

    async def _soon(self, doing: Awaitable[T]) -> T:
        async with asyncio.timeout(self._patience.stall):
            return await doing

    async def _full(self, client: asyncssh.SFTPClient, size: int, error: asyncssh.SFTPError) -> CallyError:
        try:
            room = await self._soon(client.statvfs(self._place.path))
            free = f" It says that {amount(room.bavail * room.frsize)} are free."
        except (asyncssh.Error, OSError):
            free = ""
        sure = "has no room left" if isinstance(error, FULL) else "could not write the file; likely it has no room left"
        return failed(f"{self._place.host} {sure}, or a quota is used up ({amount(size)} were sent).{free}")

    def _path(self, name: str) -> str:
        return f"{self._place.path}/{name}"

    def _abandon(self) -> None:
        if self._connection is not None:
            self._connection.abort()
        self._connection = self._client = None
