"""Uploaded pictures: what comes out holds nothing but the picture, and hostile files harm nobody."""

import io
import struct
import time
import zlib

import pytest
from PIL import Image

from cally.errors import CallyError
from cally.pictures import MOST_BYTES, made_anew

GPS = 0x8825
ORIENTATION = 0x0112


def picture(kind: str = "PNG", size: tuple[int, int] = (64, 48), **how: object) -> bytes:
    """A file with a red left half and a blue right half."""
    made = Image.new("RGB", size, "red")
    made.paste("blue", (size[0] // 2, 0, *size))
    out = io.BytesIO()
    made.save(out, kind, **how)
    return out.getvalue()


def bomb(side: int) -> bytes:
    """A PNG of some kilobytes whose pixels take `side` × `side` × 3 bytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    packer = zlib.compressobj(9)
    line = b"\0" * (side * 3 + 1)
    body = b"".join([*(packer.compress(line) for _ in range(side)), packer.flush()])
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


async def refused(data: bytes) -> str:
    with pytest.raises(CallyError) as error:
        await made_anew(data, square=True)
    assert (error.value.code, error.value.facts["field"]) == ("invalid", "picture")
    return error.value.sentence


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
async def test_a_picture_is_made_anew_in_three_sizes(kind: str):
    """Squares of 512, 256 and 96 pixels, as WebP."""
    made = await made_anew(picture(kind), square=True)
    shown = {size: Image.open(io.BytesIO(data)) for size, data in made.items()}
    assert {size: (one.size, one.format) for size, one in shown.items()} == {
        size: ((size, size), "WEBP") for size in (512, 256, 96)
    }


async def test_where_it_was_taken_is_forgotten_and_how_it_was_held_is_done():
    """EXIF, GPS, ICC and comments are gone; a picture taken on its side stands upright."""
    told = Image.Exif()
    told[ORIENTATION] = 6  # to be turned by 90 degrees
    told.get_ifd(GPS)[1] = "N"
    told.get_ifd(GPS)[2] = (52.0, 31.0, 12.0)
    data = picture("JPEG", exif=told, icc_profile=b"profile" * 20, comment=b"at home in Berlin")
    assert b"at home" in data
    made = (await made_anew(data, square=False))[256]
    shown = Image.open(io.BytesIO(made))
    assert not dict(shown.getexif())
    assert not {"icc_profile", "exif", "xmp", "comment"} & shown.info.keys()
    assert b"EXIF" not in made
    assert b"at home" not in made
    assert shown.height > shown.width
    top = shown.convert("RGB").getpixel((shown.width // 2, 5))
    assert isinstance(top, tuple)
    assert top[0] > 200


@pytest.mark.parametrize("side", [15_000, 30_000])
async def test_a_small_file_that_unfolds_to_gigabytes_is_refused_before_it_does(side: int):
    """By the size it names, before a pixel is read."""
    data = bomb(side)
    assert len(data) < MOST_BYTES
    began = time.monotonic()
    assert "million pixels" in await refused(data)
    assert time.monotonic() - began < 10


async def test_a_file_that_lies_about_its_size_is_refused():
    """It names few pixels and holds a great many bytes, or names many and holds none."""
    data = bytearray(bomb(3_000))
    data[16:24] = struct.pack(">II", 2**31 - 1, 2**31 - 1)
    assert await refused(bytes(data))


@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
async def test_a_truncated_file_is_refused(kind: str, part: float):
    """In words."""
    data = picture(kind, (600, 600))
    assert "picture" in await refused(data[: int(len(data) * part)])


@pytest.mark.parametrize(
    "data",
    [b"GIF89a" + b"\0" * 200, b"%PDF-1.7\n", b"MZ" + b"\0" * 100, b"BM" + b"\0" * 100, b"\0" * 1000, b"<html></html>"],
)
async def test_another_kind_of_file_is_refused(data: bytes):
    """Whatever it calls itself; the type is that of its content."""
    assert "JPEG, PNG or WebP" in await refused(data)


async def test_other_formats_that_could_be_read_are_not():
    """GIF, BMP, TIFF and ICO are whole pictures, and not taken."""
    for kind in ("GIF", "BMP", "TIFF", "ICO", "PPM"):
        assert "JPEG, PNG or WebP" in await refused(picture(kind))


@pytest.mark.parametrize("data", [b"<svg onload='alert(1)'/>", b"\xef\xbb\xbf<?xml version='1.0'?><svg/>"])
async def test_svg_is_refused_in_words(data: bytes):
    """It may hold scripts."""
    assert "SVG" in await refused(data)


async def test_of_a_polyglot_only_the_picture_is_left():
    """A script or an archive behind the picture does not come out again."""
    tail = b"<script>alert(1)</script>PK\x03\x04"
    for kind in ("PNG", "JPEG"):
        made = await made_anew(picture(kind) + tail, square=True)
        assert not any(b"script" in data or b"PK\x03\x04" in data for data in made.values())


async def test_of_an_animation_the_first_picture_is_left():
    """One frame comes out."""
    out = io.BytesIO()
    first, second = Image.new("RGB", (40, 40), "red"), Image.new("RGB", (40, 40), "blue")
    first.save(out, "WEBP", save_all=True, append_images=[second] * 20)
    made = await made_anew(out.getvalue(), square=True)
    assert getattr(Image.open(io.BytesIO(made[96])), "n_frames", 1) == 1


async def test_what_is_too_large_is_refused_unread():
    """Five megabytes at most; nothing is no picture either."""
    assert "5 MB" in await refused(b"\0" * (MOST_BYTES + 1))
    assert await refused(b"")
