"""How hard a password is to guess, judged by zxcvbn, and what to do about it in words."""

import threading
from typing import Any

import msgspec

LONGEST_JUDGED = 72  # characters: what stands behind them only makes guessing harder, and judging slower
STRONG_ENOUGH = 3  # of 0 to 4: more than a hundred million guesses
STRONG_ENOUGH_WITH_SECOND_FACTOR = 2  # a million: no eight characters are judged higher, however random

_one_at_a_time = threading.Lock()  # zxcvbn keeps the words of whom it judges in a global


class Strength(msgspec.Struct, frozen=True, kw_only=True):
    """`score` is 0 (guessed at once) to 4; `advice` are whole sentences, empty for a strong password."""

    score: int
    advice: str = ""


def strength(password: str, *, own: tuple[str, ...] = ()) -> Strength:
    """Judge a password; `own` are words that somebody who knows its owner would try. Takes some milliseconds."""
    from zxcvbn import zxcvbn  # type: ignore[import-untyped]  # noqa: PLC0415 - heavy: imported where used

    with _one_at_a_time:
        found: dict[str, Any] = zxcvbn(password[:LONGEST_JUDGED], user_inputs=list(own), max_length=LONGEST_JUDGED)
        _forget_words()
    feedback = found["feedback"]
    sentences = [feedback.get("warning") or "", *feedback.get("suggestions", ())]
    return Strength(score=int(found["score"]), advice=" ".join(_sentence(text) for text in sentences if text))


def _forget_words() -> None:
    from zxcvbn.matching import RANKED_DICTIONARIES  # type: ignore[import-untyped]  # noqa: PLC0415 - heavy

    RANKED_DICTIONARIES.pop("user_inputs", None)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
