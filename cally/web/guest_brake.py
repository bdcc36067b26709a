"""The brake on guests, where the doors have known it."""

from cally.brakes.guests import BURST, LIVE_HOLDS, PER_SECOND, GuestBrake

__all__ = ["BURST", "LIVE_HOLDS", "PER_SECOND", "GuestBrake"]
