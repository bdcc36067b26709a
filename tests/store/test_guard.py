"""The guard in the file itself: no two claims on one owner's time, whoever writes, however it is written (M1)."""

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import apsw
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlcipher3 import dbapi2 as sqlcipher

from cally.store import sqlite
from cally.store.migrate import migrate

KEY = bytes(range(32))
ALL = """
SELECT id, owner_id, kind, uid, starts_at, ends_at, buffer_before, buffer_after, session, seats, seats_taken, expires_at
FROM occupancy
"""
INSERT = """
 INTO occupancy (id, owner_id, kind, uid, starts_at, ends_at, buffer_before, buffer_after, session, seats, seats_taken,
                 expires_at)
VALUES (:id, :owner_id, :kind, :uid, :starts_at, :ends_at, :buffer_before, :buffer_after, :session, :seats,
        :seats_taken, :expires_at)
"""


class Row(NamedTuple):
    """A row of occupancy as the oracle sees it."""

    id: int
    owner_id: int
    kind: str
    uid: str
    starts_at: int
    ends_at: int
    buffer_before: int
    buffer_after: int
    session: str | None
    seats: int
    seats_taken: int
    expires_at: int | None


def clash(one: Row, other: Row) -> bool:
    """Whether two claims may not stand beside each other, worked out from rules 29 and 58 alone."""
    if one.owner_id != other.owner_id:
        return False
    if one.session is not None and one.session == other.session:
        return (one.starts_at, one.ends_at) != (other.starts_at, other.ends_at)
    first, second = sorted((one, other), key=lambda row: (row.starts_at, row.ends_at))
    gap = max(first.buffer_after, second.buffer_before)
    return second.starts_at < first.ends_at + gap


def wrong(rows: list[Row]) -> list[object]:
    """Everything that may never stand in the table."""
    found: list[object] = [pair for pair in combinations(rows, 2) if clash(*pair)]
    found += [row for row in rows if row.ends_at <= row.starts_at]
    sessions = {(row.owner_id, row.session) for row in rows if row.session is not None}
    for key in sessions:
        seats = [row for row in rows if (row.owner_id, row.session) == key]
        if sum(row.seats_taken for row in seats) > max(row.seats for row in seats):
            found.append(key)
    return found


class Writers:
    """Two programs on one file: Cally's own connection, and a stock SQLCipher that knows nothing of Cally."""

    def __init__(self, path: Path) -> None:
        self.own = sqlite.connect(path, KEY)
        self.stock = sqlcipher.connect(path, isolation_level=None)
        self.stock.execute(f"PRAGMA key = \"x'{KEY.hex()}'\"")

    def run(self, statement: str, values: dict[str, Any], *, stock: bool) -> bool:
        """Whether the database took it."""
        try:
            (self.stock if stock else self.own).execute(statement, values)
        except (apsw.ConstraintError, sqlcipher.IntegrityError):
            return False
        return True

    def rows(self) -> list[Row]:
        """What stands in the table."""
        return [Row(*row) for row in self.own.execute(ALL)]

    def clear(self) -> None:
        """Begin anew."""
        self.own.execute("DELETE FROM occupancy")

    def close(self) -> None:
        """Let go of the file."""
        self.stock.close()
        self.own.close()


@pytest.fixture
def writers(tmp_path: Path) -> Iterator[Writers]:
    """An empty, migrated file with both programs on it."""
    made = sqlite.connect(tmp_path / "cally.db", KEY)
    migrate(made)
    made.close()
    both = Writers(tmp_path / "cally.db")
    yield both
    both.close()


def claim(**changes: Any) -> dict[str, Any]:
    """A claim of owner 1 from 100 to 110, as `changes` say."""
    usual: dict[str, Any] = {
        "id": 1,
        "owner_id": 1,
        "kind": "booking",
        "uid": "a",
        "starts_at": 100,
        "ends_at": 110,
        "buffer_before": 0,
        "buffer_after": 0,
        "session": None,
        "seats": 1,
        "seats_taken": 1,
        "expires_at": None,
    }
    return usual | changes


@st.composite
def claims(draw: st.DrawFn) -> dict[str, Any]:
    """Claims that are close together, so that they often clash."""
    starts_at = draw(st.integers(0, 40))
    session = draw(st.sampled_from([None, None, "s", "t"]))
    kind = draw(st.sampled_from(["booking", "hold", "block"]))
    return {
        "id": draw(st.one_of(st.none(), st.integers(-2, 6))),
        "owner_id": draw(st.integers(1, 2)),
        "kind": kind,
        "uid": draw(st.sampled_from("abcdef")),
        "starts_at": starts_at,
        "ends_at": starts_at + draw(st.integers(-1, 12)),
        "buffer_before": draw(st.sampled_from([0, 0, 3, 9])),
        "buffer_after": draw(st.sampled_from([0, 0, 3, 9])),
        "session": session,
        "seats": 1 if session is None else draw(st.integers(1, 4)),
        "seats_taken": draw(st.integers(1, 2)),
        "expires_at": draw(st.integers(0, 9)) if kind == "hold" else None,
    }


VERBS = ["INSERT", "INSERT OR REPLACE", "INSERT OR IGNORE", "INSERT OR FAIL", "INSERT OR ROLLBACK", "REPLACE"]
CHANGES = [
    "starts_at = :starts_at, ends_at = :ends_at",
    "starts_at = starts_at + 5, ends_at = ends_at + 5",
    "buffer_before = :buffer_before, buffer_after = :buffer_after",
    "session = :session, seats = :seats",
    "session = NULL, seats = 1",
    "owner_id = :owner_id",
    "id = :other",
    "uid = :uid",
    "seats_taken = :seats_taken",
]
inserts = st.tuples(st.just("insert"), st.sampled_from(VERBS), st.just(""), claims(), st.booleans())
upserts = st.tuples(st.just("upsert"), st.just("INSERT"), st.sampled_from(CHANGES[:2]), claims(), st.booleans())
updates = st.tuples(
    st.just("update"),
    st.sampled_from(["UPDATE", "UPDATE OR REPLACE", "UPDATE OR IGNORE", "UPDATE OR FAIL"]),
    st.sampled_from(CHANGES),
    claims(),
    st.booleans(),
)
deletes = st.tuples(st.just("delete"), st.just("DELETE"), st.just(""), claims(), st.booleans())
steps = st.lists(st.one_of(inserts, inserts, upserts, updates, deletes), max_size=25)


def perform(writers: Writers, step: tuple[str, str, str, dict[str, Any], bool]) -> None:
    what, verb, change, values, stock = step
    if what == "insert":
        writers.run(verb + INSERT, values, stock=stock)
    elif what == "upsert":
        writers.run(f"{verb}{INSERT} ON CONFLICT DO UPDATE SET {change}", values, stock=stock)
    elif what == "update":
        where = "" if values["seats_taken"] == 2 else " WHERE id = :id"
        statement = f"{verb} occupancy SET {change}{where}"
        writers.run(statement, values | {"other": values["ends_at"] % 7, "id": values["id"] or 1}, stock=stock)
    else:
        writers.run("DELETE FROM occupancy WHERE uid = :uid", values, stock=stock)


@pytest.mark.rule(29, 47, 48, 58)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
@example(
    steps=[
        ("insert", "INSERT", "", claim(id=-1, uid="a"), False),
        ("insert", "INSERT", "", claim(id=None, uid="b"), False),
    ]
)
@example(
    steps=[
        ("insert", "INSERT", "", claim(id=1, uid="a", session="s", seats=4, starts_at=0, ends_at=10), False),
        (
            "insert",
            "INSERT",
            "",
            claim(id=2, uid="b", session="s", seats=4, starts_at=0, ends_at=10, buffer_after=9),
            True,
        ),
        ("insert", "INSERT", "", claim(id=3, uid="c", starts_at=12, ends_at=20), True),
    ]
)
def test_nothing_written_by_anybody_makes_two_claims_overlap(writers: Writers, steps: list[Any]):
    """After any statements of two programs, plain or with any conflict clause, the oracle finds nothing wrong."""
    writers.clear()
    for step in steps:
        perform(writers, step)
        assert wrong(writers.rows()) == []


@pytest.mark.rule(47, 58)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=st.lists(claims(), max_size=12))
def test_nothing_is_refused_without_reason(writers: Writers, wanted: list[dict[str, Any]]):
    """A new claim is taken exactly when the oracle finds nothing wrong with it among the others."""
    writers.clear()
    for number, values in enumerate(wanted):
        new = values | {"id": number + 1, "uid": str(number)}
        before = writers.rows()
        session = (new["owner_id"], new["session"])
        others = sum(row.seats_taken for row in before if row.session and (row.owner_id, row.session) == session)
        full = new["session"] is not None and others + new["seats_taken"] > new["seats"]
        fine = wrong([*before, Row(**new)]) == [] and not full
        assert writers.run("INSERT" + INSERT, new, stock=number % 2 == 0) is fine


@pytest.mark.rule(29)
@pytest.mark.parametrize(("starts_at", "taken"), [(119, False), (120, True), (129, True)])
def test_the_larger_buffer_counts_and_no_more(writers: Writers, starts_at: int, taken: bool):
    """Ten after the first and five before the second keep ten apart, not fifteen."""
    writers.run("INSERT" + INSERT, claim(buffer_after=10), stock=False)
    later = claim(id=2, uid="b", starts_at=starts_at, ends_at=starts_at + 5, buffer_before=5)
    assert writers.run("INSERT" + INSERT, later, stock=True) is taken


@pytest.mark.rule(58)
def test_the_last_seat_is_the_last(writers: Writers):
    """Three seats take three guests; the fourth is refused by the database."""
    for number in range(4):
        seat = claim(id=number + 1, uid=str(number), session="s", seats=3)
        assert writers.run("INSERT" + INSERT, seat, stock=number % 2 == 0) is (number < 3)


@pytest.mark.parametrize("count", [10_000])
def test_the_guard_looks_at_neighbours_only(writers: Writers, count: int):
    """An insert among many claims walks the index, not the table."""
    own = writers.own
    own.execute("BEGIN")
    for number in range(count):
        values = claim(id=number + 1, uid=str(number), starts_at=number * 20, ends_at=number * 20 + 10)
        own.execute("INSERT" + INSERT, values)
    own.execute("COMMIT")
    before = own.status(apsw.SQLITE_DBSTATUS_CACHE_HIT)[0] + own.status(apsw.SQLITE_DBSTATUS_CACHE_MISS)[0]
    own.execute("INSERT" + INSERT, claim(id=count + 1, uid="new", starts_at=count * 10 + 11, ends_at=count * 10 + 19))
    after = own.status(apsw.SQLITE_DBSTATUS_CACHE_HIT)[0] + own.status(apsw.SQLITE_DBSTATUS_CACHE_MISS)[0]
    assert after - before < 200
