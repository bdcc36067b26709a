"""Growth is told from warm-up, from one odd hour, and from what comes back."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cally.model.samples import Point
from cally.ops.memory.growth import MIB, growth, judged
from cally.ops.memory.watching import limit_bytes, used_bytes
from tests.cast import HOUR, NOW

STEP = 300
STARTED = NOW - 10 * HOUR


def points(shape: Callable[[float], float], hours: float = 8) -> list[Point]:
    """A row each five minutes up to now; `shape` gives MiB by the hours since they began."""
    number = round(hours * HOUR / STEP)
    return [Point(NOW - (number - 1 - n) * STEP, STEP, round(shape(n * STEP / HOUR) * MIB), 0) for n in range(number)]


def verdict(shape: Callable[[float], float], *, hours: float = 8, started_at: int = STARTED) -> tuple[str, str]:
    found = growth(points(shape, hours), started_at=started_at, now=NOW)
    last = round(shape(hours) * MIB)
    return judged(found, used_bytes=last, limit_bytes=4_096 * MIB)


def test_a_leak_is_told_with_its_figures():
    """Ten MiB an hour, from what to what, over how long."""
    status, said = verdict(lambda hour: 100 + 10 * hour)
    assert status == "degraded"
    assert "each hour 10 MB more: it never used less than 105 MB, within 8 hours that has become 161 MB." in said


def test_a_slow_leak_is_told_after_days():
    """A few MiB an hour do not show within a night."""
    assert verdict(lambda hour: 100 + 4.5 * hour, hours=48, started_at=NOW - 60 * HOUR)[0] == "degraded"
    assert verdict(lambda hour: 100 + 4.5 * hour)[0] == "ok"


@pytest.mark.parametrize(
    "shape",
    [
        lambda hour: 100.0,
        lambda hour: 100 + 1.0 * hour,  # less than any day would notice
        lambda hour: 60 + min(hour, 5) * 30,  # it came to rest
        lambda hour: 100 + (400 if 4 < hour < 4.5 else 0),  # an odd half hour
        lambda hour: 100 + 80 * (hour % 2),  # what a collection takes back
        lambda hour: 300 - 20 * hour,
    ],
    ids=["steady", "slow", "rested", "odd", "teeth", "falling"],
)
def test_what_is_no_leak_alarms_nobody(shape: Callable[[float], float]):
    """However it looks at one moment."""
    assert verdict(shape)[0] == "ok"


def test_warm_up_does_not_count():
    """A process that has just started grows, and that is all right."""
    assert verdict(lambda hour: 60 + 100 * hour, hours=3, started_at=NOW - 3 * HOUR) == (
        "ok",
        "Cally uses 377 MB of memory.",
    )
    assert growth(points(lambda hour: 60 + 100 * hour, 2), started_at=NOW - 2 * HOUR, now=NOW) is None


def test_what_an_earlier_process_used_does_not_count():
    """The history goes on over a restart, growth does not."""
    found = growth(points(lambda hour: 500 if hour < 3 else 100 + 10 * hour), started_at=NOW - 5 * HOUR, now=NOW)
    assert found is not None
    assert found.from_bytes < 200 * MIB


@pytest.mark.parametrize(("share", "status"), [(0.5, "ok"), (0.85, "degraded"), (0.97, "failing")])
def test_near_its_limit_it_alarms_however_it_got_there(share: float, status: str):
    """Beyond it the system ends the process."""
    assert judged(None, used_bytes=round(share * 512 * MIB), limit_bytes=512 * MIB)[0] == status


def test_the_least_limit_of_all_groups_counts(tmp_path: Path):
    """A service's own group, or one above it."""
    cgroup = tmp_path / "cgroup"
    cgroup.write_text("0::/system.slice/cally.service\n")
    groups = tmp_path / "groups"
    service = groups / "system.slice" / "cally.service"
    service.mkdir(parents=True)
    (service / "memory.max").write_text("max\n")
    (service.parent / "memory.max").write_text(f"{256 * MIB}\n")
    assert limit_bytes(cgroup, groups) == 256 * MIB
    assert (limit_bytes(tmp_path / "none", groups) or 0) > 256 * MIB
    assert used_bytes() > MIB
