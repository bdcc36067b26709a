"""The short forms of `make faults`: each fault once, and nothing that was promised is broken."""

from typing import Any

import pytest

from tests.process.faults.__main__ import inflicted

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]

SHORT = ("full_disk", "failing_sync", "failing_write", "stopping", "clocks", "bit_rot")


@pytest.mark.parametrize("fault", SHORT)
def test_no_promise_is_broken_by(fault: str) -> None:
    """A machine that cannot make the fault says so: no mounts of one's own, no tracing, no faketime."""
    found: dict[str, Any] = inflicted(fault, quick=True)
    if "left_out" in found:
        pytest.skip(found["left_out"])
    assert found["broken"] == {}, found
