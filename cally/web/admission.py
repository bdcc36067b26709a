"""Whether a guest's wish is taken on at all: the trap for machines, work when much comes, the blocklist, mailboxes.

Pages and API ask the same questions here before they book, and count here what goes out by mail afterwards.
"""

import secrets
from collections.abc import Iterable

from litestar.response import Redirect

from cally.brakes import blocked
from cally.errors import CallyError
from cally.model.accounts import Actor
from cally.model.addresses import without_tag
from cally.model.ids import new_uid
from cally.ops import reserve
from cally.store import audit
from cally.web.addresses import client_address
from cally.web.doors import Doors
from cally.web.forms import Form
from cally.web.rendering import AnyRequest

TRAP = "comment_url"  # a field that people neither see nor reach
WORK = "work"
STAMP = "stamp"
WORK_HEADER = "X-Work"
BLOCKED = "This booking cannot be taken here. Please get in touch with your host in another way."
WORK_NEEDED = "Much comes from your network right now, so your browser works for a moment before this goes through."
WAIT = "Without scripts: wait {n} seconds, then send this once more."
Mailboxes = Iterable[str]


def is_trapped(form: Form) -> bool:
    """Whether a machine has filled in what no person sees."""
    return bool(form.text(TRAP))


async def trapped(request: AnyRequest, doors: Doors, page: str, ticket: str) -> Redirect:
    """The answer that a machine gets: it looks like every other one, and nothing was stored."""
    address, now = _from(request, doors)
    doors.guests.refuse(address, "trap", now)
    await _note(doors, address, page, now, by="trap")
    return Redirect(f"{ticket}{new_uid()}.{secrets.token_urlsafe(16)}?new=1", status_code=303)


def guard(request: AnyRequest, doors: Doors, form: Form, page: str) -> None:
    """Give the form work to do while its guest types, when much has come from their network; for people, none."""
    address, now = _from(request, doors)
    bits = doors.guests.bits(address, page, now, looking=True)
    if form.guard is None and bits:
        form.guard = doors.guests.work.guard(doors.vault, page, bits, now)


def require_work(request: AnyRequest, doors: Doors, form: Form, page: str) -> None:
    """Raise `rate_limited` with `work` bits unless none is needed, or it was done, or time was waited instead."""
    address, now = _from(request, doors)
    bits = doors.guests.bits(address, page, now)
    if not bits or shows_work(request, doors, form, page, bits):
        return
    doors.guests.change(address, now)
    doors.guests.refuse(address, WORK, now)
    ask_work(request, doors, form, page, bits, again=True)
    seconds = form.guard.wait_seconds if form.guard else 1
    raise CallyError("rate_limited", WORK_NEEDED, retry_after=seconds, work=bits)


def shows_work(request: AnyRequest, doors: Doors, form: Form, page: str, bits: int) -> bool:
    """Whether work, or a stamp whose time has come, came with the form; it is spent now."""
    address, now = _from(request, doors)
    keeper, vault = doors.guests.work, doors.vault
    return keeper.is_done(vault, page, bits, work=form.text(WORK), now=now) or keeper.has_waited(
        vault, page, address, stamp=form.text(STAMP), now=now
    )


def ask_work(request: AnyRequest, doors: Doors, form: Form, page: str, bits: int, *, again: bool = False) -> None:
    """Give the form work to do and, for those without scripts, a stamp; `again` then sends it by itself."""
    address, now = _from(request, doors)
    form.guard = doors.guests.work.patient(doors.vault, page, bits, address, now, shown=form.text(STAMP), again=again)


def require_work_of_program(request: AnyRequest, doors: Doors, page: str) -> None:
    """The same of a program without a token: the challenge is in the refusal, the work comes in a header."""
    address, now = _from(request, doors)
    bits, keeper = doors.guests.bits(address, page, now), doors.guests.work
    shown = request.headers.get(WORK_HEADER, "")
    if not bits or keeper.is_done(doors.vault, page, bits, work=shown, now=now):
        return
    doors.guests.refuse(address, WORK, now)
    sentence = f"Much comes from your network. Do the work of the challenge and send it as `{WORK_HEADER}`, or wait."
    challenge = keeper.guard(doors.vault, page, bits, now).challenge
    raise CallyError("rate_limited", sentence, retry_after=10, challenge=challenge, work=bits)


async def require_welcome(
    request: AnyRequest, doors: Doors, mailboxes: Mailboxes, page: str, *, limited: bool = True
) -> None:
    """Raise `forbidden` for guests and networks on the blocklist, `rate_limited` for a mailbox that has had enough.

    `storage_full` for everybody when the disk has no room for anything new. `limited=False` is for programs that show
    a token.
    """
    reserve.require_room(doors.store.path.parent)
    address, now = _from(request, doors)
    boxes = _plain(mailboxes)
    entry = await blocked(doors.store.reader, boxes, address, now=now)
    if entry is not None:
        doors.guests.refuse(address, "blocklist", now)
        await _note(doors, address, page, now, by=f"blocklist:{entry.id}")
        raise CallyError("forbidden", BLOCKED)
    if limited:
        doors.guests.may_mail(boxes, address, now)


def mailed(doors: Doors, mailboxes: Mailboxes) -> None:
    """Count what has gone to strangers."""
    doors.guests.mailed(_plain(mailboxes), doors.clock())


def sign_in_braked(request: AnyRequest, doors: Doors, form: Form, page: str, error: CallyError) -> None:
    """Let the admins' page show that a sign-in was held up, and give the form work where that helps."""
    if error.code != "rate_limited":
        return
    address, now = _from(request, doors)
    doors.guests.refuse(address, "sign-in", now)
    if "work" in error.facts:
        ask_work(request, doors, form, page, error.facts["work"])


async def _note(doors: Doors, address: str, page: str, now: int, *, by: str) -> None:
    if not doors.guests.may_note(address, now):
        return
    actor = Actor(kind="guest", address=address)
    async with doors.store.write() as tx:
        await audit.insert(tx, now=now, actor=actor, tag="guest:booking:refuse", subject=f"page:{page}"[:200], by=by)


def _from(request: AnyRequest, doors: Doors) -> tuple[str, int]:
    return client_address(request.scope, doors.trusted_proxies), doors.clock()


def _plain(mailboxes: Mailboxes) -> list[str]:
    return [without_tag(mailbox.strip().lower()[:254]) for mailbox in mailboxes if "@" in mailbox]
