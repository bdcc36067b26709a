"""What slows machines down and keeps strangers off: limits, proof of work, the blocklist, allow-lists."""

from cally.brakes.allow_lists import PARTS, Part, allow_only, allowed, may_enter, open_all
from cally.brakes.blocklist import block, blocked, list_blocked, unblock
from cally.brakes.blocklist import sweep as sweep_blocklist
from cally.brakes.guests import GuestBrake, Refused
from cally.brakes.limiter import Limit, Limiter, MemoryLimiter, Verdict
from cally.brakes.networks import network, wide
from cally.brakes.repeats import forget_answers, sweep_repeats
from cally.brakes.work import Guard, WorkKeeper, solved

__all__ = [
    "PARTS",
    "Guard",
    "GuestBrake",
    "Limit",
    "Limiter",
    "MemoryLimiter",
    "Part",
    "Refused",
    "Verdict",
    "WorkKeeper",
    "allow_only",
    "allowed",
    "block",
    "blocked",
    "forget_answers",
    "list_blocked",
    "may_enter",
    "network",
    "open_all",
    "solved",
    "sweep_blocklist",
    "sweep_repeats",
    "unblock",
    "wide",
]
