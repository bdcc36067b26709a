"""The audit log as a file: JSON Lines for programs, CSV that a spreadsheet cannot take for formulas."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Literal

import msgspec

from cally.model.audit import AuditFilter
from cally.model.messages import AuditEntry
from cally.store import Reader, audit

Kind = Literal["csv", "jsonl"]
KINDS: tuple[Kind, ...] = ("csv", "jsonl")
COLUMNS = ("id", "at", "actor", "account_id", "for_id", "address", "tag", "subject", "facts")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # the wide ones count in East Asia
PAGE = 1_000


async def export(db: Reader, kind: Kind, wanted: AuditFilter) -> AsyncIterator[str]:
    """The entries that are wanted, the latest first, as pieces of text."""
    if kind == "csv":
        yield _line(COLUMNS)
    before: int | None = None
    while found := await audit.list_latest(db, before=before, limit=PAGE, wanted=wanted):
        before = found[-1].id
        yield "".join(_line(_cells(entry)) if kind == "csv" else _json(entry) for entry in found)


def plain(entry: AuditEntry) -> dict[str, object]:
    """An entry as programs read it: ids are text, the instant is RFC 3339."""
    return {
        "id": str(entry.id),
        "at": datetime.fromtimestamp(entry.at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "actor": entry.actor,
        "account_id": None if entry.account_id is None else str(entry.account_id),
        "for_id": None if entry.for_id is None else str(entry.for_id),
        "address": entry.address,
        "tag": entry.tag,
        "subject": entry.subject,
        "facts": entry.facts,
    }


def cell(text: str) -> str:
    """What a spreadsheet shows as it stands: a beginning that would make it a formula is quoted with an apostrophe."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _json(entry: AuditEntry) -> str:
    return msgspec.json.encode(plain(entry)).decode() + "\n"


def _cells(entry: AuditEntry) -> list[str]:
    said = plain(entry) | {"facts": msgspec.json.encode(entry.facts).decode()}
    return ["" if said[column] is None else cell(str(said[column])) for column in COLUMNS]


def _line(cells: tuple[str, ...] | list[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue()
