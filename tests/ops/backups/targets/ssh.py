"""Debian's OpenSSH server with keys, a configuration and a folder of its own, as a user without rights."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

CONFIG = """
ListenAddress 127.0.0.1
Port {port}
HostKey {home}/host_ed25519
HostKey {home}/host_ecdsa
AuthorizedKeysFile {home}/authorized
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
MaxStartups 100
Subsystem sftp internal-sftp -d {home}
"""


class Sshd(NamedTuple):
    """A running server: who may come in with which key, how it is known, and where its files lie."""

    port: int
    user: str
    private_key: str
    host_key: str
    other_host_key: str
    home: Path


def made_key(file: Path, kind: str = "ed25519", passphrase: str = "") -> str:
    """A new pair of keys; the public line."""
    command = ["ssh-keygen", "-q", "-t", *kind.split(), "-N", passphrase, "-C", "", "-f", file]
    subprocess.run(command, check=True, timeout=60)
    return file.with_suffix(".pub").read_text().strip()


@contextmanager
def sshd() -> Iterator[Sshd]:
    """A server until the block ends."""
    home = Path(tempfile.mkdtemp(prefix="cally-sshd-"))
    server = None
    user = "daemon" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    try:
        host_key = made_key(home / "host_ed25519")
        other = made_key(home / "host_ecdsa", "ecdsa")
        (home / "authorized").write_text(made_key(home / "user") + "\n")
        port = free_port()
        (home / "config").write_text(CONFIG.format(port=port, home=home))
        for one in (home, *home.iterdir()):
            if os.geteuid() == 0:
                shutil.chown(one, user)
        server = subprocess.Popen(
            [shutil.which("sshd") or "/usr/sbin/sshd", "-D", "-e", "-f", str(home / "config")],
            stderr=(home / "log").open("wb"),
            cwd=home,
            **({"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}),
        )
        wait_for(port, server)
        yield Sshd(port, user, (home / "user").read_text(), host_key, other, home)
    finally:
        if server is not None:
            server.terminate()
            server.wait(10)
        shutil.rmtree(home, ignore_errors=True)


def free_port() -> int:
    """A port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, server: subprocess.Popen[bytes], seconds: float = 20) -> None:
    """Until somebody listens there."""
    for _ in range(int(seconds / 0.05)):
        if server.poll() is not None:
            raise AssertionError(f"{server.args!r} ended with {server.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"nobody listens at {port}")
