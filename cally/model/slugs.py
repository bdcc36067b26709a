"""Slugs: the part of a public address that a host chooses for themselves or an event type."""

import re
import unicodedata

from cally.errors import invalid

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
LONGEST = 60
LONGEST_TYPED = 500  # characters of a name that a suggestion looks at
WORDS = """
about admin answer api app assets b booking book cally docs embed favicon feeds health help host hosts invitation login
logout manifest media metrics oauth offline p privacy reminders reset robots security settings setup sign-in sign-out
sign-up static status team teams terms theme verify w webhooks www
"""
RESERVED = frozenset(WORDS.split())


def slug(text: str, field: str = "slug") -> str:
    """A slug as it stands in an address: 1–60 of `a-z`, `0-9` and `-`, no hyphen at an end. Raises `invalid`."""
    name = text.strip()
    if not SLUG.fullmatch(name):
        example = slug_from(name) or "intro-call"
        sentence = f"Use up to {LONGEST} small letters a–z, digits and hyphens, like “{example}”."
        raise invalid(field, sentence)
    return name


def host_slug(text: str, field: str = "slug") -> str:
    """A host's slug, `/{slug}`: also none of the addresses that Cally itself answers. Raises `invalid`."""
    name = slug(text, field)
    if name in RESERVED:
        raise invalid(field, f"The address “{name}” is used by Cally itself; please choose another one.")
    return name


def slug_from(name: str) -> str:
    """A slug suggested by a name, `Åsa Öberg` → `asa-oberg`; empty when nothing of it can be kept."""
    plain = unicodedata.normalize("NFKD", name[:LONGEST_TYPED].replace("ß", "ss")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:LONGEST].rstrip("-")
