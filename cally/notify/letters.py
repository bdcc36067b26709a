"""Letters: durable mail about an account, written in the transaction of its cause and sent later by a job."""

import asyncio

from cally.errors import CallyError
from cally.model.accounts import Account
from cally.model.jobs import AWAITED
from cally.model.letters import Letter, LetterKind
from cally.notify.compose import Mail
from cally.notify.failures import NotTaken, TryAgain
from cally.notify.letter_words import PATHS, compose_letter
from cally.notify.mail_settings import MailSettings, sender_address
from cally.notify.outbox import mail_domain
from cally.notify.patience import GIVE_UP_SECONDS, NO_SERVER, NO_SERVER_SECONDS, backoff
from cally.notify.smtp import Conversation
from cally.store import Reader, Store, Writer, hosts, jobs, letters
from cally.vault import Vault

JOB = "letter"
KEPT_SECONDS = 30 * 86_400
NOBODY = "Not sent: it was asked for an address without an account."
TOO_LATE = "Not sent: its link had ended."
STALE = "Not sent: it was of no use any more."


async def write_letter(
    tx: Writer,
    vault: Vault | None,
    *,
    account: Account | None,
    kind: LetterKind,
    now: int,
    facts: dict[str, str] | None = None,
    to: str = "",
    secret: str = "",
    expires_at: int | None = None,
) -> int:
    """Write a letter to an account and the job that sends it, inside the transaction of its cause; the letter's number.

    Kinds, and what their `facts` may say (each may be missing; none may be a secret):

    - `verify_address`: `former`, when it is to replace another address. Link `/verify/{secret}`
    - `invitation`: `by`, the name of who invites; `role`. Link `/invitation/{secret}`
    - `reset_password`: `asked_from`, a network address. Link `/reset/{secret}`
    - `password_changed`: `how` (`reset`, `own` or `admin`), `from`, a network address
    - `address_changed`: `new`, `from`; goes to the former address by `to`
    - `new_sign_in`: `device`, in plain words; `from`
    - `alert`: `what`, the subject; `lines`, one paragraph each
    - `webhook_off`: `what`, its name; `from`, where it leads, masked; `how`, for how many days it failed
    - `second_factor_added`, `second_factor_removed`: `what`, in plain words (`Passkey “Phone”`); `from`
    - `sample`: `subject`, `text` and `html` of a message as its reader would get it

    `secret` belongs to the three with a link alone: it is kept sealed until the letter has left, and never sent after
    `expires_at`. Only for those the vault is needed. `to` is another address than the account's own. Without an account
    nobody gets it: so that asking for an unknown one costs the same. Call the worker's `wake` after the transaction.
    """
    if bool(secret) != (kind in PATHS):
        raise ValueError(f"a letter of the kind {kind} is written with a secret exactly when it has a link")
    row = letters.next_id(now)
    address = to or (account.email if account else "")
    said = await _facts(tx, account, kind, address) | (facts or {})
    sealed = None
    if vault is not None and secret:
        sealed = vault.seal(secret, table="letter", row=row, column="secret_sealed")
    await letters.insert(
        tx,
        id=row,
        account_id=account.id if account else None,
        kind=kind,
        address=address,
        message_id=_message_id(row, kind, address),
        facts=said,
        secret_sealed=sealed,
        expires_at=expires_at,
        now=now,
    )
    owner = account.id if account else 0
    await jobs.insert(tx, kind=JOB, subject=row, due_at=now, now=now, priority=AWAITED, owner=owner)
    return row


async def post_at_once(
    db: Reader,
    *,
    mail: MailSettings,
    public_url: str,
    account: Account,
    kind: LetterKind,
    facts: dict[str, str],
    now: int,
) -> str:
    """Send a letter without a link that no outbox can keep, because nothing can be written; the server's answer.

    Raises `NotTaken`; nobody tries again.
    """
    row = letters.next_id(now)
    letter = Letter(
        id=row,
        account_id=account.id,
        kind=kind,
        address=account.email,
        message_id=_message_id(row, kind, account.email),
        facts=await _facts(db, account, kind, account.email) | facts,
        secret_sealed=None,
        expires_at=None,
        state="waiting",
        attempts=0,
        answer="",
        created_at=now,
        sent_at=None,
    )
    return await _post(None, letter, mail, public_url, now)


async def deliver_letter(
    store: Store, vault: Vault, *, mail: MailSettings | None, public_url: str, letter_id: int, now: int
) -> None:
    """Send the letter of that row, unless it was sent or is of no use any more; safe to repeat.

    Raises `TryAgain` while it is still to be sent. At least once, each time with the same Message-ID.
    """
    letter = await letters.by_id(store.reader, letter_id)
    if letter is None or letter.state != "waiting":
        return
    useless = _useless(letter, now)
    if useless:
        async with store.write() as tx:
            await letters.update_obsolete(tx, letter.id, answer=useless)
        return
    if mail is None:
        async with store.write() as tx:
            await letters.update_answer(tx, letter.id, answer=NO_SERVER, counted=False)
        raise TryAgain(NO_SERVER_SECONDS, NO_SERVER, counted=False)
    try:
        answer = await _post(vault, letter, mail, public_url, now)
    except NotTaken as failure:
        await _keep_refusal(store, letter, failure, now)
    else:
        async with store.write() as tx:
            await letters.update_sent(tx, letter.id, answer=answer, now=now)


async def sweep_letters(store: Store, now: int) -> int:
    """Forget letters that left, or were given up, a month ago; how many."""
    async with store.write() as tx:
        return await letters.delete_old(tx, before=now - KEPT_SECONDS)


async def _facts(db: Reader, account: Account | None, kind: LetterKind, address: str) -> dict[str, str]:
    host = await hosts.by_id(db, account.id) if account else None
    return {
        "name": account.name if account else "",
        "address": account.email if account and kind != "verify_address" else address,
        "tz": host.tz if host else "UTC",
        "locale": host.locale if host else "en",
    }


def _message_id(row: int, kind: LetterKind, address: str) -> str:
    return f"<letter.{row}.{kind}@{mail_domain(address or 'nobody@localhost')}>"


def _useless(letter: Letter, now: int) -> str:
    """Why sending it now would do no good; empty when it would."""
    if letter.account_id is None:
        return NOBODY
    if letter.expires_at is None or now < letter.expires_at:
        return ""
    return TOO_LATE if letter.kind in PATHS else STALE


async def _post(vault: Vault | None, letter: Letter, mail: MailSettings, public_url: str, now: int) -> str:
    sender = sender_address(mail, public_url)
    written = await asyncio.to_thread(_compose, letter, vault, sender, public_url, now)
    conversation = Conversation(mail, written.sender.rpartition("@")[2])
    return await conversation.send(
        written.sender, written.recipient, written.content, international=written.international
    )


def _compose(letter: Letter, vault: Vault | None, sender: str, public_url: str, now: int) -> Mail:
    try:
        sealed = letter.secret_sealed
        secret = vault.open(sealed, table="letter", row=letter.id, column="secret_sealed") if vault and sealed else ""
        return compose_letter(letter, secret=secret, sender=sender, public_url=public_url, now=now)
    except CallyError as error:
        raise NotTaken(error.sentence, permanent=True) from error


async def _keep_refusal(store: Store, letter: Letter, failure: NotTaken, now: int) -> None:
    final = failure.permanent or now - letter.created_at >= GIVE_UP_SECONDS
    async with store.write() as tx:
        if final:
            await letters.update_failed(tx, letter.id, answer=failure.answer)
        else:
            await letters.update_answer(tx, letter.id, answer=failure.answer)
    if not final:
        raise TryAgain(backoff(letter.attempts), failure.answer)
