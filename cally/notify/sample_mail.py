"""Sending a host a message about an invented booking, by the way that all mail takes."""

from cally.errors import CallyError
from cally.model.accounts import Account
from cally.notify.letters import write_letter
from cally.notify.rendering import Words
from cally.store import Store, letters

HOUR_SECONDS = 3_600
MOST_SAMPLES = 30


async def send_sample(store: Store, account: Account, words: Words, *, now: int) -> None:
    """Send somebody a message about an invented booking by the way that all mail takes. Wake the worker afterwards.

    Raises `rate_limited` for whoever asks for many.
    """
    async with store.write() as tx:
        if await letters.count_of(tx, account.id, "sample", since=now - HOUR_SECONDS) >= MOST_SAMPLES:
            raise CallyError("rate_limited", "That was many tests within an hour; please wait a little.")
        facts = {"subject": words.subject, "text": words.text, "html": words.html}
        await write_letter(tx, None, account=account, kind="sample", facts=facts, now=now)
