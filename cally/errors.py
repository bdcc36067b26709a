"""The one error type that crosses rooms: a code for programs, a sentence for people, facts for both."""

from typing import Any


class CallyError(Exception):
    """Something that cannot be done, said once.

    `code` is stable and machine-readable (`not_found`, `invalid`, …); each door maps it to a status exactly once.
    `sentence` says what was wrong and what would be right. `facts` (JSON-able) carry the particulars: `field=` names
    the input at fault for `invalid`.
    """

    def __init__(self, code: str, sentence: str, **facts: Any) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.facts = facts


def not_found(what: str) -> CallyError:
    """The thing does not exist, or whoever asks may not know that it does."""
    return CallyError("not_found", f"There is no such {what}.")


def invalid(field: str, sentence: str) -> CallyError:
    """The input named `field` cannot be accepted as it is."""
    return CallyError("invalid", sentence, field=field)
