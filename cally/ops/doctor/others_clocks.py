"""Is this machine's clock right? Compared with whoever tells the time unasked, and with a time server that is named."""

import asyncio
import re
import struct
import time
from email.utils import parsedate_to_datetime

from cally import clock
from cally.ops.doctor.findings import Finding, advice, fault, ok

NAME = "clock against others"
BEARABLE_SECONDS = 5
GRAVE_SECONDS = 60
SINCE_1900 = 2_208_988_800
DATE = re.compile(r"(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d (?:[+-]\d{4}|GMT|UTC)")
FIX = "Let systemd-timesyncd or chrony keep the clock; `timedatectl` shows how it is."


def compared(who: str, said: str) -> list[Finding]:
    """Compare with a date that stands in what somebody said (RFC 5322, to the second); nothing when none does."""
    found = DATE.search(said)
    if found is None:
        return []
    try:
        theirs = parsedate_to_datetime(found[0]).timestamp()
    except ValueError:
        return []
    return [judged(who, clock.now() - theirs)]


def judged(who: str, ahead: float) -> Finding:
    """What a difference means: `ahead` are the seconds that our clock is before theirs."""
    if abs(ahead) <= BEARABLE_SECONDS:
        return ok(NAME, f"The clock agrees with that of {who}.")
    way = "ahead of" if ahead > 0 else "behind"
    sentence = f"The clock is {abs(ahead):,.0f} seconds {way} that of {who}."
    return fault(NAME, sentence, FIX) if abs(ahead) >= GRAVE_SECONDS else advice(NAME, sentence, FIX)


async def time_server(host: str, port: int = 123) -> list[Finding]:
    """Ask a time server once (SNTP, RFC 4330)."""
    try:
        return [judged(host, await _ahead(host, port))]
    except (OSError, TimeoutError, ValueError) as error:
        why = "it does not answer" if isinstance(error, TimeoutError) else str(error) or type(error).__name__
        return [advice(NAME, f"The time server {host} could not be asked: {why}.", "Name another one with --ntp.")]


async def _ahead(host: str, port: int) -> float:
    answered: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    class Asking(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, addr: object) -> None:
            if not answered.done():
                answered.set_result(data)

        def error_received(self, exc: Exception) -> None:
            if not answered.done():
                answered.set_exception(exc)

    way, _ = await asyncio.get_running_loop().create_datagram_endpoint(Asking, remote_addr=(host, port))
    try:
        begun, sent = clock.now_exactly(), time.monotonic()
        way.sendto(b"\x23" + bytes(47))  # version 4, a client
        async with asyncio.timeout(5):
            said = await answered
        took = time.monotonic() - sent
    finally:
        way.close()
    if len(said) < 48 or said[0] & 7 != 4 or not 0 < said[1] < 16:
        raise ValueError("it does not know the time itself")
    seconds, part = struct.unpack("!II", said[40:48])
    theirs: float = seconds - SINCE_1900 + part / 2**32
    return begun + took / 2 - theirs
