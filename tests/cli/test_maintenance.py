"""`cally maintenance`: on, off, status; with no database at all."""

from pathlib import Path

from tests.cli.conftest import Cally


def test_it_is_switched_on_and_off(cally: Cally, state: Path):
    """And says since when, for how long, and what guests read."""
    assert cally("maintenance", "on").code == 1  # there is no state directory yet
    state.mkdir()
    assert cally("maintenance", "status").out == "Maintenance mode is off.\n"
    assert "likely until 20" in cally("maintenance", "on", "--reason", "New disk.", "--minutes", "30").out
    told = cally("maintenance", "status").out
    assert "Guests read: New disk." in told
    found = cally("maintenance", "status", "--json").json
    assert (found["on"], found["maintenance"]["reason"]) == (True, "New disk.")
    assert cally("maintenance", "off").out == "Maintenance mode is off.\n"
    assert cally("maintenance", "off").out == "Maintenance mode was off already.\n"
    assert cally("maintenance", "status", "--json").json["on"] is False


def test_nonsense_is_refused(cally: Cally, state: Path):
    """Exit 2, one sentence, and it is not on."""
    state.mkdir()
    assert cally("maintenance", "on", "--minutes", "0").code == 2
    assert cally("maintenance", "on", "--reason", "two\nlines").code == 2
    assert list(state.iterdir()) == []
