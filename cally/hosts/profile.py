"""Who a host is to guests: name, address, zone, language, a few words, and the caps over everything they offer."""

from cally.errors import invalid, not_found
from cally.hosts.rules import checked_caps
from cally.hosts.schedules import move_followers
from cally.model.accounts import Actor
from cally.model.hosts import Host
from cally.model.locales import locale_tag
from cally.model.rules import DAYS, Cap, Day
from cally.model.slugs import host_slug
from cally.model.texts import line, paragraph
from cally.model.zones import zone
from cally.store import Reader, Store, Writer, accounts, audit, hosts

NAME_LENGTH = 100
ABOUT_LENGTH = 2_000


async def host_by_id(db: Reader, host_id: int) -> Host | None:
    """The host of that id, whether their account is in use or not."""
    return await hosts.by_id(db, host_id)


async def host_by_slug(db: Reader, slug: str) -> Host | None:
    """The host at `/{slug}`, if their account is verified and not disabled."""
    return await hosts.by_slug(db, slug)


async def list_hosts(db: Reader) -> list[Host]:
    """Every host, oldest first."""
    return await hosts.list_all(db)


async def update_host(
    store: Store,
    host_id: int,
    *,
    slug: str | None = None,
    name: str | None = None,
    tz: str | None = None,
    locale: str | None = None,
    week_starts_on: str | None = None,
    about: str | None = None,
    caps: tuple[Cap, ...] | None = None,
    dynamic_links: bool | None = None,
    now: int,
    actor: Actor,
) -> Host:
    """Change what is given, keep the rest; the account is called as its host is.

    Raises `invalid` with the field, also for a slug that is taken. The old address answers no more. Schedules that
    follow the host move along; bookings keep their instants (rule 13).
    """
    async with store.write() as tx:
        known = await hosts.by_id(tx, host_id)
        if known is None:
            raise not_found("host")
        changed = Host(
            id=host_id,
            slug=known.slug if slug is None else host_slug(slug),
            name=known.name if name is None else line(name, "name", longest=NAME_LENGTH),
            email=known.email,
            tz=known.tz if tz is None else zone(tz),
            locale=known.locale if locale is None else locale_tag(locale),
            week_starts_on=known.week_starts_on if week_starts_on is None else _day(week_starts_on),
            about=known.about if about is None else paragraph(about, "about", longest=ABOUT_LENGTH),
            caps=known.caps if caps is None else checked_caps(caps),
            dynamic_links=known.dynamic_links if dynamic_links is None else dynamic_links,
        )
        if await hosts.slug_owner(tx, changed.slug) not in {None, host_id}:
            raise invalid("slug", f"The address “{changed.slug}” is taken; please choose another one.")
        await hosts.update(tx, changed)
        await accounts.update_name(tx, host_id, changed.name)
        if changed.tz != known.tz:
            await move_followers(tx, host_id, changed.tz, now=now, actor=actor)
        await _record(tx, known, changed, now, actor)
    return changed


def _day(text: str) -> Day:
    for day in DAYS:
        if day == text:
            return day
    raise invalid("week_starts_on", f"This must be one of {', '.join(DAYS)}.")


async def _record(tx: Writer, known: Host, changed: Host, now: int, actor: Actor) -> None:
    fields = [field for field in Host.__struct_fields__ if getattr(known, field) != getattr(changed, field)]
    subject = f"host:{known.id}"
    await audit.insert(
        tx, now=now, actor=actor, tag=f"{actor.kind}:host:update", subject=subject, fields=" ".join(fields)
    )
