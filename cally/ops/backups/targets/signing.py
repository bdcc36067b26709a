"""Signatures of S3 requests, AWS Signature Version 4: who asks, for what, when, and with which body."""

import hashlib
import hmac
from datetime import UTC, datetime
from urllib.parse import quote

import msgspec

from cally import clock

ALGORITHM = "AWS4-HMAC-SHA256"
SERVICE = "s3"
EMPTY = hashlib.sha256(b"").hexdigest()


class Signer(msgspec.Struct, frozen=True, kw_only=True):
    """The keys of a bucket's user, and the region that they sign for."""

    access_key_id: str
    secret_access_key: str
    region: str

    def __repr__(self) -> str:
        return "Signer(…)"

    def signed(
        self, method: str, target: str, headers: dict[str, str], *, payload: str = EMPTY, now: int | None = None
    ) -> dict[str, str]:
        """The headers with `x-amz-date`, `x-amz-content-sha256` and `authorization` added; all of them are signed.

        `target` is the encoded path, and the query with its names in order; `payload` is the SHA-256 of the body in
        hexadecimal. `headers` are lower case and hold `host`.
        """
        at = datetime.fromtimestamp(clock.now() if now is None else now, UTC)
        moment, day = at.strftime("%Y%m%dT%H%M%SZ"), at.strftime("%Y%m%d")
        sent = {**headers, "x-amz-date": moment, "x-amz-content-sha256": payload}
        names = ";".join(sorted(sent))
        path, _, query = target.partition("?")
        lines = [f"{name}:{' '.join(sent[name].split())}" for name in sorted(sent)]
        asked = "\n".join([method, path, query, *lines, "", names, payload])
        scope = f"{day}/{self.region}/{SERVICE}/aws4_request"
        text = "\n".join([ALGORITHM, moment, scope, hashlib.sha256(asked.encode()).hexdigest()])
        signature = hmac.new(self._key(day), text.encode(), hashlib.sha256).hexdigest()
        credential = f"Credential={self.access_key_id}/{scope}"
        sent["authorization"] = f"{ALGORITHM} {credential}, SignedHeaders={names}, Signature={signature}"
        return sent

    def _key(self, day: str) -> bytes:
        key = f"AWS4{self.secret_access_key}".encode()
        for part in (day, self.region, SERVICE, "aws4_request"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        return key


def target(path: str, query: dict[str, str]) -> str:
    """A path and a query as they are both sent and signed."""
    asked = "&".join(f"{_quoted(name)}={_quoted(query[name])}" for name in sorted(query))
    encoded = quote(path, safe="/-_.~")
    return f"{encoded}?{asked}" if asked else encoded


def _quoted(text: str) -> str:
    return quote(text, safe="-_.~")
