"""A machine whose health a test decides, watched as the pulse watches it, with a real mail server and a real sink."""

import contextlib
from collections.abc import AsyncIterator
from email.message import EmailMessage
from typing import Any

import msgspec
import pytest

from cally.errors import CallyError
from cally.model.messages import Job
from cally.notify import MailSettings, TryAgain, deliver_letter
from cally.ops.alerts import Watcher, deliver_alert
from cally.ops.health import Check, HealthReport, Status, worst
from cally.store import Store, jobs
from cally.vault import Vault
from tests.cast import NOW
from tests.notify.conftest import MailServer, serving, sink
from tests.site import LOCAL

__all__ = ["sink"]
SITE = "https://cally.example.net"
WORK = ("alert", "letter")


class Machine:
    """How it stands is what a test says; `look` is one beat of the pulse, `work` one turn of the job worker."""

    def __init__(self, store: Store, vault: Vault, server: MailServer) -> None:
        self.store = store
        self.vault = vault
        self.postbox = server.postbox
        self.mail: MailSettings | None = server.settings
        self.now = NOW
        self.checks = {"database": Check(status="ok"), "disk": Check(status="ok"), "jobs": Check(status="ok")}
        self.watcher = self.anew()

    def anew(self) -> Watcher:
        """The process ended without a word, and another one takes over."""
        self.watcher = Watcher(
            self.store, self.vault, public_url=lambda: SITE, mail=lambda: self.mail, wake=lambda: None, allowed=LOCAL
        )
        return self.watcher

    def is_now(self, name: str, status: Status, detail: str = "400 MiB are free.") -> None:
        """From now on this check stands like that."""
        self.checks[name] = Check(status=status, detail=detail)

    async def look(self, *, after: int = 0) -> None:
        """So many seconds later, a look at all checks."""
        self.now += after
        status = worst([check.status for check in self.checks.values()])
        await self.watcher.look(HealthReport(status=status, checks=dict(self.checks)), self.now)

    async def pass_by(self, seconds: int) -> None:
        """Looks every half a minute, where the pulse has them every ten seconds, and the worker at work."""
        for _ in range(0, seconds, 30):
            await self.look(after=30)
            with contextlib.suppress(CallyError):
                await self.work()

    async def work(self) -> int:
        """Do what is due once; how many jobs there were."""
        due = [job for kind in WORK for job in await jobs.list_due(self.store.reader, kind, now=self.now, limit=50)]
        for job in due:
            async with self.store.write() as tx:
                await jobs.lease(tx, job, leased_until=self.now + 60)
            await self._do(msgspec.structs.replace(job, state="running", attempts=job.attempts + 1))
        return len(due)

    async def _do(self, job: Job) -> None:
        store, vault, mail, now = self.store, self.vault, self.mail, self.now
        try:
            if job.kind == "alert":
                await deliver_alert(store, vault, job.subject, now=now, allowed=LOCAL)
            else:
                await deliver_letter(store, vault, mail=mail, public_url=SITE, letter_id=job.subject, now=now)
        except TryAgain as wish:
            async with store.write() as tx:
                await jobs.give_back(tx, job, due_at=now + wish.after_seconds, last_error="")
        else:
            async with store.write() as tx:
                await jobs.finish(tx, job)

    async def told(self) -> list[str]:
        """The subjects of all mails so far, once what is due is done."""
        await self.work()
        return [str(mail["Subject"]) for mail in self.postbox.mails]

    def last_text(self) -> str:
        """What the last mail says."""
        return text_of(self.postbox.mails[-1])


def text_of(mail: EmailMessage) -> str:
    """The plain text of a mail, its lines joined."""
    part: Any = mail.get_body(("plain",))
    return " ".join(part.get_content().split())


@pytest.fixture
async def machine(store: Store, vault: Vault) -> AsyncIterator[Machine]:
    async with serving() as server:
        yield Machine(store, vault, server)
