"""An unexpected error in a real process: whoever asked is told a code, and it leads to the entry after the stop."""

import asyncio
from pathlib import Path

from tests.process.asking import Caller
from tests.process.served import Served


async def test_the_code_of_an_answer_leads_to_the_entry_after_a_stop(tmp_path: Path):
    """What was heard in the last seconds is written at an orderly stop; a shell shows where it failed."""
    room, state = tmp_path / "room", tmp_path / "state"
    room.write_text("9000")
    served = Served(state, CALLY_LOG_DIR=str(tmp_path / "logs"))
    served._program = ["tests.process.little_room", str(room)]
    await asyncio.to_thread(served.start)
    try:
        room.write_text("of cleo@example.org")  # what the system says of the disk cannot be understood any more
        caller = Caller(served.port)
        answer = await caller.get("/api/health")
        caller.close()
        assert answer.status == 500
        code = answer.json()["error_id"]
        await asyncio.to_thread(served.stop)
    finally:
        served.__exit__(None, None, None)
    shown = served.command("errors", "show", code)
    assert "During:    GET /api/health" in shown
    assert "ValueError: invalid literal for int() with base 10: ‹text›" in shown
    assert "cleo" not in shown
    assert f'"error_id":"{code}"' in (tmp_path / "logs" / "cally.log").read_text()
