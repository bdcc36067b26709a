"""SeaweedFS, a real S3 server, which checks signatures and clocks; one user may write, one may read only."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.ops.backups.targets.ssh import free_port, wait_for

KEY = {"access_key_id": "cally-key", "secret_access_key": "a-secret-of-seaweed"}
OWNER = {"access_key_id": "owner-key", "secret_access_key": "a-secret-of-owner"}
READER = {"access_key_id": "reader-key", "secret_access_key": "a-secret-of-reader"}
IDENTITIES = {
    "identities": [
        {
            "name": name,
            "credentials": [{"accessKey": key["access_key_id"], "secretKey": key["secret_access_key"]}],
            "actions": actions,
        }
        for name, key, actions in (
            ("owner", OWNER, ["Admin", "Read", "List", "Write"]),
            ("cally", KEY, ["Read", "List", "Write"]),
            ("reader", READER, ["Read", "List"]),
        )
    ]
}
PARTS = ("master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc")


class Weed(NamedTuple):
    """A running server."""

    port: int


@contextmanager
def weed() -> Iterator[Weed]:
    """A server until the block ends; it needs some seconds to be ready."""
    home = Path(tempfile.mkdtemp(prefix="cally-weed-"))
    ports = {part: free_port() for part in (*PARTS, "s3.port", "s3.port.grpc")}
    (home / "identities.json").write_text(json.dumps(IDENTITIES))
    program = Path(sys.executable).with_name("weed")
    command = [
        *(str(program), "server", f"-dir={home}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3"),
        *(f"-{part}={port}" for part, port in ports.items()),
        *(f"-s3.config={home}/identities.json", "-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false"),
        *("-master.volumeSizeLimitMB=64", "-volume.max=20"),
        f"-filer.localSocket={home}/filer.sock",
    ]
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, cwd=home)
    try:
        wait_for(ports["s3.port"], server)
        yield Weed(ports["s3.port"])
    finally:
        server.kill()  # asked kindly, it takes half a minute
        server.wait(10)
        shutil.rmtree(home, ignore_errors=True)
        for port in ports.values():
            for left in Path(tempfile.gettempdir()).glob(f"seaweedfs-*-{port}.sock"):
                left.unlink()
