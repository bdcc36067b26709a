"""Passwords are kept as Argon2id, made a few at a time."""

import asyncio
import re
import threading
import unicodedata
from collections.abc import Awaitable, Callable

import pytest

from cally.accounts.passwords import (
    AT_ONCE,
    CURRENT,
    LONGEST_BYTES,
    NOBODY,
    is_outdated,
    password_hash,
    password_matches,
)

PASSWORD = "brass engines hum softly"


async def test_the_hash_is_argon2id_with_enough_memory_and_passes():
    """19 MiB and two passes at least (TRUST, OWASP)."""
    found = re.match(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=\d+\$", await password_hash(PASSWORD))
    assert found is not None
    assert int(found[1]) >= 19 * 1_024
    assert int(found[2]) >= 2


async def test_a_password_matches_its_own_hash_only():
    """The same words match, one letter more does not; two hashes of one password differ by their salt."""
    one, other = await password_hash(PASSWORD), await password_hash(PASSWORD)
    assert one != other
    assert await password_matches(PASSWORD, one)
    assert not await password_matches(PASSWORD + ".", one)


async def test_composed_and_decomposed_letters_are_the_same_password():
    """A keyboard that sends `u` and a combining diaeresis opens what one that sends `ü` has set."""
    assert await password_matches("fünf große Türen", await password_hash("fünf große Türen"))


async def test_nobody_has_no_password_and_costs_the_same():
    """The hash that stands in for an unknown account is a whole one of today's cost, and nothing matches it."""
    assert NOBODY.startswith(CURRENT)
    assert not await password_matches("", None)
    assert not await password_matches(PASSWORD, NOBODY)


async def test_at_most_four_are_hashed_at_once():
    """Twelve sign-ins at one moment use four threads, and none of those that commits need."""
    await asyncio.gather(*(password_hash(PASSWORD) for _ in range(12)))
    threads = [thread.name for thread in threading.enumerate() if thread.name.startswith("password")]
    assert 1 <= len(threads) <= AT_ONCE == 4


def test_a_hash_of_other_parameters_is_outdated():
    """So that it is made anew when its owner signs in."""
    assert is_outdated("$argon2id$v=19$m=4096,t=3,p=1$c2FsdHNhbHQ$aGFzaA")
    assert not is_outdated(NOBODY)


@pytest.mark.parametrize("act", [password_hash, lambda text: password_matches(text, None)])
async def test_no_more_than_a_bounded_beginning_is_normalised(
    act: Callable[[str], Awaitable[object]], monkeypatch: pytest.MonkeyPatch
):
    """Bringing n accents into order takes n² steps, and whoever signs in has not shown who they are yet."""
    lengths: list[int] = []
    real = unicodedata.normalize
    monkeypatch.setattr(unicodedata, "normalize", lambda form, text: lengths.append(len(text)) or real(form, text))
    await act("a" + "\u0301\u0316" * 8_000)
    assert max(lengths) <= LONGEST_BYTES
