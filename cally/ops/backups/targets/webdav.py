"""A folder of a WebDAV server, such as Nextcloud, as a place that keeps files."""

import asyncio
import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import httpx2

from cally.errors import CallyError
from cally.ops.backups.targets import answers, naming
from cally.ops.backups.targets.addresses import Address
from cally.ops.backups.targets.arriving import Arriving, pieces
from cally.ops.backups.targets.asking import Server, forwarded, text, unexpected
from cally.ops.backups.targets.face import Kept, Progress
from cally.ops.backups.targets.reaching import Patience, failed

PROPERTIES = (
    b'<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:"><prop>'
    b"<getcontentlength/><getlastmodified/><resourcetype/></prop></propfind>"
)
GOOD = frozenset({200, 201, 204, 207})
MISSING = frozenset({404, 409})
WORDS = {
    401: "{host} does not let {user} in with this password.",
    403: "{user} may not do this in {folder} at {host}; give the user the right to write there.",
    404: "{host} has no such file or folder in {folder}.",
    405: "{host} does not speak WebDAV at {folder}; is the address right?",
    409: "{host} has no folder {folder}, and does not make it.",
    413: "The file is larger than {host} takes; raise its limit for uploads (in nginx: client_max_body_size).",
    423: "{host} has locked {folder}; try again later, or release the lock there.",
    429: "{host} is too busy; it is tried again at the next backup.",
    503: "{host} is too busy, or being maintained; it is tried again at the next backup.",
    507: "{host} has no room left, or a quota is used up.",
}


class WebDav:
    """A folder below an https address; passwords go over plain http within private networks only."""

    def __init__(
        self, place: Address, secret: Mapping[str, str], *, allowed: tuple[str, ...], patience: Patience
    ) -> None:
        self._place, self._patience = place, patience
        self._server = Server(place, allowed=allowed, patience=patience, private_only=True)
        known = f"{place.user}:{secret.get('password', '')}".encode()
        self._headers = {"authorization": f"Basic {base64.b64encode(known).decode('ascii')}"}

    async def put(self, name: str, file: Path, progress: Progress) -> None:
        """Send it under another name, count its bytes there, then move it over the one that there was."""
        part, path = self._path(naming.half(name)), self._path(name)
        size = await asyncio.to_thread(lambda: file.stat().st_size)
        await self._make_folder()
        headers = {"content-type": "application/octet-stream", "content-length": str(size)}
        try:
            await self._do("PUT", part, headers, pieces(file, progress))
            arrived = await self._seen(part)
            if arrived is None or arrived.size_bytes != size:
                raise failed(f"{self._place.host} kept {arrived.size_bytes if arrived else 0:,} of {size:,} bytes.")
            to = f"{self._server.scheme}://{self._server.authority}{path}"
            await self._do("MOVE", part, {"destination": to, "overwrite": "T"})
        except BaseException:
            await self._drop(part)
            raise
        await self._sweep(name)

    async def list_all(self) -> list[Kept]:
        """Files directly in the folder, and complete ones."""
        return naming.by_name(await self._found(self._path(""), "1"))

    async def get(self, name: str, file: Path, progress: Progress) -> None:
        """Read it to its end, which must be where the server says that it is."""
        path = self._path(naming.checked(name))
        seen = await self._seen(path)
        if seen is None:
            raise failed(f"{self._place.host} has no {name} in {self._place.path}.")
        async with Arriving(file, seen.size_bytes, progress) as arriving, self._asked("GET", path) as answer:
            if answer.status_code != 200:
                raise self._refused(answer)
            async for piece in answer.aiter_raw():
                await arriving.add(piece)

    async def remove(self, name: str) -> None:
        """Delete it; some servers keep it in a trash bin for a while."""
        async with self._asked("DELETE", self._path(naming.checked(name))) as answer:
            if answer.status_code not in GOOD and answer.status_code != 404:
                raise self._refused(answer)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._server.close()

    async def _make_folder(self) -> None:
        """The folder, and those above it that are missing."""
        if await self._exists(self._path("")):
            return
        segments = self._place.path.strip("/").split("/")
        for count in range(1, len(segments) + 1):
            above = self._encoded("/" + "/".join(segments[:count]) + "/")
            async with self._asked("MKCOL", above) as answer:
                status = answer.status_code
            if count == len(segments) and status not in GOOD and not await self._exists(above):
                raise self._refused(answer)

    async def _exists(self, path: str) -> bool:
        async with self._asked("PROPFIND", path, {"depth": "0"}, PROPERTIES) as answer:
            if answer.status_code == 404:
                return False
            if answer.status_code != 207:
                raise self._refused(answer)
            await text(answer)
            return True

    async def _seen(self, path: str) -> Kept | None:
        found = await self._found(path, "0")
        return found[0] if found else None

    async def _found(self, path: str, depth: str) -> list[Kept]:
        async with self._asked("PROPFIND", path, {"depth": depth}, PROPERTIES) as answer:
            if answer.status_code == 404:
                return []
            if answer.status_code != 207:
                raise self._refused(answer)
            document = await text(answer)
        told = [self._told(one) for one in answers.read(document).each("response")]
        return [one for one in told if one is not None]

    def _told(self, response: answers.Element) -> Kept | None:
        """A file directly in the folder, or nothing: what a server names elsewhere is none of ours."""
        try:
            path = unquote(urlsplit(response.said("href")).path)
        except ValueError:
            return None
        folder, _, name = path.rpartition("/")
        if folder != self._place.path or not name:
            return None
        for one in response.each("propstat"):
            size = naming.size_of(one.said("prop", "getcontentlength"))
            if (
                " 200" in one.said("status")
                and size is not None
                and not one.first("prop", "resourcetype", "collection")
            ):
                return Kept(name=name, size_bytes=size, modified_at=_instant(one.said("prop", "getlastmodified")))
        return None

    async def _sweep(self, name: str) -> None:
        """What a killed process left behind; a list that cannot be had now can be had after the next put."""
        try:
            found = await self._found(self._path(""), "1")
        except CallyError:
            return
        now = next((one.modified_at for one in found if one.name == name), 0)
        for old in naming.left_behind(found, now):
            await self._drop(self._path(old))

    async def _drop(self, path: str) -> None:
        """Away with a half, if the server still answers; the next put sweeps what stays."""
        try:
            async with asyncio.timeout(self._patience.connect), self._asked("DELETE", path) as answer:
                await text(answer)
        except (CallyError, TimeoutError):
            return

    async def _do(
        self, method: str, path: str, headers: dict[str, str], body: AsyncIterator[bytes] | bytes = b""
    ) -> None:
        async with self._asked(method, path, headers, body) as answer:
            if answer.status_code not in GOOD or answer.status_code == 207:  # 207: done in part
                raise self._refused(answer)

    @asynccontextmanager
    async def _asked(
        self,
        method: str,
        path: str,
        headers: dict[str, str] | None = None,
        body: AsyncIterator[bytes] | bytes = b"",
    ) -> AsyncIterator[httpx2.Response]:
        async with self._server.asked(method, path, {**self._headers, **(headers or {})}, body) as answer:
            yield answer

    def _refused(self, answer: httpx2.Response) -> CallyError:
        place, status = self._place, answer.status_code
        if answer.is_redirect:
            return failed(forwarded(place.host, answer))
        words = WORDS.get(status, unexpected(place.host, status))
        return failed(words.format(host=place.host, user=place.user or "a user without a name", folder=place.path))

    def _path(self, name: str) -> str:
        return self._encoded(f"{self._place.path}/{name}")

    def _encoded(self, path: str) -> str:
        return quote(path, safe="/-_.~")


def _instant(text_: str) -> int:
    try:
        return int(parsedate_to_datetime(text_).timestamp())
    except (ValueError, OverflowError):
        return 0
