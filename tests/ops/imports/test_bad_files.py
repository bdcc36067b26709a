"""What is wrong with a file is said by its line, and nothing of it comes: reading writes nothing at all."""

import gzip
import io
import json
import zipfile
from typing import Any

import pytest

from cally.errors import CallyError
from cally.ops.imports import apart, files, sql_dump
from cally.ops.imports.apart import Wish, read_apart
from tests.ops.imports.read import bundle, dumped, fault


def _text() -> bytes:
    return dumped()[0].text().encode()


def test_a_dump_that_ends_too_early_is_refused():
    """Within the rows of a table."""
    whole = _text()
    sentence = fault(whole[: whole.index(b"Ben Okri")].rpartition(b"\n")[0] + b"\n")
    assert "ends within the rows of “users”" in sentence


def test_a_row_with_too_few_values_is_named_by_its_line():
    """A tab was lost."""
    lines = _text().split(b"\n")
    number = next(index for index, line in enumerate(lines) if b"ada@example.com" in line)
    lines[number] = lines[number].replace(b"\t", b" ", 1)
    assert fault(b"\n".join(lines)).startswith(f"Line {number + 1}: 16 values for the 17 columns of “users”")


def test_other_forms_of_a_dump_say_what_to_do():
    """PostgreSQL's own format, a tar of it, and INSERT statements."""
    assert "pg_restore -f dump.sql cal.dump" in fault(b"PGDMP\x01\x0e\x00" + bytes(100), "cal.dump")
    assert "pg_restore" in fault(bytes(257) + b"ustar" + bytes(100), "cal.tar")
    inserts = b"-- PostgreSQL database dump\nINSERT INTO public.users (id, email) VALUES (1, 'ada@example.com');\n"
    assert "without --inserts" in fault(inserts)


def test_a_dump_in_another_encoding_names_the_line():
    """Latin-1 is not guessed at."""
    assert "is not UTF-8" in fault(_text().replace(b"Ada Lovelace", b"Ad\xe9 Lovelace"))


def test_a_line_without_an_end_is_not_read_on(monkeypatch: pytest.MonkeyPatch):
    """Memory is bounded."""
    monkeypatch.setattr(sql_dump, "MOST_LINE", 2_000)
    assert "is longer than" in fault(b"-- PostgreSQL database dump\n" + b"x" * 10_000)


def test_a_packed_dump_is_read_and_a_damaged_one_refused():
    """`.gz` is told by its first bytes."""
    packed = gzip.compress(_text())
    assert len(bundle(packed).hosts) == 3
    assert fault(packed[: len(packed) // 2]) == "The compressed file is damaged."


def test_a_zip_that_would_fill_the_machine_is_refused(monkeypatch: pytest.MonkeyPatch):
    """What it says of its sizes is not believed; neither are too many files, locks and damage."""
    monkeypatch.setattr(files, "MOST_BYTES", 1_000_000)
    assert "holds more than 1 MB" in fault(_zip({"a.json": b"[" + b" " * 2_000_000 + b"]"}))
    monkeypatch.setattr(files, "MOST_MEMBERS", 3)
    assert "more than 3 files" in fault(_zip({f"{number}.json": b"[]" for number in range(5)}))
    whole = _zip({"a.json": b"[]" * 1_000})
    assert fault(whole[:60]) == "The archive is damaged."


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"users": [', "line 1: this is not JSON"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "nested too deeply, or holds a number"),
        (b"\xff\xfe{}", "neither a dump"),
        (b"{}", "Nothing that can come over"),
        (b"hello", "neither a dump"),
        (b"", "neither a dump"),
        (b'{"format": "cally-configuration", "version": 99}', "version 99"),
        (b'{"format": "cally-configuration", "version": 1, "hosts": [{"key": 1}]}', "$.hosts[0]"),
    ],
)
def test_what_is_no_such_file_is_said(content: bytes, said: str):
    """In one sentence."""
    assert said in fault(content)


HOST = {"key": "eve@example.com", "email": "eve@example.com", "name": "Eve"}


@pytest.mark.parametrize(
    ("things", "said"),
    [
        ({"hosts": [HOST, HOST | {"name": "Eve\r\nBcc: x@y.z"}]}, "$.hosts[1].name: "),
        ({"hosts": [HOST | {"tz": "../../etc/passwd"}]}, "$.hosts[0].tz: "),
        ({"hosts": [HOST | {"about": "x" * 9_000}]}, "$.hosts[0].about: "),
        ({"hosts": [HOST | {"key": "ada@example.com"}]}, "$.hosts[0].key: "),
        ({"hosts": [{"key": "EVE@Example.com", "email": "EVE@Example.com", "name": "Eve"}]}, "$.hosts[0].email: "),
        ({"hosts": [HOST | {"caps": [{"per": "day", "bookings": -1}]}]}, "$.hosts[0].caps"),
        ({"teams": [{"key": "1", "name": "A\nteam"}]}, "$.teams[0].name: "),
        (
            {"time_off": [{"key": "1", "host": "eve@example.com", "first_on": "2026-12-24", "last_on": "2026-12-01"}]},
            "$.time_off[0].last_on: ",
        ),
    ],
)
def test_a_configuration_that_somebody_wrote_into_is_refused(things: dict[str, Any], said: str):
    """Whatever no form here would take: nothing of it is kept unseen, and no key leads to somebody else's account."""
    assert said in fault(_configuration(things))


def test_no_booking_comes_by_a_configuration():
    """They are none of it; one would be kept with a guest whom no form has seen."""
    booking = {
        "key": "1",
        "host": "eve@example.com",
        "event_type": "1",
        "status": "confirmed",
        "starts_at": 0,
        "ends_at": -5,
        "created_at": 0,
        "guest": {"name": "x\r\nBcc: a@b.c", "email": "nobody", "tz": "Nowhere", "locale": "en"},
    }
    assert bundle(_configuration({"hosts": [HOST], "bookings": [booking]})).bookings == ()


def _configuration(things: dict[str, Any]) -> bytes:
    return json.dumps({"format": "cally-configuration", "version": 1, **things}).encode()


def test_a_bad_value_leaves_out_its_row_alone():
    """With the line, the column and what stood there; the others come."""
    text = _text().replace(b"\t2026-12-21 00:00:00\t", b"\tsoon\t")
    found = bundle(text)
    assert found.time_off[0].first_on.year == 2025
    note = next(one for one in found.notes if one.noun == "time off")
    assert "“start” should be a date, not “soon”." in note.sentence
    assert note.where.startswith("line ")


def test_hostile_words_lose_their_teeth():
    """Tags, scripts, line breaks and overrides of direction in names; endless ones are cut."""
    rows = json.dumps(
        {
            "users": [
                {
                    "id": 1,
                    "email": "eve@example.com",
                    "name": "E\u202eve\r\nBcc: x@y.z" + "x" * 5_000,
                    "username": "eve",
                }
            ],
            "event_types": [
                {
                    "id": 1,
                    "userId": 1,
                    "slug": "../../admin",
                    "title": "=HYPERLINK(1)",
                    "length": 30,
                    "description": "<img src=x onerror=alert(1)>Hi<style>*{}</style><script>1</script>",
                    "locations": [{"type": "link", "link": "javascript:alert(1)"}],
                }
            ],
        }
    ).encode()
    found = bundle(rows)
    assert found.hosts[0].name.startswith("Eve Bcc: x@y.z")
    assert len(found.hosts[0].name) <= 100
    assert (found.event_types[0].description, found.event_types[0].places) == ("Hi", ())


async def test_an_upload_is_read_in_a_process_of_its_own():
    """What it finds is the same; a fault comes back as its sentence; who takes too long is cut short."""
    _, found = dumped()
    assert await read_apart(Wish(name="cal.sql"), _text()) == found
    with pytest.raises(CallyError, match="neither a dump"):
        await read_apart(Wish(name="x"), b"hello")


async def test_a_file_that_takes_too_much_is_sent_to_the_command_line(monkeypatch: pytest.MonkeyPatch):
    """More than the browser's door can carry."""
    monkeypatch.setattr(apart, "MOST_ANSWER_BYTES", 100)
    with pytest.raises(CallyError, match="by `cally import` at the machine"):
        await read_apart(Wish(name="cal.sql"), _text())


def _zip(content: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in content.items():
            packed.writestr(name, text)
    return out.getvalue()
