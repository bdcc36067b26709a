"""A time server whose clock a test decides."""

import asyncio
import struct
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

SINCE_1900 = 2_208_988_800


@asynccontextmanager
async def time_told(behind: float) -> AsyncIterator[int]:
    """The port of a server that speaks SNTP; our clock is so many seconds before its."""

    class Telling(asyncio.DatagramProtocol):
        def connection_made(self, transport: Any) -> None:
            self.way = transport

        def datagram_received(self, data: bytes, addr: Any) -> None:
            assert (len(data), data[0]) == (48, 0x23)
            whole, part = divmod(time.time() - behind + SINCE_1900, 1)
            self.way.sendto(bytes([0x24, 2]) + bytes(38) + struct.pack("!II", int(whole), int(part * 2**32)), addr)

    way, _ = await asyncio.get_running_loop().create_datagram_endpoint(Telling, local_addr=("127.0.0.1", 0))
    yield way.get_extra_info("sockname")[1]
    way.close()
