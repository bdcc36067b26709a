"""Requests that are sent twice: what was asked for under one key is done once, and answered as often as it is sent."""

import hashlib
from typing import NamedTuple

import msgspec

from cally.errors import CallyError
from cally.model.ids import new_id
from cally.store import Store, Writer, api_answers
from cally.vault import Vault

KEPT_SECONDS = 86_400


class KeptAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a request was answered with; `headers` are those that say something of the thing made."""

    status: int
    headers: dict[str, str]
    body: str


class Claim(NamedTuple):
    """A key with the request it came with: SHA-256 of who asked, where, and the key; and of what was asked for."""

    id: int
    key_hash: bytes
    request_hash: bytes


def claim_of(now: int, *, caller: str, route: str, key: str, request: bytes) -> Claim:
    """The claim that a request with a key makes; nothing is written by it."""
    named = "\0".join((caller, route, key))
    return Claim(new_id(now), hashlib.sha256(named.encode()).digest(), hashlib.sha256(request).digest())


async def earlier_answer(store: Store, vault: Vault, claim: Claim, now: int) -> KeptAnswer | None:
    """What this very request was answered with, within the last day; None for a new key.

    Raises `idempotency_key_reused` when the key came with another request, `answer_lost` when the request was done and
    its answer was lost on the way to the disk.
    """
    known = await api_answers.by_key(store.reader, claim.key_hash)
    if known is None or known.created_at < now - KEPT_SECONDS:
        return None
    if known.request_hash != claim.request_hash:
        raise CallyError("idempotency_key_reused", "This key came with another request before; send a new one.")
    if known.answer is None:
        sentence = "This was done before, but its answer was lost; look at what there is before you send it anew."
        raise CallyError("answer_lost", sentence)
    text = vault.open(known.answer, table="api_answer", row=known.id, column="answer")
    return msgspec.json.decode(text, type=KeptAnswer)


async def claim_key(tx: Writer, claim: Claim, now: int) -> None:
    """Take the key in the transaction of what is done under it, so that both are on disk or neither."""
    known = await api_answers.by_key(tx, claim.key_hash)
    if known is not None:  # it has run out; one that counts was found before
        await api_answers.delete(tx, known.id)
    await api_answers.insert(tx, claim.id, key_hash=claim.key_hash, request_hash=claim.request_hash, now=now)


async def keep_answer(store: Store, vault: Vault, claim: Claim, answer: KeptAnswer, *, claimed: bool, now: int) -> None:
    """Keep what a request was answered with; `claimed` says whether its key was taken in a transaction of its own."""
    sealed = vault.seal(msgspec.json.encode(answer).decode(), table="api_answer", row=claim.id, column="answer")
    async with store.write() as tx:
        if not claimed:
            await claim_key(tx, claim, now)
        await api_answers.keep(tx, claim.id, sealed)


async def release_key(store: Store, claim: Claim) -> None:
    """Let a key be used anew, after a refusal."""
    async with store.write() as tx:
        await api_answers.delete(tx, claim.id)


async def forget_answers(tx: Writer, vault: Vault, marks: frozenset[str]) -> int:
    """Forget every answer in which one of these words stands: somebody was erased. How many there were (rule 81).

    Their keys stay taken, so that nothing is done twice.
    """
    folded = {mark.casefold() for mark in marks}
    forgotten = 0
    for known in await api_answers.list_answered(tx):
        try:
            text = vault.open(known.answer or b"", table="api_answer", row=known.id, column="answer").casefold()
        except CallyError:  # nobody can read it any more, so nobody is told it again
            text = ""
        if not text or any(mark in text for mark in folded):
            await api_answers.lose(tx, known.id)
            forgotten += 1
    return forgotten


async def sweep_repeats(store: Store, now: int) -> None:
    """Forget answers that are a day old."""
    async with store.write() as tx:
        await api_answers.forget(tx, before=now - KEPT_SECONDS)
