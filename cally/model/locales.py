"""Language tags: the shape that browsers and people write them in."""

import re

from cally.errors import invalid

TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")


def locale_tag(text: str, field: str = "locale") -> str:
    """A language tag such as `en`, `pt-BR` or `zh-Hans` (RFC 5646 2.1). Raises `invalid` for another shape."""
    tag = text.strip().replace("_", "-")
    if not TAG.fullmatch(tag):
        raise invalid(field, "This is not a language; it should look like “en” or “pt-BR”.")
    return tag
