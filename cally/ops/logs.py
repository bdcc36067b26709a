"""Log lines: one JSON object each, or text on a terminal; addresses that are secrets never get in."""

import logging
import re
import sys
from datetime import UTC, datetime
from typing import Any, TextIO

import msgspec

from cally.config import Log

SECRET_PATHS = re.compile(r"(/(?:b|p|setup|feeds)/)[A-Za-z0-9_.~-]{20,}")
SECRET_WORDS = re.compile(r"\bcally_[A-Za-z0-9_-]{8,}|(?<=://)[^\s/@:]*:[^\s/@]+(?=@)")
MASK = "…"
OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def set_up(wanted: Log | None, stream: TextIO | None = None) -> None:
    """Write log lines to standard error; None means text on a terminal and JSON elsewhere."""
    target = stream if stream is not None else sys.stderr
    kind = wanted or ("text" if target.isatty() else "json")
    handler = logging.StreamHandler(target)
    handler.setFormatter(Json() if kind == "json" else Text())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for chatty in ("_granian", "granian", "granian.access", "httpx", "httpx2", "apprise", "litestar"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    # it writes out the addresses that it cannot read, secrets and all; what a channel answers is kept with the message
    logging.getLogger("apprise").propagate = False


def masked(text: str) -> str:
    """The text without what would open a booking, a setup or a server."""
    return SECRET_WORDS.sub(MASK, SECRET_PATHS.sub(rf"\1{MASK}", text))


class Json(logging.Formatter):
    """`{"at", "level", "logger", "message", …facts, "trace"}` on one line; `extra=` values are the facts."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line: dict[str, Any] = {
            "at": _instant(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": masked(record.getMessage()),
        }
        line.update((key, masked(str(value))) for key, value in vars(record).items() if key not in OWN)
        if record.exc_info:
            line["trace"] = masked(self.formatException(record.exc_info))
        return msgspec.json.encode(line).decode()


class Text(logging.Formatter):
    """For people: time, level, sentence; line breaks in what was logged cannot forge a line."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and the trace of an error beneath it."""
        message = masked(record.getMessage()).replace("\r", "\\r").replace("\n", "\\n")
        line = f"{_instant(record)} {record.levelname.lower():<7} {message}"
        return f"{line}\n{masked(self.formatException(record.exc_info))}" if record.exc_info else line


def _instant(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
