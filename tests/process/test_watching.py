"""A real server watches itself: its figures are there after kill -9, and a program reads them over the wire."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from cally.store import sqlite
from tests.process.served import Served

PATIENCE_SECONDS = 180

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("watching")]


@pytest.fixture
def impatient(tmp_path: Path) -> Iterator[Served]:
    served = Served(tmp_path / "state")
    served._program = ["tests.process.impatient"]
    with served:
        yield served


def rows(served: Served) -> list[tuple[int, str]]:
    """What is kept, read beside the server."""
    key = bytes.fromhex((served.state_dir / "cally.key").read_text().strip())
    connection = sqlite.connect(served.state_dir / "cally.db", key, read_only=True)
    try:
        return list(connection.execute("SELECT at, figures FROM system_sample WHERE kind = 'minutes' ORDER BY at"))
    finally:
        connection.close()


def wait_for_rows(served: Served, more_than: int) -> list[tuple[int, str]]:
    until = time.monotonic() + PATIENCE_SECONDS
    while len(found := rows(served)) <= more_than:
        assert time.monotonic() < until, served.log()[-2_000:]
        time.sleep(0.2)
    return found


def test_figures_outlive_kill_9(impatient: Served):
    """What was kept is still there, and the next process goes on from it."""
    before = wait_for_rows(impatient, 1)
    impatient.kill()
    assert rows(impatient)[: len(before)] == before
    impatient.start()
    after = wait_for_rows(impatient, len(before))
    assert after[: len(before)] == before
    assert '"memory_bytes"' in after[-1][1]


def test_an_orderly_stop_keeps_the_rest(impatient: Served):
    """The minutes since the last row are not lost."""
    wait_for_rows(impatient, 0)
    time.sleep(1.2)
    known = rows(impatient)
    assert impatient.stop() == 0
    assert rows(impatient) != known


def test_prometheus_reads_them(impatient: Served):
    """Requests that were really made, and the process that really answered."""
    impatient.admin_token()
    printed = impatient.command("token", "create", "--account", "ada@example.com", "--scopes", "metrics:read")
    found = re.search(r"cally_[A-Za-z0-9_-]+", printed)
    assert found is not None
    with httpx2.Client(base_url=f"http://127.0.0.1:{impatient.port}", timeout=30) as client:
        for _ in range(7):
            client.get("/ada")
        text = client.get("/metrics", headers={"authorization": f"Bearer {found[0]}"}).text
    values = {
        (one.name, tuple(sorted(one.labels.items()))): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }
    assert values["cally_http_requests_total", (("part", "pages"), ("status", "2xx"))] == 7
    assert values["process_resident_memory_bytes", ()] > 20_000_000
    assert values["cally_health_status", (("check", "database"), ("status", "ok"))] == 1
    assert values["cally_recurring_job_failed", (("job", "sweep"),)] == 0
