"""What work that is done later may say instead of being done: try again, or never."""


class TryAgain(Exception):  # noqa: N818 - it is an instruction to the worker, not a fault
    """The work is still to do, in so many seconds; `counted=False` when this was no attempt at all.

    Whoever raises it decides when to give up; the worker obeys for ever.
    """

    def __init__(self, after_seconds: int, reason: str, *, counted: bool = True) -> None:
        super().__init__(reason)
        self.after_seconds = after_seconds
        self.reason = reason
        self.counted = counted


class NotTaken(Exception):  # noqa: N818 - the expected "no" of a mail server or channel
    """The other side did not take a message; `answer` is what it said, free of secrets."""

    def __init__(self, answer: str, *, permanent: bool) -> None:
        super().__init__(answer)
        self.answer = answer
        self.permanent = permanent
