"""A guest looks after what is kept under their address: asked for by mail, opened once, then seen, taken along, erased.

Asking writes a row and a job whatever is kept: nobody learns from the answer, or from how long it takes, whether an
address is known. The job finds out, and writes only to addresses under which something is kept.
"""

import asyncio
from functools import partial

from cally.bookings.erasing import JOB, LONGEST_WAIT_SECONDS, Erasure, address_forms, erase_guest, go_on
from cally.bookings.guest_data import data_of_address
from cally.model.accounts import Actor
from cally.model.addresses import email_address
from cally.model.guest_data import GuestData
from cally.model.ids import new_id
from cally.model.letters import Letter
from cally.notify import MailSettings, TryAgain, sender_address
from cally.notify.failures import NotTaken
from cally.notify.letter_words import compose_letter
from cally.notify.outbox import mail_domain
from cally.notify.smtp import Conversation
from cally.store import Reader, Store, guest_data, guest_requests, jobs, one_time_links
from cally.store.erased_file import ErasedFile
from cally.store.guest_requests import GuestRequest
from cally.vault import Vault, new_token, token_hash

MAILED = "guest-data"
OPENED = "guest-data-open"
LINK_SECONDS = 30 * 60
RETRY_SECONDS = 60
SEALED_AT = {"table": "one_time_link", "row": 0, "column": "data"}


async def ask_for_link(store: Store, vault: Vault, email: str, *, now: int) -> None:
    """Have a link sent to an address, if anything is kept under it. Raises `invalid` naming `email`."""
    address, row = email_address(email), new_id(now)
    sealed = vault.seal(address, table="guest_request", row=row, column="address_sealed")
    async with store.write() as tx:
        await guest_requests.insert(tx, id=row, kind="link", address_sealed=sealed, now=now)
        await jobs.insert(tx, kind=JOB, subject=row, due_at=now, now=now)


async def work_on(
    store: Store,
    vault: Vault,
    remembered: ErasedFile,
    *,
    mail: MailSettings | None,
    public_url: str,
    request_id: int,
    now: int,
) -> None:
    """The job of a request: send its link, or go on erasing. Raises `TryAgain` while it is not done."""
    request = await guest_requests.by_id(store.reader, request_id)
    if request is None:
        return
    if request.kind == "erasure":
        done = await go_on(store, vault, remembered, request.id, mail=mail is not None, now=now)
        if done.waits:
            raise TryAgain(RETRY_SECONDS, "Messages about what was cancelled have not left yet.", counted=False)
        return
    if mail is not None and now - request.created_at < LINK_SECONDS and await _is_known(store.reader, vault, request):
        await _send(store, vault, request, mail, public_url, now)
    async with store.write() as tx:
        await guest_requests.delete(tx, request.id)


async def open_link(store: Store, vault: Vault, token: str, *, now: int) -> str | None:
    """Use a mailed link up, for a secret that lets its browser see the data for half an hour; None when it is no good.

    Only a POST may do so: programs that look into mails follow links.
    """
    async with store.write() as tx:
        found = await one_time_links.live(tx, token_hash=token_hash(token), purpose=MAILED, now=now)
        if found is None:
            return None
        await one_time_links.consume(tx, token_hash=token_hash(token), purpose=MAILED, now=now)
        secret = new_token()
        await one_time_links.insert(
            tx, token_hash=token_hash(secret), purpose=OPENED, now=now, expires_at=now + LINK_SECONDS, data=found.data
        )
        return secret


async def is_link(db: Reader, token: str, *, now: int) -> bool:
    """Whether a mailed link still works."""
    return await one_time_links.live(db, token_hash=token_hash(token), purpose=MAILED, now=now) is not None


async def opened_address(db: Reader, vault: Vault, secret: str, *, now: int) -> str | None:
    """Whose data a browser may see that shows this secret."""
    found = await one_time_links.live(db, token_hash=token_hash(secret), purpose=OPENED, now=now)
    return vault.open(bytes.fromhex(found.data), **SEALED_AT) if found is not None else None  # type: ignore[arg-type]


async def opened_data(db: Reader, vault: Vault, secret: str, *, now: int) -> GuestData | None:
    """What is kept about whoever shows this secret; None when it has ended."""
    address = await opened_address(db, vault, secret, now=now)
    return await data_of_address(db, address, now=now) if address is not None else None


async def erase_opened(
    store: Store, vault: Vault, remembered: ErasedFile, secret: str, *, mail: bool, now: int, actor: Actor
) -> Erasure | None:
    """Erase what is kept about whoever shows this secret, which is used up; None when it has ended."""
    address = await opened_address(store.reader, vault, secret, now=now)
    if address is None:
        return None
    async with store.write() as tx:
        await one_time_links.consume(tx, token_hash=token_hash(secret), purpose=OPENED, now=now)
    return await erase_guest(store, vault, remembered, address, mail=mail, now=now, actor=actor)


async def _is_known(db: Reader, vault: Vault, request: GuestRequest) -> bool:
    addresses = address_forms(_address(vault, request))
    for listed in (guest_data.list_bookings, guest_data.list_entries, guest_data.list_brought):
        if await listed(db, addresses):
            return True
    return False


async def _send(
    store: Store, vault: Vault, request: GuestRequest, mail: MailSettings, public_url: str, now: int
) -> None:
    """The link exists before the mail leaves; one that never leaves ends by itself."""
    address, secret = _address(vault, request), new_token()
    expires_at = now + LINK_SECONDS
    data = vault.seal(address, **SEALED_AT).hex()  # type: ignore[arg-type]
    async with store.write() as tx:
        await one_time_links.insert(
            tx, token_hash=token_hash(secret), purpose=MAILED, now=now, expires_at=expires_at, data=data
        )
    sender = sender_address(mail, public_url)
    letter = Letter(
        id=request.id,
        account_id=None,
        kind="guest_data",
        address=address,
        message_id=f"<guest.{request.id}@{mail_domain(sender)}>",
        facts={"name": "", "tz": "UTC", "locale": "en", "address": address},
        secret_sealed=None,
        expires_at=expires_at,
        state="waiting",
        attempts=0,
        answer="",
        created_at=now,
        sent_at=None,
    )
    compose = partial(compose_letter, letter, secret=secret, sender=sender, public_url=public_url, now=now)
    written = await asyncio.to_thread(compose)
    try:
        conversation = Conversation(mail, written.sender.rpartition("@")[2])
        await conversation.send(written.sender, written.recipient, written.content, international=written.international)
    except NotTaken as failure:
        if not failure.permanent:
            raise TryAgain(RETRY_SECONDS, "The mail server did not take the mail with the link.") from failure


def _address(vault: Vault, request: GuestRequest) -> str:
    return vault.open(request.address_sealed, table="guest_request", row=request.id, column="address_sealed")


__all__ = [
    "LINK_SECONDS",
    "LONGEST_WAIT_SECONDS",
    "ask_for_link",
    "erase_opened",
    "is_link",
    "open_link",
    "opened_address",
    "opened_data",
    "work_on",
]
