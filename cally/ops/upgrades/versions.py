"""Which of two versions is the newer one: numbers parted by dots, and what comes before a release."""

import re

SHAPE = re.compile(r"(\d{1,6}(?:\.\d{1,6}){0,4})(?:(a|b|rc)(\d{1,6}))?(?:\.dev(\d{1,6}))?")
BEFORE = {"a": 0, "b": 1, "rc": 2}
RELEASE = 3
Rank = tuple[tuple[int, ...], int, int, int, int]


def rank(version: str) -> Rank | None:
    """What versions are compared by (a part of PEP 440); None for what is no version."""
    found = SHAPE.fullmatch(version)
    if found is None:
        return None
    numbers = [int(part) for part in found[1].split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    stage = BEFORE[found[2]] if found[2] else RELEASE
    is_final, dev = (0, int(found[4])) if found[4] else (1, 0)
    if found[4] and not found[2]:
        stage = -1  # a development version comes before every alpha
    return tuple(numbers), stage, int(found[3] or 0), is_final, dev


def is_newer(version: str, than: str) -> bool:
    """Whether a version is newer; what is no version never is."""
    one, other = rank(version), rank(than)
    return one is not None and other is not None and one > other
