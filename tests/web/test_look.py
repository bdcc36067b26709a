"""Pictures and styles that people give their pages: taken in at the desk, served as data, shown to guests."""

import asyncio
import io
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from PIL import Image

from cally.model.hosts import Host
from cally.store import Store
from cally.web import build
from cally.web.doors import Doors
from cally.web.limits import BODY_BYTES, UPLOAD_BYTES
from tests.cast import ada
from tests.web.conftest import asking
from tests.web.guests import BROWSER, look

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def photo(size: tuple[int, int] = (300, 200)) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 80).convert("RGB").save(out, "PNG")
    return out.getvalue()


async def upload(client: httpx2.AsyncClient, cookie: dict[str, str], data: bytes, path: str = "/app/look") -> Any:
    return await client.post(
        f"{path}/picture", files={"picture": ("me.svg", data, "image/svg+xml")}, headers={**BROWSER, **cookie}
    )


@asynccontextmanager
async def clamd(answer: bytes = b"") -> AsyncIterator[tuple[str, list[bytes]]]:
    """A scanner that speaks clamd's INSTREAM, finding what ClamAV's test file is known by."""
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
        parts = []
        while length := struct.unpack(">I", await reader.readexactly(4))[0]:
            parts.append(await reader.readexactly(length))
        seen.append(b"".join(parts))
        found = b"stream: Eicar-Test-Signature FOUND" if EICAR in seen[-1] else b"stream: OK"
        writer.write((answer or found) + b"\0")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}", seen
    finally:
        server.close()


async def test_a_picture_stands_on_the_page_at_once(
    store: Store, client: httpx2.AsyncClient, signed_in: Callable[[Host], Any]
):
    """Also where the page was in memory; served as nothing but an image, for ever."""
    owner = await ada(store)
    cookie = await signed_in(owner)
    assert "/media/" not in (await look(client, "/ada/intro")).text
    answer = await upload(client, cookie, photo((900, 700)))
    assert answer.status_code == 303, answer.text
    for path in ("/ada/intro", "/ada"):
        page = (await look(client, path)).text
        assert "/media/" in page
    served = await client.get("/media/" + page.partition("/media/")[2].partition('"')[0])
    assert served.headers["content-type"] == "image/webp"
    assert served.headers["x-content-type-options"] == "nosniff"
    assert "immutable" in served.headers["cache-control"]
    assert "default-src 'none'" in served.headers["content-security-policy"]
    assert served.headers["content-disposition"].startswith("inline; filename=")
    gone = await client.post("/app/look/picture", files={"act": (None, "none")}, headers={**BROWSER, **cookie})
    assert gone.status_code == 303
    assert "/media/" not in (await look(client, "/ada/intro")).text


@pytest.mark.parametrize("data", [b"<svg onload='alert(1)'></svg>", b"MZ not a picture", b""])
async def test_what_is_no_picture_is_refused_beside_the_field(
    store: Store, client: httpx2.AsyncClient, signed_in: Callable[[Host], Any], data: bytes
):
    """In words, and nothing is kept."""
    answer = await upload(client, await signed_in(await ada(store)), data)
    assert answer.status_code == 422
    assert 'class="error"' in answer.text
    assert await store.reader.row("SELECT count(*) FROM picture") == (0,)


async def test_only_pictures_may_be_large(store: Store, app: Any, signed_in: Callable[[Host], Any]):
    """Everywhere else a body has the usual bound, and a picture's has one, too."""
    cookie = await signed_in(await ada(store))
    async with asking(app) as client:
        for path, size in (("/app/profile", BODY_BYTES + 1), ("/app/look/picture", UPLOAD_BYTES + 1)):
            answer = await client.post(path, content=b"x" * size, headers={**BROWSER, **cookie})
            assert answer.status_code == 413


async def test_the_logo_is_an_admins(store: Store, client: httpx2.AsyncClient, signed_in: Callable[[Host], Any]):
    """For a host these pages do not exist."""
    cookie = await signed_in(await ada(store))
    assert (await client.get("/admin/look", headers=cookie)).status_code == 404
    assert (await upload(client, cookie, photo(), "/admin/look")).status_code == 404
    assert await store.reader.row("SELECT count(*) FROM picture") == (0,)


async def test_an_admin_gives_all_pages_a_logo(
    store: Store, client: httpx2.AsyncClient, signed_in: Callable[[Host], Any]
):
    """It stands on public pages."""
    cookie = await signed_in(await ada(store, role="admin"))
    assert (await client.get("/admin/look", headers=cookie)).status_code == 200
    assert (await upload(client, cookie, photo(), "/admin/look")).status_code == 303
    assert 'alt="Logo"' in (await look(client, "/ada/intro")).text


async def test_a_scanner_looks_through_every_upload(store: Store, doors: Doors, signed_in: Callable[[Host], Any]):
    """It is handed the very file; what it finds is refused and audited."""
    cookie = await signed_in(await ada(store))
    async with clamd() as (address, seen), asking(build(replace(doors, clamav=address))) as client:
        clean = photo((600, 600))
        assert (await upload(client, cookie, clean)).status_code == 303
        found = await upload(client, cookie, clean + EICAR)
        assert found.status_code == 422
        assert "virus scanner finds something" in found.text
        assert seen == [clean, clean + EICAR]
    row = await store.reader.row("SELECT count(*) FROM audit_entry WHERE tag = 'host:upload:refuse'")
    assert row == (1,)


@pytest.mark.parametrize("answer", [b"INSTREAM size limit exceeded. ERROR", b"stream: oddly OK not"])
async def test_no_file_is_taken_that_the_scanner_could_not_look_through(
    store: Store, doors: Doors, signed_in: Callable[[Host], Any], answer: bytes
):
    """Nor while it does not answer at all."""
    cookie = await signed_in(await ada(store))
    async with clamd(answer) as (address, _), asking(build(replace(doors, clamav=address))) as client:
        assert (await upload(client, cookie, photo())).status_code == 422
    async with asking(build(replace(doors, clamav="unix:/nowhere/clamd.sock"))) as client:
        refused = await upload(client, cookie, photo())
        assert refused.status_code == 422
        assert "does not answer" in refused.text


async def test_a_style_is_served_from_here_and_says_what_was_left_out(
    store: Store, client: httpx2.AsyncClient, signed_in: Callable[[Host], Any]
):
    """Behind an address that names its content; the page's own policy stays as it is."""
    cookie = await signed_in(await ada(store))
    before = await look(client, "/ada/intro")
    wanted = {"style": "h1 {\r\n color: #123;\r\n position: fixed }"}
    answer = await client.post("/app/look/style", data=wanted, headers={**BROWSER, **cookie})
    assert answer.status_code in {200, 303}
    assert "Line 3" in answer.text
    page = await look(client, "/ada/intro")
    assert page.headers["content-security-policy"] == before.headers["content-security-policy"]
    served = await client.get("/media/" + page.text.partition("/media/")[2].partition('"')[0])
    assert served.headers["content-type"].startswith("text/css")
    assert served.text == "@layer custom{.guest h1{color:#123;}}"
