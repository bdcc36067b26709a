"""Real proxies, nginx and Caddy, before a served instance: the shipped configurations with other names and ports."""

import http.client
import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.process.served import ROOT, free_port

SHIPPED = ROOT / "packaging" / "proxy"
NAME = "cally.test"
URL = f"https://{NAME}"
GUEST, OTHER = "127.0.0.2", "127.0.0.3"
START_SECONDS = 120


class Answer(NamedTuple):
    """What came back through the proxy; names of headers are lower case, of those sent twice the last is here."""

    status: int
    headers: dict[str, str]
    text: str
    cookies: list[str]


class Proxy:
    """A proxy of this kind; `authority` is the file of the certificate that guests trust.

    `words` are to be in the place of others in what is shipped.
    """

    def __init__(self, kind: str, folder: Path, words: dict[str, str] | None = None) -> None:
        self.kind = kind
        self.folder = folder
        self._words = words or {}
        self.plain, self.secure = free_port(), free_port()
        self.authority = folder / "authority.pem"
        if kind == "caddy":
            self.authority = folder / "data" / "caddy" / "pki" / "authorities" / "local" / "root.crt"
        folder.mkdir(parents=True)

    @contextmanager
    def running(self, upstream: str) -> Iterator["Proxy"]:
        """Let it run before `upstream`, `127.0.0.1:PORT` or the path of a socket."""
        begin = {"caddy": self._caddy, "nginx": self._nginx}[self.kind]
        with (self.folder / "log").open("wb") as log:
            environ = {**os.environ, "XDG_DATA_HOME": str(self.folder / "data"), "HOME": str(self.folder)}
            process = subprocess.Popen(begin(upstream), stdout=log, stderr=log, env=environ, cwd=self.folder)
        try:
            self._wait(process)
            yield self
        finally:
            process.terminate()
            process.wait(timeout=20)

    def connected(self, source: str = GUEST) -> ssl.SSLSocket:
        """A guest's encrypted connection, from this address of the machine."""
        trust = ssl.create_default_context(cafile=self.authority)
        plain = socket.create_connection(("127.0.0.1", self.secure), timeout=120, source_address=(source, 0))
        return trust.wrap_socket(plain, server_hostname=NAME)

    def ask(self, path: str, *, source: str = GUEST, method: str = "GET", body: bytes = b"", **headers: str) -> Answer:
        """One request on a connection of its own; `x_forwarded_for="…"` becomes that header."""
        with self.connected(source) as guest:
            return _asked(guest, NAME, path, method, body, headers)

    def ask_plainly(self, path: str) -> Answer:
        """One request without encryption."""
        with socket.create_connection(("127.0.0.1", self.plain), timeout=120) as guest:
            return _asked(guest, NAME, path, "GET", b"", {})

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                self.connected().close()
            except OSError as error:
                if process.poll() is not None or time.monotonic() > until:
                    raise AssertionError((self.folder / "log").read_text()) from error
                time.sleep(0.05)
            else:
                return

    def _nginx(self, upstream: str) -> list[str]:
        """Its main file includes the site, as Debian's does."""
        certificate, key = _certified(self.folder)
        site = changed(
            (SHIPPED / "nginx.conf").read_text(),
            {
                "listen 80;": f"listen 127.0.0.1:{self.plain};",
                "listen 443 ssl http2;": f"listen 127.0.0.1:{self.secure} ssl http2;",
                "listen [::]:80;": "",
                "listen [::]:443 ssl http2;": "",
                "/etc/letsencrypt/live/cally.example.org/fullchain.pem": str(certificate),
                "/etc/letsencrypt/live/cally.example.org/privkey.pem": str(key),
                "server 127.0.0.1:8080 ": f"server {f'unix:{upstream}' if upstream.startswith('/') else upstream} ",
                "cally.example.org": NAME,
            }
            | self._words,
        )
        (self.folder / "site.conf").write_text(site)
        kept = "".join(
            f"{kind}_temp_path {self.folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "scgi", "uwsgi")
        )
        user = "user root;" if os.geteuid() == 0 else ""
        main = f"{user} pid {self.folder}/pid; error_log stderr warn; events {{}}"
        (self.folder / "main.conf").write_text(f"{main} http {{ {kept} access_log off; include site.conf; }}")
        return [_program("nginx"), "-p", f"{self.folder}/", "-c", "main.conf", "-g", "daemon off;"]

    def _caddy(self, upstream: str) -> list[str]:
        """With its own authority, on other ports."""
        place = f"unix/{upstream}" if upstream.startswith("/") else upstream
        site = changed(
            (SHIPPED / "Caddyfile").read_text(),
            {
                "# tls internal\n": "tls internal\n",
                "\ncally.example.org {": f"\n{NAME} {{",
                "reverse_proxy 127.0.0.1:8080 ": f"reverse_proxy {place} ",
            }
            | self._words,
        )
        ports = f"http_port {self.plain}\n https_port {self.secure}\n default_bind 127.0.0.1"
        (self.folder / "Caddyfile").write_text(f"{{\n admin off\n skip_install_trust\n {ports}\n}}\n{site}")
        return [_program("caddy"), "run", "--config", "Caddyfile", "--adapter", "caddyfile"]


def changed(text: str, words: dict[str, str]) -> str:
    """The text with these words in the place of those, each of which must be there."""
    for old, new in words.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


def _asked(guest: socket.socket, host: str, path: str, method: str, body: bytes, headers: dict[str, str]) -> Answer:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {len(body)}"] if body else []
    with suppress(OSError):  # who sends too much is answered, and hung up on, before the end
        guest.sendall("\r\n".join([*lines, "", ""]).encode() + body)
    answer = http.client.HTTPResponse(guest, method=method)
    answer.begin()
    named = {name.lower(): value for name, value in answer.getheaders()}
    return Answer(answer.status, named, answer.read().decode(), answer.headers.get_all("set-cookie") or [])


def _program(name: str) -> str:
    """Where it is; Debian's nginx is on nobody's path but root's."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    assert found is not None, f"{name} is missing; `make tools` installs it"
    return found


def _certified(folder: Path) -> tuple[Path, Path]:
    """A certificate that vouches for itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    made = certificate(key, days=30)
    file, key_file = folder / "authority.pem", folder / "key.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return file, key_file


def certificate(key: ec.EllipticCurvePrivateKey, *, days: float, name: str = NAME) -> x509.Certificate:
    """A certificate of this name for so many days from now, signed with its own key."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(now, now + timedelta(days=days)) - timedelta(days=30))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
