"""Who stands at the door: what is known of a browser before anybody has signed in."""

import msgspec


class Visitor(msgspec.Struct, frozen=True, kw_only=True):
    """Who stands at the door: the network address, what the browser calls itself, and the secret by which it is known.

    `known_device` is the long-lived cookie of a browser that has signed in before, empty otherwise.
    """

    address: str
    device: str
    known_device: str = ""
