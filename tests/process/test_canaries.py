"""A dozen kinds of secrets are planted in a server; after 200 requests and a kill -9 none of them lies anywhere."""

import base64
from pathlib import Path

import pytest

from tests.process.canaries import LEAST, House, live_through, search, spellings
from tests.process.leaks import LEAKS

pytestmark = pytest.mark.slow
ACTIONS = 220


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return live_through(tmp_path_factory.mktemp("canaries"), actions=ACTIONS)


def test_a_dozen_kinds_were_planted(house: House):
    """And as many requests made as were meant to be, errors among them."""
    assert len(house.canaries) >= LEAST, sorted(house.canaries)
    assert len(house.heard) >= 200
    assert house.children, "no child process was seen: its environment was not looked at"


def test_no_secret_lies_anywhere(house: House):
    """State directory, database behind its encryption, log, temporary files, answers, children's environment."""
    assert search(house) == []


def test_the_search_looks_where_it_says(house: House):
    """A secret in any spelling, within a longer text, at any offset."""
    for before in ("", "a", "ab", "abc"):
        for spelling, texts in spellings("Canary+secret of mine=").items():
            whole = {
                "base64": base64.b64encode((before + "Canary+secret of mine=" + before).encode()),
                "hexadecimal": (before + "Canary+secret of mine=").encode().hex().encode(),
            }.get(spelling)
            assert whole is None or any(text in whole for text in texts), (before, spelling)


@pytest.mark.parametrize("leak", [leak.__name__ for leak in LEAKS])
def test_a_build_that_leaks_is_found_out(tmp_path: Path, leak: str):
    """So that an empty search means something."""
    found = search(live_through(tmp_path, mutant=leak, actions=60))
    assert {"calendar secret", "TOTP secret"} <= {hit.canary for hit in found}
