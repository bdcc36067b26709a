"""The day as a picture: opaque, as large as the day needs, and drawn with whatever letters the machine has."""

import io

import pytest
from PIL import Image

from cally import day_picture
from cally.day_picture import LOOKS, SCALE, WIDTH, Block
from cally.day_picture import day_picture as drawn

HOURS = [(hour * 60, f"{9 + hour}:00") for hour in range(9)]
REQUEST = Block(120, 180, "11:00 – 12:00  Intro call: Cleo Çelik", "request")


def opened(data: bytes) -> Image.Image:
    found = Image.open(io.BytesIO(data))
    assert found.format == "PNG"
    return found.convert("RGBA")


def has(picture: Image.Image, colour: str) -> bool:
    """Whether a colour, or what a palette makes of it, is on the picture."""
    wanted = tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))
    seen = picture.convert("RGB").getcolors(picture.width * picture.height) or []
    return any(max(abs(a - b) for a, b in zip(shade, wanted, strict=True)) < 8 for _, shade in seen)  # type: ignore[arg-type]


def test_it_is_opaque_and_small() -> None:
    """Dark mail clients show it as it is; it weighs less than a photograph of a stamp."""
    data = drawn([REQUEST], hours=HOURS, minutes=480)
    picture = opened(data)
    assert picture.getchannel("A").getextrema() == (255, 255)
    assert picture.width == WIDTH * SCALE
    assert len(data) < 60_000


def test_the_request_stands_out() -> None:
    """In a colour that nothing else has."""
    busy = Block(0, 60, "Calendar", "busy")
    assert has(opened(drawn([busy, REQUEST], hours=HOURS, minutes=480)), LOOKS["request"].ground)
    assert not has(opened(drawn([busy], hours=HOURS, minutes=480)), LOOKS["request"].ground)


def test_what_meets_in_time_stands_side_by_side() -> None:
    """Neither hides the other: each keeps its colour."""
    beside = Block(120, 180, "Calendar", "busy")
    picture = opened(drawn([REQUEST, beside], hours=HOURS, minutes=480))
    assert has(picture, LOOKS["request"].ground)
    assert has(picture, LOOKS["busy"].ground)


@pytest.mark.parametrize("words", ["日本語", "العربية", "👩‍🚀", "\x00\n", "", "a" * 5_000])
def test_any_words_can_be_drawn(words: str) -> None:
    """Or are left out: an empty box helps nobody, and the mail says them in text."""
    drawn([Block(0, 5, words, "booking")], hours=[(0, words)], minutes=60)


def test_narrow_spaces_are_spaces() -> None:
    """As Babel writes them between an hour and its half of the day."""
    assert day_picture._fitting("11:00\u202fAM  Cleo", 14, 9_000) == "11:00 AM  Cleo"


def test_letters_that_are_missing_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine without any fonts those of Pillow are used, which know few."""
    monkeypatch.setattr(day_picture, "FONTS", ())
    for remembered in (day_picture._font, day_picture._has):
        remembered.cache_clear()
    try:
        assert day_picture._fitting("11:00  Жуков", 14, 9_000) == "11:00"
        assert day_picture._fitting("11:00  Intro call: Жуков", 14, 9_000) == "11:00  Intro call"
        drawn([REQUEST], hours=HOURS, minutes=480)
    finally:
        for remembered in (day_picture._font, day_picture._has):
            remembered.cache_clear()
