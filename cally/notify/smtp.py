"""Speaking SMTP: one mail, one connection, every step within a time limit, and what the server said kept."""

import asyncio
import base64
import ssl
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from cally.notify.failures import NotTaken
from cally.notify.mail_settings import MailSettings
from cally.vault import certified

if TYPE_CHECKING:
    from aiosmtplib import SMTP, SMTPResponse

STEP_SECONDS = 20
WHOLE_SECONDS = 80
LONGEST_ANSWER = 500
MASK = "••••"
AUTHENTICATION_WANTED = 530


class Seen(NamedTuple):
    """A mail server that was looked at.

    Its first words, the version of TLS (empty without), the certificate (DER), and its ways to sign in.
    """

    greeting: str
    tls: str
    certificate: bytes | None
    methods: tuple[str, ...]


class Conversation:
    """One connection to the mail server; `heard` is the dialogue, `C:` us and `S:` the server, secrets masked."""

    def __init__(self, mail: MailSettings, name: str) -> None:
        self.heard: list[str] = []
        self._mail = mail
        self._name = name

    async def send(self, sender: str, recipient: str, content: bytes, *, international: bool = False) -> str:
        """Hand one mail over; the server's answer to it. Raises `NotTaken`.

        When the connection breaks after the mail was sent but before an answer came, nobody knows whether it was taken:
        it counts as not taken, and the next attempt has the same Message-ID.
        """
        try:
            async with asyncio.timeout(WHOLE_SECONDS):
                return await self._send(sender, recipient, content, international=international)
        except TimeoutError as error:
            raise self._not_taken("The mail server took too long.") from error

    async def look(self) -> "Seen":
        """Go as far as a mail would, sign in, and leave without one. Raises `NotTaken`."""
        from aiosmtplib import SMTPException, SMTPResponseException  # noqa: PLC0415 - heavy: imported where used

        client = self._client()
        try:
            async with asyncio.timeout(WHOLE_SECONDS):
                await self._open(client)
                shown: ssl.SSLObject | None = client.get_transport_info("ssl_object")
                methods = tuple(client.supported_auth_methods)
                await self._leave(client)
        except TimeoutError as error:
            raise self._not_taken("The mail server took too long.") from error
        except SMTPResponseException as error:
            raise self._refused(error) from error
        except (SMTPException, ssl.SSLError, OSError, ValueError) as error:
            raise self._not_taken(f"The mail server could not be used: {error}") from error
        finally:
            client.close()
        greeting = next((line[3:] for line in self.heard if line.startswith("S: ")), "")
        certificate = shown.getpeercert(binary_form=True) if shown else None
        tls = shown.version() or "" if shown else ""
        return Seen(greeting=greeting, tls=tls, certificate=certificate, methods=methods)

    async def _send(self, sender: str, recipient: str, content: bytes, *, international: bool) -> str:
        from aiosmtplib import SMTPException, SMTPResponseException  # noqa: PLC0415 - heavy: imported where used

        client = self._client()
        try:
            await self._open(client)
            return await self._hand_over(client, sender, recipient, content, international=international)
        except SMTPResponseException as error:
            raise self._refused(error) from error
        except (SMTPException, ssl.SSLError, OSError, ValueError) as error:
            raise self._not_taken(f"The mail server could not be used: {error}") from error
        finally:
            client.close()

    def _client(self) -> "SMTP":
        from aiosmtplib import SMTP  # noqa: PLC0415 - heavy: imported where used

        return SMTP(
            hostname=self._mail.host,
            port=self._mail.port,
            local_hostname=self._name,
            timeout=STEP_SECONDS,
            use_tls=self._mail.security == "tls",
            start_tls=False,
            tls_context=_context(verified=self._mail.security != "opportunistic"),
        )

    async def _open(self, client: "SMTP") -> None:
        """Connect, greet, encrypt and sign in, as far as the settings say."""
        self.heard.append(f"(connecting to {self._mail.host}, port {self._mail.port})")
        greeting = await client.connect()
        if self._mail.security == "tls":
            self._note_encryption(client)
        self._hear(greeting)
        await self._greet(client)
        if self._wants_starttls(client):
            self.heard.append("C: STARTTLS")
            self._hear(await client.starttls())
            self._note_encryption(client)
            await self._greet(client)
        if self._mail.account:
            self.heard.append(f"C: AUTH {MASK}")
            self._hear(await client.login(self._mail.account, self._mail.password))

    def _note_encryption(self, client: "SMTP") -> None:
        """How the connection is encrypted, and whose certificate that was."""
        shown: ssl.SSLObject | None = client.get_transport_info("ssl_object")
        certificate = shown.getpeercert(binary_form=True) if shown is not None else None
        if shown is None or certificate is None:
            return
        self.heard.append(f"(the connection is encrypted: {shown.version()})")
        try:
            names, issuer, until = certified(certificate)
        except ValueError:  # one that TLS takes, and a stricter reader does not
            return
        good = datetime.fromtimestamp(until, UTC).date().isoformat()
        checked = "" if self._mail.security != "opportunistic" else "; not checked, for encryption is not required"
        self.heard.append(f"(certificate for {names}, by {issuer}, good until {good}{checked})")

    async def _greet(self, client: "SMTP") -> None:
        self.heard.append(f"C: EHLO {self._name}")
        self._hear(await client.ehlo())

    def _wants_starttls(self, client: "SMTP") -> bool:
        if self._mail.security == "starttls":
            return True
        return self._mail.security == "opportunistic" and client.supports_extension("starttls")

    async def _hand_over(
        self, client: "SMTP", sender: str, recipient: str, content: bytes, *, international: bool
    ) -> str:
        if international and not client.supports_extension("smtputf8"):
            raise NotTaken("The mail server cannot deliver to addresses with letters beyond ASCII.", permanent=True)
        encoding = "utf-8" if international else "ascii"
        self.heard.append(f"C: MAIL FROM:<{sender}>")
        options = ["SMTPUTF8"] if international else []
        self._hear(await client.mail(sender, options=options, encoding=encoding))
        self.heard.append(f"C: RCPT TO:<{recipient}>")
        self._hear(await client.rcpt(recipient, encoding=encoding))
        self.heard.append(f"C: DATA ({len(content)} bytes)")
        answer = self._hear(await client.data(content))
        await self._leave(client)
        return answer

    async def _leave(self, client: "SMTP") -> None:
        """The mail is taken; a server that fumbles the goodbye changes nothing."""
        from aiosmtplib import SMTPException  # noqa: PLC0415 - heavy: imported where used

        self.heard.append("C: QUIT")
        try:
            self._hear(await client.quit())
        except (SMTPException, OSError):
            self.heard.append("(the server hung up)")

    def _hear(self, response: "SMTPResponse") -> str:
        said = self._masked(f"{response.code} {response.message}")
        self.heard += [f"S: {line}" for line in said.splitlines()]
        return _shortened(said)

    def _refused(self, error: Exception) -> NotTaken:
        """A 5xx about the mail itself is final; one about us (sign-in, greeting) may be set right by an admin."""
        from aiosmtplib import SMTPDataError, SMTPRecipientRefused, SMTPSenderRefused  # noqa: PLC0415 - heavy

        code, said = int(getattr(error, "code", 0)), str(getattr(error, "message", error))
        answer = self._masked(f"{code} {said}")
        self.heard += [f"S: {line}" for line in answer.splitlines()]
        about_mail = isinstance(error, SMTPDataError | SMTPRecipientRefused | SMTPSenderRefused)
        return NotTaken(_shortened(answer), permanent=about_mail and code >= 500 and code != AUTHENTICATION_WANTED)

    def _not_taken(self, sentence: str) -> NotTaken:
        words = _shortened(self._masked(sentence))
        self.heard.append(f"({words})")
        return NotTaken(words, permanent=False)

    def _masked(self, text: str) -> str:
        for secret in _forms(self._mail):
            text = text.replace(secret, MASK)
        return text


@lru_cache(maxsize=2)
def _context(*, verified: bool) -> ssl.SSLContext:
    """Where encryption is merely welcome, an unknown certificate is better than none at all (RFC 7435)."""
    if verified:
        return ssl.create_default_context()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _forms(mail: MailSettings) -> list[str]:
    """The password as it may come back from a server: plain, and as AUTH sends it."""
    if not mail.password:
        return []
    plain = f"\0{mail.account}\0{mail.password}".encode()
    return [mail.password, *(base64.b64encode(one).decode() for one in (mail.password.encode(), plain))]


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_ANSWER else f"{line[:LONGEST_ANSWER]}…"
