"""Letters about accounts: written with their cause, sent by a real server, their secret kept sealed, then forgotten."""

from typing import get_args

import pytest

from cally.model.accounts import Account
from cally.model.letters import Letter, LetterKind
from cally.notify import TryAgain, deliver_letter, write_letter
from cally.notify.letter_words import PATHS
from cally.store import Store, accounts, jobs, letters
from cally.vault import Vault
from tests.cast import DAY, HOUR, NOW, ada
from tests.notify.conftest import PUBLIC_URL, MailServer

SECRET = "canary-of-the-link-4711"


async def owner(store: Store) -> Account:
    found = await accounts.by_id(store.reader, (await ada(store)).id)
    assert found is not None
    return found


async def written(store: Store, vault: Vault, kind: LetterKind = "reset_password", **facts: str) -> Letter:
    account = await owner(store)
    with_link = kind in PATHS
    async with store.write() as tx:
        row = await write_letter(
            tx,
            vault,
            account=account,
            kind=kind,
            facts=facts,
            now=NOW,
            secret=SECRET if with_link else "",
            expires_at=NOW + HOUR if with_link else None,
        )
    return await kept(store, row)


async def kept(store: Store, row: int) -> Letter:
    found = await letters.by_id(store.reader, row)
    assert found is not None
    return found


async def send(store: Store, vault: Vault, letter: Letter, server: MailServer | None, *, now: int = NOW) -> None:
    mail = server.settings if server else None
    await deliver_letter(store, vault, mail=mail, public_url=PUBLIC_URL, letter_id=letter.id, now=now)


@pytest.mark.parametrize("kind", get_args(LetterKind))
async def test_every_kind_arrives_as_text_and_html(
    store: Store, vault: Vault, mail_server: MailServer, kind: LetterKind
):
    """Each says in both forms what happened, to its owner, and machines know that a machine wrote it."""
    letter = await written(
        store, vault, kind, **{"from": "192.0.2.9", "by": "Ben <b>Okri</b>", "new": "new@example.com"}
    )
    await send(store, vault, letter, mail_server)
    [mail] = mail_server.postbox.mails
    assert mail_server.postbox.recipients == ["ada@example.com"]
    assert mail["Message-ID"] == letter.message_id
    assert mail["Auto-Submitted"] == "auto-generated"
    text, html = (mail.get_body((form,)) for form in ("plain", "html"))
    assert text is not None
    assert html is not None
    for body in (text.get_content(), html.get_content()):
        assert (f"{PUBLIC_URL}/{PATHS.get(kind)}/{SECRET}" in body) == (kind in PATHS)
        assert "%(" not in body
    assert "<b>Okri" not in html.get_content()
    assert (await kept(store, letter.id)).state == "sent"


async def test_the_secret_lies_sealed_and_is_forgotten_once_it_left(
    store: Store, vault: Vault, mail_server: MailServer
):
    """Who reads the row finds no link; who reads it later finds nothing to open."""
    letter = await written(store, vault)
    assert letter.secret_sealed is not None
    assert SECRET.encode() not in letter.secret_sealed
    assert SECRET not in str(letter.facts)
    await send(store, vault, letter, mail_server)
    assert (await kept(store, letter.id)).secret_sealed is None


async def test_a_letter_waits_for_a_server_and_for_better_times(store: Store, vault: Vault, mail_server: MailServer):
    """Nothing is lost while there is no server or it says later; the Message-ID stays."""
    letter = await written(store, vault, "password_changed")
    with pytest.raises(TryAgain) as waiting:
        await send(store, vault, letter, None)
    assert not waiting.value.counted
    mail_server.postbox.mood = "later"
    with pytest.raises(TryAgain):
        await send(store, vault, letter, mail_server)
    assert (await kept(store, letter.id)).attempts == 1
    mail_server.postbox.mood = "accept"
    await send(store, vault, letter, mail_server, now=NOW + DAY)
    await send(store, vault, letter, mail_server, now=NOW + DAY)
    [mail] = mail_server.postbox.mails
    assert mail["Message-ID"] == letter.message_id


async def test_a_refusal_for_good_ends_it(store: Store, vault: Vault, mail_server: MailServer):
    """No such mailbox: the letter is given up, with the server's words, and its secret forgotten."""
    letter = await written(store, vault)
    mail_server.postbox.mood = "nobody"
    await send(store, vault, letter, mail_server)
    ended = await kept(store, letter.id)
    assert (ended.state, ended.secret_sealed) == ("failed", None)
    assert "no such mailbox" in ended.answer


async def test_a_link_that_has_ended_is_not_sent(store: Store, vault: Vault, mail_server: MailServer):
    """A mail that came late would only puzzle its reader."""
    letter = await written(store, vault)
    await send(store, vault, letter, mail_server, now=NOW + HOUR)
    ended = await kept(store, letter.id)
    assert (ended.state, ended.secret_sealed, mail_server.postbox.mails) == ("obsolete", None, [])


async def test_what_was_asked_for_nobody_goes_to_nobody(store: Store, vault: Vault, mail_server: MailServer):
    """The same rows are written for an unknown address, and nothing leaves."""
    async with store.write() as tx:
        row = await write_letter(
            tx, vault, account=None, kind="reset_password", now=NOW, secret=SECRET, expires_at=NOW + HOUR
        )
    assert await jobs.attempts(store.reader, kind="letter", subject=row) == 0
    await send(store, vault, await kept(store, row), mail_server)
    assert ((await kept(store, row)).state, mail_server.postbox.mails) == ("obsolete", [])


async def test_names_cannot_become_headers(store: Store, vault: Vault, mail_server: MailServer):
    """Whoever invites may be called what they like: the subject stays one line."""
    letter = await written(store, vault, "invitation", by="Mallory\r\nBcc: all@example.com")
    await send(store, vault, letter, mail_server)
    [mail] = mail_server.postbox.mails
    assert "Bcc" not in mail
    assert mail_server.postbox.recipients == ["ada@example.com"]
