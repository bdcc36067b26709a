"""Log lines: one JSON object each, or text on a terminal; addresses that are secrets never get in."""

import logging
import re
import sys
import unicodedata
from datetime import UTC, datetime
from typing import Any, TextIO

import msgspec

from cally.config import Log

SECRET_PATHS = re.compile(r"(/(?:b|p|setup|feeds)/)[A-Za-z0-9_.~-]{20,}")
SECRET_WORDS = re.compile(r"\bcally_[A-Za-z0-9_-]{8,}|(?<=://)[^\s/@:]*:[^\s/@]+(?=@)")
MASK = "…"
LINE_ENDS = re.compile("[\x7f-\x9f\u2028\u2029]")
UNSHOWN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # also what turns the direction of a line
OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def set_up(wanted: Log | None, stream: TextIO | None = None) -> None:
    """Write log lines to standard error; None means text on a terminal and JSON elsewhere."""
    target = stream if stream is not None else sys.stderr
    kind = wanted or ("text" if target.isatty() else "json")
    handler = logging.StreamHandler(target)
    handler.setFormatter(Json() if kind == "json" else Text())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for chatty in ("_granian", "granian", "granian.access", "httpx", "httpx2", "asyncssh", "apprise", "litestar"):
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
        return _whole_line(msgspec.json.encode({key: _writable(value) for key, value in line.items()}).decode())


class Text(logging.Formatter):
    """For people: time, level, sentence; nothing that was logged can forge a line or steer the terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and the trace of an error beneath it."""
        line = f"{_instant(record)} {record.levelname.lower():<7} {_shown(masked(record.getMessage()))}"
        if not record.exc_info:
            return line
        trace = masked(self.formatException(record.exc_info)).split("\n")
        return "\n".join([line, *(_shown(one) for one in trace)])


def _shown(text: str) -> str:
    """Every character that a terminal or a reader of lines would act on, as its escape."""
    return "".join(c if c == "\t" or unicodedata.category(c) not in UNSHOWN else ascii(c)[1:-1] for c in text)


def _writable(text: str) -> str:
    """Half characters, which no file can hold, as their escapes: a line is never lost for them."""
    return text.encode("utf-8", "backslashreplace").decode()


def _whole_line(text: str) -> str:
    """The JSON without the line ends that it may hold as they are; some readers of lines split there."""
    return LINE_ENDS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _instant(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
