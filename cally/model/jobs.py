"""How urgent work is: what somebody waits for goes before what has time."""

from typing import Literal

Priority = Literal[0, 1, 2]
JobState = Literal["waiting", "running", "dead"]

AWAITED: Priority = 0  # somebody looks at their inbox for it: a sign-in letter, a confirmation, an alert
USUAL: Priority = 1
PATIENT: Priority = 2  # as good in a quarter of an hour
PRIORITIES: tuple[Priority, ...] = (AWAITED, USUAL, PATIENT)

_OF_MESSAGES: dict[str, Priority] = {"reminder": USUAL, "follow_up": PATIENT, "digest": PATIENT}


def priority_of(kind: str) -> Priority:
    """How urgent a message of that kind is: news of a booking before reminders, those before follow-ups and digests."""
    return _OF_MESSAGES.get(kind, AWAITED)
