"""What is said of an endpoint beside what it does: an example, and that it will go."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import msgspec

POLICY = "/api/v1/docs#deprecation"


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """A request that works: `query` behind the question mark, the body as plain values (None: it has none).

    `tests/web/examples.py` knows what stands in the path; a test sends each example and keeps what is answered.
    """

    query: Mapping[str, str] = {}
    body: Any = None


class Deprecation(msgspec.Struct, frozen=True, kw_only=True):
    """Since when an endpoint is not to be used any more, when it may go, and what stands in its place.

    `instead` is an address in the reference, `/api/v1/docs#make_booking`, empty for nothing.
    """

    since: datetime
    until: datetime
    instead: str = ""

    def headers(self) -> dict[str, str]:
        """`Deprecation` (RFC 9745), `Sunset` (RFC 8594), and links to the policy and to what stands in its place."""
        links = [f'<{POLICY}>; rel="deprecation"; type="text/html"']
        if self.instead:
            links.append(f'<{self.instead}>; rel="successor-version"; type="text/html"')
        return {
            "deprecation": f"@{int(self.since.timestamp())}",
            "sunset": format_datetime(self.until.astimezone(UTC), usegmt=True),
            "link": ", ".join(links),
        }
