"""When root types, the server must still be able to write what was made."""

import os
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import pytest

from cally.cli.running import become_owner_of

NOBODY = 65_534

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as somebody else")


@pytest.fixture
def state() -> Iterator[Path]:
    """A state directory that belongs to the server's own account."""
    path = Path(mkdtemp(prefix="cally-owner-"))
    path.chmod(0o755)
    (path / "state").mkdir(0o700)
    os.chown(path / "state", NOBODY, NOBODY)
    yield path / "state"
    rmtree(path)


def test_what_root_makes_belongs_to_the_directorys_owner(state: Path):
    """The command gives root up before it opens anything, for good."""
    child = os.fork()
    if child == 0:
        become_owner_of(state)
        (state / "cally.db").touch()
        os._exit(os.geteuid() == 0 or os.getgroups() != [])
    assert os.waitpid(child, 0)[1] == 0
    assert (state / "cally.db").stat().st_uid == NOBODY
