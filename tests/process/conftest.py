"""A served instance of Ada's, on a port and a state directory of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.process.served import Served


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with Served(tmp_path / "state") as running:
        yield running


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One instance for all tests of a module that only ask."""
    with Served(tmp_path_factory.mktemp("standing") / "state") as running:
        yield running
