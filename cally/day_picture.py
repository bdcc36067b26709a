"""A day drawn as a small calendar: the picture inside a mail, opaque, so that dark mail clients show the same."""

import io
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

Tone = Literal["request", "waiting", "booking", "busy", "free"]
SCALE = 2  # drawn for dense screens, shown at half its size
WIDTH = 496
MARGIN, RADIUS, BAR = 16, 6, 4
HOUR_HEIGHT, TALLEST = 44, 480
TEXT, SMALL = 14, 12
SHORTEST = 15
LONGEST_HOUR, LONGEST_WORDS = 12, 200
FONTS = ("DejaVuSans.ttf", "NotoSans-Regular.ttf", "LiberationSans-Regular.ttf")
LAST_PLAIN_LETTER = 0x0590  # beyond it scripts need shaping, which not every machine's Pillow can do
PAPER, EDGE, LINE, INK, PALE_INK = "#ffffff", "#cdd6d0", "#e3e9e5", "#1b2420", "#5a675f"


class Look(NamedTuple):
    """The colours of a block: its ground, the bar at its left, its words."""

    ground: str
    bar: str
    ink: str


LOOKS: dict[Tone, Look] = {
    "request": Look("#17694d", "#0c4632", "#ffffff"),
    "waiting": Look("#fbf1d9", "#b9860b", "#4a3500"),
    "booking": Look("#dfe6f2", "#4a6595", "#1a2740"),
    "busy": Look("#e9ebea", "#8b958f", "#39423d"),
    "free": Look(PAPER, PAPER, PALE_INK),
}


class Block(NamedTuple):
    """A stretch of the day in minutes since the top of the picture, with its one line of words."""

    starts: int
    ends: int
    words: str
    tone: Tone


def day_picture(blocks: Sequence[Block], *, hours: Sequence[tuple[int, str]], minutes: int) -> bytes:
    """A PNG file of `minutes` from top to bottom; `hours` are lines with their words, as minutes since the top.

    What lies side by side in time is drawn side by side. Words that the machine's letters cannot spell are left out:
    the mail says them in text, too.
    """
    from PIL import Image, ImageDraw  # noqa: PLC0415 - heavy: imported where used

    height = min(TALLEST, max(HOUR_HEIGHT, minutes * HOUR_HEIGHT // 60))
    picture = Image.new("RGB", (WIDTH * SCALE, (height + 2 * MARGIN) * SCALE), PAPER)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, picture.width - 1, picture.height - 1), outline=EDGE, width=SCALE)
    named = [(at, _drawable(words, SMALL)[:LONGEST_HOUR]) for at, words in hours]
    gutter = MARGIN + 8 + max((_font(SMALL).getlength(words) / SCALE for _, words in named), default=0)
    page = _Page(pen, height / minutes, int(gutter))
    for at, words in named:
        page.hour(at, words)
    for block, lane, lanes in _in_lanes(blocks):
        page.block(block, lane, lanes)
    out = io.BytesIO()
    picture.quantize(64).save(out, "PNG", optimize=True)
    return out.getvalue()


class _Page:
    """Where a minute lies on the paper, and what is drawn there."""

    def __init__(self, pen: "ImageDraw", per_minute: float, gutter: int) -> None:
        self._pen = pen
        self._per_minute = per_minute
        self._gutter = gutter

    def hour(self, at: int, words: str) -> None:
        """An hour's line with its words at the left."""
        y = self._y(at)
        self._pen.rectangle((self._gutter * SCALE, y, (WIDTH - MARGIN) * SCALE, y + SCALE - 1), fill=LINE)
        if words:
            self._pen.text(((self._gutter - 8) * SCALE, y), words, fill=PALE_INK, font=_font(SMALL), anchor="rm")

    def block(self, block: Block, lane: int, lanes: int) -> None:
        """A stretch with a bar at its left and as much of its words as fits."""
        look = LOOKS[block.tone]
        wide = (WIDTH - MARGIN - self._gutter) / lanes
        left, right = (int((self._gutter + wide * edge + gap) * SCALE) for edge, gap in ((lane, 2), (lane + 1, -2)))
        top = self._y(block.starts) + SCALE
        bottom = max(self._y(block.ends) - SCALE, top + SHORTEST * SCALE)
        if block.tone != "free":
            self._pen.rounded_rectangle((left, top, right, bottom), RADIUS * SCALE, fill=look.ground)
            self._pen.rectangle((left, top + RADIUS, left + BAR * SCALE, bottom - RADIUS), fill=look.bar)
        size = SMALL if block.tone == "free" or bottom - top < (TEXT + 6) * SCALE else TEXT
        words = _fitting(block.words, size, right - left - (BAR + 14) * SCALE)
        middle = min(top + 14 * SCALE, (top + bottom) // 2) if block.tone != "free" else (top + bottom) // 2
        place = (left + (BAR + 8) * SCALE, middle)
        if block.tone == "free":
            reach = self._pen.textbbox(place, words, font=_font(size), anchor="lm")
            self._pen.rectangle((reach[0] - 4 * SCALE, reach[1], reach[2] + 4 * SCALE, reach[3]), fill=PAPER)
        self._pen.text(place, words, fill=look.ink, font=_font(size), anchor="lm")

    def _y(self, minute: int) -> int:
        return int((MARGIN + minute * self._per_minute) * SCALE)


def _in_lanes(blocks: Sequence[Block]) -> list[tuple[Block, int, int]]:
    """Each block with its lane, and how many lanes its neighbours in time share with it."""
    found: list[tuple[Block, int, int]] = []
    group: list[tuple[Block, int]] = []
    ends: list[int] = []
    for block in sorted(blocks):
        if group and block.starts >= max(ends):
            found += [(one, lane, len(ends)) for one, lane in group]
            group, ends = [], []
        lane = next((number for number, end in enumerate(ends) if end <= block.starts), len(ends))
        ends[lane : lane + 1] = [block.ends]
        group.append((block, lane))
    return [*found, *((one, lane, len(ends)) for one, lane in group)]


def _fitting(words: str, size: int, wide: int) -> str:
    """As many letters as there is room for."""
    words, font = _drawable(words[:LONGEST_WORDS], size), _font(size)
    if font.getlength(words) <= wide:
        return words
    while words and font.getlength(f"{words}…") > wide:
        words = words[:-1]
    return f"{words.rstrip()}…" if words else ""


def _drawable(words: str, size: int) -> str:
    """The words if the letters at hand have all of theirs, else without the name, else the time alone, else none.

    A missing letter would be an empty box.
    """
    plain = "".join(" " if letter.isspace() else letter for letter in words)
    for tried in (plain, plain.rpartition(": ")[0] or plain, plain.partition("  ")[0]):
        if tried.isprintable() and all(_has(letter, size) for letter in set(tried)):
            return tried
    return ""


@lru_cache(maxsize=2_048)
def _has(letter: str, size: int) -> bool:
    if letter == " ":
        return True
    if ord(letter) >= LAST_PLAIN_LETTER and letter not in "–—…·’“”€":
        return False
    font = _font(size)
    return letter.isascii() or bytes(font.getmask(letter)) != bytes(font.getmask("\uffff"))


@lru_cache(maxsize=4)
def _font(size: int) -> "FreeTypeFont":
    """The machine's own letters, which know more scripts; else the ones that Pillow brings."""
    from PIL import ImageFont  # noqa: PLC0415 - heavy: imported where used

    for name in FONTS:
        try:
            return ImageFont.truetype(name, size * SCALE)
        except OSError:
            continue
    brought = ImageFont.load_default(size * SCALE)
    if not isinstance(brought, ImageFont.FreeTypeFont):  # Pillow without FreeType knows one size alone
        raise OSError("no letters to draw with")
    return brought
