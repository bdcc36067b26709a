"""Settings that change while Cally runs, and those that do not."""

from collections.abc import Callable

import pytest

from cally import config
from cally.errors import CallyError
from cally.model.accounts import Actor
from cally.ops.live import Live, change_public_url, change_smtp_url
from cally.store import Store, audit
from cally.vault import Vault
from tests.cast import NOW

ADMIN = Actor(kind="admin", account_id=1)
SMTP = "smtp://cally:hush@mail.example.org"


@pytest.fixture
def live(store: Store, vault: Vault) -> Callable[..., Live]:
    def made(**environ: str) -> Live:
        return Live(store, vault, config.load(environ), fallback="http://127.0.0.1:8080")

    return made


async def test_what_an_admin_changes_counts_after_a_reload(store: Store, live: Callable[..., Live]):
    """Links change without a restart."""
    found = live()
    await change_public_url(store, "https://cally.example.org/", now=NOW, actor=ADMIN)
    assert found.public_url() == "http://127.0.0.1:8080"
    await found.reload()
    assert found.public_url() == "https://cally.example.org"


async def test_the_operator_wins(store: Store, live: Callable[..., Live]):
    """What the environment says cannot be changed in the browser, and the browser is told."""
    found = live(CALLY_PUBLIC_URL="https://fixed.example.org")
    await change_public_url(store, "https://cally.example.org", now=NOW, actor=ADMIN)
    await found.reload()
    assert found.public_url() == "https://fixed.example.org"
    assert found.fixed == {"public_url"}


async def test_the_mail_server_is_kept_sealed(store: Store, vault: Vault, live: Callable[..., Live]):
    """Its password is read by nobody who only has the database open."""
    await change_smtp_url(store, vault, SMTP, now=NOW, actor=ADMIN)
    row = await store.reader.row("SELECT value, sealed FROM setting WHERE name = 'smtp_url'")
    assert row is not None
    assert row[0] is None
    assert b"hush" not in row[1]
    found = live()
    await found.reload()
    mail = found.mail()
    assert mail is not None
    assert (mail.host, mail.password) == ("mail.example.org", "hush")


async def test_an_empty_text_goes_back_to_the_default(store: Store, vault: Vault, live: Callable[..., Live]):
    """No mail server means none."""
    await change_smtp_url(store, vault, SMTP, now=NOW, actor=ADMIN)
    await change_smtp_url(store, vault, "", now=NOW, actor=ADMIN)
    found = live()
    await found.reload()
    assert found.mail() is None


async def test_what_cannot_be_meant_is_refused(store: Store, vault: Vault):
    """The field is named; a password is not repeated."""
    with pytest.raises(CallyError) as caught:
        await change_smtp_url(store, vault, "ftp://cally:hush@mail.example.org", now=NOW, actor=ADMIN)
    assert (caught.value.facts["field"], "hush" in caught.value.sentence) == ("smtp_url", False)


async def test_each_change_is_noted_without_its_value(store: Store, vault: Vault):
    """Who changed what, and no secret."""
    await change_smtp_url(store, vault, SMTP, now=NOW, actor=ADMIN)
    entry = (await audit.list_for(store.reader, "setting:smtp_url"))[0]
    assert (entry.tag, entry.account_id, entry.facts) == ("admin:setting:change", 1, {})
