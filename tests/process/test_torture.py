"""A short torture in every test run; `make torture` is the long one."""

from pathlib import Path

import pytest

from tests.process import cuts, kills, mutants

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("process")]


@pytest.mark.rule(49)
async def test_kill_9_while_guests_book_breaks_no_promise(tmp_path: Path):
    """No acknowledged booking lost, no overlap, booking, message and entry belong together, one key one booking."""
    figures = await kills.kill(tmp_path, kills=4, seed=7)
    assert figures.violations == {}
    assert figures.acknowledged > 20


def test_a_power_cut_at_any_moment_breaks_no_promise(tmp_path: Path):
    """Whatever the disk kept of what was not synced."""
    assert set(cuts.cut(tmp_path, images=40, seed=7, mutant=mutants.none)) == {"kept"}


@pytest.mark.parametrize("mutant", mutants.MUTANTS, ids=lambda mutant: mutant.__name__)
def test_the_oracle_sees_what_is_broken(tmp_path: Path, mutant):
    """A build that syncs too little, lets claims overlap, or parts what belongs together does not pass."""
    assert set(cuts.cut(tmp_path, images=30, seed=7, mutant=mutant)) - {"kept"}
