"""Settings that an admin may change while Cally runs: the public address and the mail server."""

from cally.config import Settings, public_url_from_text, smtp_url_from_text
from cally.errors import CallyError, invalid
from cally.model.accounts import Actor
from cally.notify import MailSettings, mail_settings
from cally.store import Store, Writer, audit, settings
from cally.vault import Vault

PUBLIC_URL = "public_url"
SMTP_URL = "smtp_url"


class Live:
    """What counts at this moment; what the operator set in the environment or the file wins over the database.

    `fallback` is the address that the listening socket suggests, for as long as nobody has said a better one.
    """

    def __init__(self, store: Store, vault: Vault, operator: Settings, *, fallback: str) -> None:
        self._store = store
        self._vault = vault
        self._operator = operator
        self._public_url = operator.public_url or fallback
        self._is_chosen = operator.public_url is not None
        self._fallback = fallback
        self._mail: MailSettings | None = None

    @property
    def fixed(self) -> frozenset[str]:
        """Names of what the operator decided, which the browser therefore cannot change."""
        decided = {PUBLIC_URL: self._operator.public_url, SMTP_URL: self._operator.smtp_url}
        return frozenset(name for name, value in decided.items() if value)

    @property
    def vault(self) -> Vault:
        """What opens its secrets."""
        return self._vault

    @property
    def has_public_url(self) -> bool:
        """Whether somebody has said what links are made of."""
        return self._is_chosen

    def public_url(self) -> str:
        """What links are made of; no slash at its end."""
        return self._public_url

    def mail(self) -> MailSettings | None:
        """The mail server; None while there is none."""
        return self._mail

    async def reload(self) -> None:
        """Read the database's settings anew, after an admin has changed one."""
        db = self._store.reader
        kept = await settings.value(db, PUBLIC_URL)
        self._is_chosen = bool(self._operator.public_url or kept)
        self._public_url = self._operator.public_url or kept or self._fallback
        url = self._operator.smtp_url or await self._kept_smtp_url()
        self._mail = mail_settings(url) if url else None

    async def _kept_smtp_url(self) -> str | None:
        sealed = await settings.sealed(self._store.reader, SMTP_URL)
        return self._vault.open(sealed, table="setting", row=0, column=SMTP_URL) if sealed else None


async def change_public_url(store: Store, text: str, *, now: int, actor: Actor) -> None:
    """Keep the address that links are made of; empty goes back to the default. Raises `invalid`. Reload afterwards."""
    try:
        url = public_url_from_text(text.strip())
    except ValueError as error:
        raise invalid(PUBLIC_URL, f"The public address must be {error}.") from None
    async with store.write() as tx:
        if url is None:
            await settings.delete(tx, PUBLIC_URL)
        else:
            await settings.put(tx, PUBLIC_URL, url)
        await _note(tx, PUBLIC_URL, now, actor)


async def change_smtp_url(store: Store, vault: Vault, text: str, *, now: int, actor: Actor) -> None:
    """Keep the mail server's address, sealed; empty removes it. Raises `invalid`. Reload afterwards."""
    try:
        url = smtp_url_from_text(text.strip())
        if url is not None:
            mail_settings(url)
    except (ValueError, CallyError) as error:
        raise invalid(SMTP_URL, f"The mail server must be {error}.") from None
    async with store.write() as tx:
        if url is None:
            await settings.delete(tx, SMTP_URL)
        else:
            await settings.put_sealed(tx, SMTP_URL, vault.seal(url, table="setting", row=0, column=SMTP_URL))
        await _note(tx, SMTP_URL, now, actor)


async def _note(tx: Writer, name: str, now: int, actor: Actor) -> None:
    await audit.insert(tx, now=now, actor=actor, tag=f"{actor.kind}:setting:change", subject=f"setting:{name}")
