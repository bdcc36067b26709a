"""Signatures, judged by the libraries that receivers use: Standard Webhooks' own for Python and for JavaScript."""

import json
import subprocess
from pathlib import Path

import pytest
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from cally import clock
from cally.notify import webhooks as hooks
from cally.store import Store
from cally.vault import Vault
from tests.cast import ada
from tests.notify.receivers import LOCAL, Got, receiving
from tests.notify.webhook_world import AS_ADA, hooked, kept
from tests.npm import installed

FOLDER = Path(__file__).parent / "standard_webhooks_js"


def by_javascript(asked: list[tuple[str, dict[str, str], bytes]]) -> list[dict[str, str]]:
    """What the library on npm says of each `(secret, headers, body)`."""
    lines = "\n".join(json.dumps({"secret": s, "headers": h, "body": b.decode()}) for s, h, b in asked)
    command = ["node", str(installed(FOLDER, "standardwebhooks") / "verify.js")]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=True, timeout=120)
    return [json.loads(line) for line in done.stdout.splitlines()]


async def sent(store: Store, vault: Vault, *, now: int) -> tuple[Got, str, str]:
    """A request as it came, while the secret is being changed: with the old one and the new one."""
    async with receiving() as receiver:
        webhook, old = await hooked(store, vault, await ada(store), receiver.url)
        new = await hooks.rotate_secret(store, vault, webhook, now=now, actor=AS_ADA)
        webhook = await kept(store, webhook)
        await hooks.test_webhook(store, vault, webhook, now=now, allowed=LOCAL, actor=AS_ADA)
        return receiver.got[0], old, new


async def test_both_libraries_know_what_is_from_here(store: Store, vault: Vault) -> None:
    """With either secret; with another one, another body, id or time they refuse it."""
    got, old, new = await sent(store, vault, now=clock.now())
    for secret in (old, new):
        assert Verifier(secret).verify(got.body, got.headers)["type"] == "test"
    forged = [
        ("whsec_" + "A" * 43 + "=", got.headers, got.body),
        (new, got.headers, got.body.replace(b"Gil", b"Mil")),
        (new, got.headers | {"webhook-id": "msg_1"}, got.body),
        (new, got.headers | {"webhook-timestamp": str(clock.now() - 5)}, got.body),
    ]
    for secret, headers, body in forged:
        with pytest.raises(WebhookVerificationError):
            Verifier(secret).verify(body, headers)
    known, also, *refused = by_javascript([(new, got.headers, got.body), (old, got.headers, got.body), *forged])
    assert known == also == {"type": "test", "guest": "Gil Sample"}
    assert [set(one) for one in refused] == [{"refused"}] * 4


async def test_what_is_old_is_refused(store: Store, vault: Vault) -> None:
    """A request that somebody kept and sends again later is worth nothing: the time is signed."""
    got, _, new = await sent(store, vault, now=clock.now() - 3_600)
    with pytest.raises(WebhookVerificationError, match="too old"):
        Verifier(new).verify(got.body, got.headers)
    assert "too old" in by_javascript([(new, got.headers, got.body)])[0]["refused"]
