"""Feeds: addresses at which calendar programs read the bookings of a host, or of a team."""

import msgspec

COLORS = ("", "royalblue", "teal", "seagreen", "goldenrod", "darkorange", "crimson", "mediumpurple", "slategray")
"""Names of CSS, as RFC 7986 wants them; empty leaves the colour to the program."""


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """What a feed shows, and to whom it belongs; its secret is kept beside it, hashed and sealed.

    With a `team_id` it shows what all hosts of the team have booked for it, for as long as the host manages the team.
    `event_types` are ids, none for all. Shown are bookings from `past_days` ago to `future_days` ahead.
    """

    id: int
    host_id: int
    team_id: int | None
    name: str
    color: str
    event_types: tuple[int, ...]
    shows_guests: bool
    shows_cancelled: bool
    past_days: int
    future_days: int
    created_at: int
    updated_at: int
    rotated_at: int | None = None
