"""A calendar's file from its address, asked for only if it has changed; every failure in the host's words."""

from http import HTTPStatus

import msgspec

from cally.calendars.unreadable import UnreadableError
from cally.errors import CallyError
from cally.notify import outgoing

ACCEPT = "text/calendar, text/plain;q=0.5, */*;q=0.1"
LONGEST_VALIDATOR = 1_000
LONGEST_PAUSE_SECONDS = 6 * 3_600
HINTS = {
    401: "it wants a sign-in; use the calendar's secret address",
    403: "it refuses to show the calendar",
    404: "there is no calendar at this address",
    410: "the calendar has been taken away",
    429: "it was asked too often",
}


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """What an address answered; `data` is None when nothing has changed since the validators were given."""

    data: bytes | None
    etag: str = ""
    last_modified: str = ""


class FetchError(UnreadableError):
    """The address gave no calendar; `pause_seconds` is how long it wants to be left alone."""

    def __init__(self, sentence: str, pause_seconds: int = 0) -> None:
        super().__init__(sentence)
        self.pause_seconds = pause_seconds


async def fetch(
    address: str,
    *,
    etag: str,
    last_modified: str,
    allowed: tuple[str, ...],
    limits: outgoing.Limits = outgoing.Limits(),  # noqa: B008 - frozen
) -> Fetched:
    """The file at an address, unless it is as the validators (each may be empty) say; raises `FetchError`."""
    headers = {"accept": ACCEPT, "user-agent": "Cally"}
    if etag:
        headers["if-none-match"] = etag
    if last_modified:
        headers["if-modified-since"] = last_modified
    try:
        answer = await outgoing.get(address, headers=headers, allowed=allowed, limits=limits)
    except CallyError as error:
        raise FetchError(error.sentence) from error
    if answer.status == HTTPStatus.NOT_MODIFIED and (etag or last_modified):
        return Fetched(data=None, etag=etag, last_modified=last_modified)
    if answer.status != HTTPStatus.OK:
        raise _failure(answer)
    return Fetched(data=answer.body, etag=_validator(answer, "etag"), last_modified=_validator(answer, "last-modified"))


def _failure(answer: outgoing.Received) -> FetchError:
    told = HINTS.get(answer.status) or ("it has a fault" if answer.status >= 500 else "that is no calendar")
    pause = answer.headers.get("retry-after", "")
    seconds = min(int(pause), LONGEST_PAUSE_SECONDS) if pause.isdecimal() and len(pause) < 10 else 0
    return FetchError(f"The address answered {answer.status}: {told}.", seconds)


def _validator(answer: outgoing.Received, name: str) -> str:
    value = answer.headers.get(name, "")
    return value if value.isascii() and len(value) <= LONGEST_VALIDATOR else ""
