"""`Idempotency-Key` on every POST: the same request sent again is answered as the first time, and done once."""

from dataclasses import replace

import msgspec

from cally.brakes import repeats
from cally.brakes.repeats import Claim, KeptAnswer
from cally.errors import CallyError, invalid
from cally.store import Writer
from cally.web.api.endpoints import IDEMPOTENCY_KEY, Answer, Call, Endpoint, encoded
from cally.web.api.guarded_store import GuardedStore, as_store

KEY_LENGTH = 255
REPLAYED = "idempotency-replayed"
KEPT_HEADERS = ("location", "etag")
UNKNOWN_OUTCOME = frozenset({"storage_failed"})


def idempotency_key(call: Call) -> str | None:
    """The key that was sent, if one was; raises `invalid` for what cannot be one."""
    key: str | None = call.request.headers.get(IDEMPOTENCY_KEY)
    if key is None:
        return None
    if not key or len(key) > KEY_LENGTH or not (key.isascii() and key.isprintable()):
        raise invalid(IDEMPOTENCY_KEY, f"An idempotency key has 1 to {KEY_LENGTH} printable ASCII characters.")
    return key


async def once(endpoint: Endpoint, call: Call, key: str) -> Answer:
    """Do what is asked, or say what it was answered when it was asked before.

    A refusal is not kept: it changed nothing, and the same key may be tried again. Raises `idempotency_key_reused`,
    `idempotency_key_in_use` while the first one is still being answered, `answer_lost`.
    """
    claim = _claim(endpoint, call, key)
    running = call.doors.running
    if claim.key_hash in running:
        sentence = "The request that came with this key is still being answered; try again in a moment."
        raise CallyError("idempotency_key_in_use", sentence, retry_after=1)
    running.add(claim.key_hash)
    try:
        return await _answered(endpoint, call, claim)
    finally:
        running.discard(claim.key_hash)


async def _answered(endpoint: Endpoint, call: Call, claim: Claim) -> Answer:
    store, vault = call.doors.store, call.doors.vault
    earlier = await repeats.earlier_answer(store, vault, claim, call.now)
    if earlier is not None:
        return encoded(earlier.body.encode(), earlier.status, {**earlier.headers, REPLAYED: "true"})

    async def first(tx: Writer) -> None:
        await repeats.claim_key(tx, claim, call.now)

    guarded = GuardedStore(store, first)
    try:
        made = await endpoint.does(replace(call, doors=replace(call.doors, store=as_store(guarded))))
    except CallyError as error:
        if guarded.passed and error.code not in UNKNOWN_OUTCOME:
            await repeats.release_key(store, claim)
        raise
    kept = KeptAnswer(
        status=made.status_code,
        headers={name: made.headers[name] for name in KEPT_HEADERS if name in made.headers},
        body=bytes(made.body).decode(),
    )
    await repeats.keep_answer(store, vault, claim, kept, claimed=guarded.passed, now=call.now)
    return made


def _claim(endpoint: Endpoint, call: Call, key: str) -> Claim:
    request = msgspec.json.encode([call.request.scope["path"], call.sent], order="deterministic")
    route = f"{endpoint.method} {endpoint.path}"
    return repeats.claim_of(call.now, caller=_who(call), route=route, key=key, request=request)


def _who(call: Call) -> str:
    """Whose key it is: an account's, a guest's with a manage token, or that of whoever asks from an address."""
    if call.caller is not None:
        return f"account {call.caller.account.id}"
    if endpoint_token := call.manage_token:
        return f"guest {endpoint_token}"
    return f"address {call.guest().address}"
