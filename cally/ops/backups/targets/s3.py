"""A bucket of an S3-compatible server as a place that keeps files; an object is there whole, or not at all."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx2

from cally import clock
from cally.errors import CallyError
from cally.ops.backups.targets import answers, naming
from cally.ops.backups.targets.addresses import Address
from cally.ops.backups.targets.arriving import Arriving, pieces
from cally.ops.backups.targets.asking import Server, text
from cally.ops.backups.targets.face import Kept, Progress
from cally.ops.backups.targets.reaching import Patience, failed
from cally.ops.backups.targets.s3_words import refused, said
from cally.ops.backups.targets.signing import EMPTY, Signer, target

PART_BYTES = 16 * 1024**2
MOST_PARTS = 9_000  # of 10,000 that a server has to take
MOST_PAGES = 1_000
RETRIED = frozenset({500, 502, 503, 504})
PAUSES = (1, 4)
BYTES = {"content-type": "application/octet-stream"}


class S3:
    """The objects below a prefix of a bucket, by the path-style addresses that every such server understands."""

    def __init__(
        self, place: Address, secret: Mapping[str, str], *, allowed: tuple[str, ...], patience: Patience
    ) -> None:
        self._place, self._patience = place, patience
        self._server = Server(place, allowed=allowed, patience=patience)
        self._signer = Signer(
            access_key_id=secret.get("access_key_id", ""),
            secret_access_key=secret.get("secret_access_key", ""),
            region=place.region,
        )

    async def put(self, name: str, file: Path, progress: Progress) -> None:
        """A small file at once, a larger one in parts that become an object at the end, or are thrown away."""
        path = self._path(naming.checked(name))
        size = await asyncio.to_thread(lambda: file.stat().st_size)
        if size <= PART_BYTES:
            await self._send(path, {}, file, 0, size, progress)
        else:
            await self._put_in_parts(path, file, size, progress)
        kept = await self._kept(name)
        if kept is None or kept.size_bytes != size:
            raise failed(f"{self._place.host} kept {kept.size_bytes if kept else 0:,} of {size:,} bytes.")
        await self._sweep()

    async def list_all(self) -> list[Kept]:
        """The objects directly below the prefix."""
        return naming.by_name(await self._found(self._key("")))

    async def get(self, name: str, file: Path, progress: Progress) -> None:
        """Read it to the end, which must be where the list says that it is."""
        kept = await self._kept(naming.checked(name))
        if kept is None:
            raise failed(f"{self._place.host} has no {name}.")
        async with (
            Arriving(file, kept.size_bytes, progress) as arriving,
            self._asked("GET", self._path(name), {}) as answer,
        ):
            if answer.status_code != 200:
                raise await refused(self._place, answer)
            async for piece in answer.aiter_raw():
                await arriving.add(piece)

    async def remove(self, name: str) -> None:
        """Delete the object; in a bucket with versions the old ones stay, as its rules say."""
        async with self._asked("DELETE", self._path(naming.checked(name)), {}) as answer:
            if answer.status_code not in {200, 204}:
                error = await refused(self._place, answer)
                if answer.status_code != 404 or "no bucket" in error.sentence:
                    raise error

    async def close(self) -> None:
        """Let go of the connections."""
        await self._server.close()

    async def _put_in_parts(self, path: str, file: Path, size: int, progress: Progress) -> None:
        begun = await self._xml("POST", path, {"uploads": ""})
        upload = begun.said("UploadId")
        if not upload:
            raise failed(f"{self._place.host} takes no files in parts, as S3 has them; is the endpoint right?")
        try:
            length = max(PART_BYTES, -(-size // MOST_PARTS))
            tags = [
                await self._send(
                    path,
                    {"partNumber": str(number), "uploadId": upload},
                    file,
                    start,
                    min(length, size - start),
                    progress,
                )
                for number, start in enumerate(range(0, size, length), 1)
            ]
            await self._finish(path, upload, tags)
        except BaseException:
            await self._abort(path, upload)
            raise

    async def _send(
        self, path: str, query: dict[str, str], file: Path, start: int, size: int, progress: Progress
    ) -> str:
        """The tag of the bytes that were sent; a server that is busy for a moment is asked again."""
        digest = hashlib.sha256()
        async for piece in pieces(file, lambda _done, _total: None, start=start, size=size):
            digest.update(piece)
        headers = {**BYTES, "content-length": str(size)}
        for pause in (*PAUSES, None):
            body = pieces(file, progress, start=start, size=size)
            async with self._asked("PUT", path, query, headers, body, digest.hexdigest()) as answer:
                if answer.status_code == 200:
                    return str(answer.headers.get("etag", ""))
                if pause is None or answer.status_code not in RETRIED:
                    raise await refused(self._place, answer)
            await asyncio.sleep(pause)
        raise AssertionError  # the last pause is None

    async def _finish(self, path: str, upload: str, tags: list[str]) -> None:
        parts = "".join(
            f"<Part><PartNumber>{number}</PartNumber><ETag>{_escaped(tag)}</ETag></Part>"
            for number, tag in enumerate(tags, 1)
        )
        body = f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>".encode()
        await self._xml("POST", path, {"uploadId": upload}, body)

    async def _abort(self, path: str, upload: str) -> None:
        """Away with the parts, if the server still answers; the next put sweeps what stays."""
        try:
            async with (
                asyncio.timeout(self._patience.connect),
                self._asked("DELETE", path, {"uploadId": upload}) as answer,
            ):
                await text(answer)
        except (CallyError, TimeoutError):
            return

    async def _sweep(self) -> None:
        """Parts that a killed process left behind a day ago or more; not every server tells of them."""
        try:
            told = await self._xml("GET", self._bucket(), {"uploads": "", "prefix": self._key("cally-")})
        except CallyError:
            return
        for one in told.each("Upload"):
            key, name = one.said("Key"), one.said("Key").rpartition("/")[2]
            begun = _instant(one.said("Initiated"))
            if key == self._key(name) and naming.is_kept(name) and 0 < begun < clock.now() - naming.HALF_SECONDS:
                await self._abort(self._path(name), one.said("UploadId"))

    async def _kept(self, name: str) -> Kept | None:
        return next((one for one in await self._found(self._key(name)) if one.name == name), None)

    async def _found(self, prefix: str) -> list[Kept]:
        query = {"list-type": "2", "prefix": prefix, "delimiter": "/"}
        found: list[Kept] = []
        for _ in range(MOST_PAGES):
            page = await self._xml("GET", self._bucket(), query)
            for one in page.each("Contents"):
                name = one.said("Key").removeprefix(self._key(""))
                size = naming.size_of(one.said("Size"))
                if one.said("Key") == self._key(name) and size is not None:
                    found.append(Kept(name=name, size_bytes=size, modified_at=_instant(one.said("LastModified"))))
            if page.said("IsTruncated") != "true":
                return found
            query["continuation-token"] = page.said("NextContinuationToken")
        raise failed(f"{self._place.host} lists more files than can be.")

    async def _xml(self, method: str, path: str, query: dict[str, str], body: bytes = b"") -> answers.Element:
        digest = hashlib.sha256(body).hexdigest()
        headers = {"content-length": str(len(body))} if method == "POST" else {}
        async with self._asked(method, path, query, headers, body, digest) as answer:
            document = await text(answer)
            if answer.status_code != 200:
                raise said(self._place, answer, document)
        root = answers.read(document)
        if root.name == "Error":  # joining parts takes long, and begins its answer before it knows
            raise said(self._place, answer, document)
        return root

    @asynccontextmanager
    async def _asked(
        self,
        method: str,
        path: str,
        query: dict[str, str],
        headers: dict[str, str] | None = None,
        body: AsyncIterator[bytes] | bytes = b"",
        payload: str = EMPTY,
    ) -> AsyncIterator[httpx2.Response]:
        asked = target(path, query)
        named = {**(headers or {}), "host": self._server.authority}
        signed = self._signer.signed(method, asked, named, payload=payload)
        async with self._server.asked(method, asked, signed, body) as answer:
            yield answer

    def _bucket(self) -> str:
        return f"{self._place.base}/{self._place.bucket}"

    def _key(self, name: str) -> str:
        return f"{self._place.path}/{name}" if self._place.path else name

    def _path(self, name: str) -> str:
        return f"{self._bucket()}/{self._key(name)}"


def _instant(text_: str) -> int:
    try:
        at = datetime.fromisoformat(text_)
    except ValueError:
        return 0
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())


def _escaped(tag: str) -> str:
    return tag.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
