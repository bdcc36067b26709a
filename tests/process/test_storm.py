"""The small form of `make storm`: a day without a mail server, kill -9 when it is back, and each message once."""

from pathlib import Path

import pytest

from tests.process.storm import Size, storm

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("storm")]


@pytest.mark.rule(76, 80)
async def test_no_message_is_lost_in_a_storm(tmp_path: Path) -> None:
    """Nor doubled without need, nor sent about a meeting that has begun; and health says that something is wrong."""
    found = await storm(tmp_path, Size(messages=160, steps=3, kills=2, kill_every=1.0))
    assert found.broken == {}, found
