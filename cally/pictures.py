"""Uploaded pictures: decoded and made anew in a process of their own, without what their camera wrote (R17, R39).

The child gets its orders as a line of JSON and then the file; it answers with one JSON object.
"""

import io
import sys
from typing import TYPE_CHECKING, Any

import msgspec

from cally.apart import give_up_powers, run_apart
from cally.errors import CallyError, invalid

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_BYTES = 5_000_000
MOST_PIXELS = 40_000_000
SIZES = (512, 256, 96)
FORMATS = ("JPEG", "PNG", "WEBP")
MEMORY_BYTES = 768 * 1024 * 1024
PROCESSOR_SECONDS = 10
WALL_SECONDS = 20
MOST_ANSWER_BYTES = 4_000_000
FIELD = "picture"
KINDS = "Please choose a picture as JPEG, PNG or WebP."
SVG = "SVG files are programs as much as pictures, so they are not taken; please choose JPEG, PNG or WebP."


class Orders(msgspec.Struct, frozen=True, kw_only=True):
    """`square`: cut to the middle, as faces are shown; else the whole picture within the size."""

    square: bool
    sizes: tuple[int, ...] = SIZES
    most_pixels: int = MOST_PIXELS


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """The picture as WebP files by their size in pixels; or a `fault` alone."""

    files: dict[int, bytes] = {}
    fault: str = ""


async def made_anew(data: bytes, *, square: bool) -> dict[int, bytes]:
    """WebP files of 512, 256 and 96 pixels that hold nothing but the picture; raises `invalid` in words."""
    if not data:
        raise invalid(FIELD, "Please choose a file first.")
    if len(data) > MOST_BYTES:
        raise invalid(FIELD, f"This file is larger than {MOST_BYTES // 1_000_000} MB; please choose a smaller one.")
    start = data[:1_000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in start or start.startswith(b"<?xml"):
        raise invalid(FIELD, SVG)
    try:
        _, answer = await run_apart(
            "cally.pictures",
            msgspec.json.encode(Orders(square=square)),
            data,
            wall_seconds=WALL_SECONDS,
            most_answer_bytes=MOST_ANSWER_BYTES,
        )
        made = msgspec.json.decode(answer, type=Made)
    except (CallyError, msgspec.DecodeError) as error:
        raise invalid(FIELD, "This picture takes too much to read; please choose another one.") from error
    if made.fault:
        raise invalid(FIELD, made.fault)
    return made.files


def main(orders_line: bytes) -> None:
    """In the child: read the picture on standard input, and answer on standard output."""
    orders = msgspec.json.decode(orders_line, type=Orders)
    from PIL import Image, JpegImagePlugin, PngImagePlugin, WebPImagePlugin  # noqa: F401, PLC0415 - heavy; known below

    give_up_powers(memory_bytes=MEMORY_BYTES, processor_seconds=PROCESSOR_SECONDS)
    Image.MAX_IMAGE_PIXELS = None  # judged here, before anything is decoded
    try:
        made = Made(files=_files(sys.stdin.buffer.read(), orders))
    except MemoryError:
        made = Made(fault="This picture needs too much memory; please choose a smaller one.")
    except CallyError as error:
        made = Made(fault=error.sentence)
    except Exception:  # noqa: BLE001 - whatever a broken file makes of the decoder
        made = Made(fault=f"This file cannot be read as a picture. {KINDS}")
    sys.stdout.buffer.write(msgspec.json.encode(made))


def _files(data: bytes, orders: Orders) -> dict[int, bytes]:
    from PIL import Image, ImageOps, UnidentifiedImageError  # noqa: PLC0415 - heavy: imported where used

    try:
        picture: Any = Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError as error:
        raise invalid(FIELD, KINDS) from error
    width, height = picture.size
    if width * height > orders.most_pixels:
        millions = orders.most_pixels // 1_000_000
        raise invalid(FIELD, f"This picture has more than {millions} million pixels; please choose a smaller one.")
    if getattr(picture, "n_frames", 1) > 1:
        picture.seek(0)
    picture.draft("RGB", (1_024, 1_024))
    picture.load()
    upright = ImageOps.exif_transpose(picture) or picture
    plain = upright.convert("RGBA" if "A" in upright.getbands() or "transparency" in upright.info else "RGB")
    return {size: _file(plain, size, square=orders.square) for size in orders.sizes}


def _file(picture: "Image", size: int, *, square: bool) -> bytes:
    from PIL import Image, ImageOps  # noqa: PLC0415 - heavy: imported where used

    if square:
        sized = ImageOps.fit(picture, (size, size), Image.Resampling.LANCZOS)
    else:
        sized = ImageOps.contain(picture, (size, size), Image.Resampling.LANCZOS)
    bare = Image.new(sized.mode, sized.size)  # nothing of what came beside the pixels
    bare.paste(sized)
    out = io.BytesIO()
    bare.save(out, "WEBP", quality=85, method=4, exact=False)
    return out.getvalue()
