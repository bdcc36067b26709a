"""cal.com's users, teams, memberships and days out of office."""

from cally.model.imports import ForeignHost, ForeignMember, ForeignTeam, ForeignTimeOff
from cally.model.rules import DAYS, Day
from cally.ops.imports import cleaning
from cally.ops.imports.found import Found
from cally.ops.imports.rows import Row, Table

NAME_LENGTH = 100
ABOUT_LENGTH = 2_000
NOTE_LENGTH = 300


def read_hosts(found: Found, users: Table, profiles: Table) -> None:
    """Every user with an address; nobody comes over as an admin, and no password comes over at all."""
    slugs = {row.key("userId"): row.text("username", longest=200) for row in profiles}

    def read(row: Row) -> ForeignHost | None:
        email = cleaning.address(row.text("email"))
        if not email:
            found.left_out("host", row.text("email"), "This is no mail address.", row.where)
            return None
        if row.flag("locked"):
            found.left_out("host", email, "The account was locked there.", row.where)
            return None
        username = row.text("username", longest=200) or slugs.get(row.key("id"), "")
        name = cleaning.one_line(row.text("name"), longest=NAME_LENGTH, instead=username or email.partition("@")[0])
        if row.text("role") == "ADMIN":
            sentence = "An admin there; comes over as a host. Make them an admin here by hand."
            found.note("host", "changed", name, sentence, row.where)
        tz = row.text("timeZone")
        known = cleaning.tz_name(tz)
        if tz and known != tz.strip():
            found.note("host", "changed", name, f"The time zone “{tz[:40]}” is unknown; UTC stands in.", row.where)
        return ForeignHost(
            key=email,
            email=email,
            name=name,
            slug=username,
            tz=known,
            locale=cleaning.language(row.text("locale") or "en"),
            week_starts_on=_day(row.text("weekStart")),
            about=cleaning.words(row.text("bio"), longest=ABOUT_LENGTH),
            dynamic_links=not row.has("allowDynamicBooking") or row.flag("allowDynamicBooking"),
        )

    for row in users:
        made = found.each("host", [row], read, name="email")
        if made and row.key("id"):
            found.hosts[row.key("id")] = made[0]


def read_teams(found: Found, teams: Table, memberships: Table) -> None:
    """Teams with the members who have accepted; organisations are no teams here."""
    members: dict[str, list[ForeignMember]] = {}
    for row in memberships:
        host = found.hosts.get(row.key("userId"))
        if host is not None and row.flag("accepted"):
            manages = row.text("role") in {"OWNER", "ADMIN"}
            members.setdefault(row.key("teamId"), []).append(ForeignMember(host=host.key, manages=manages))

    def read(row: Row) -> ForeignTeam | None:
        name = cleaning.one_line(row.text("name"), longest=NAME_LENGTH, instead="Team")
        own = members.get(row.key("id"), [])
        if row.flag("isOrganization"):
            sentence = "An organisation; its teams and people come over, it has no counterpart here."
            found.left_out("team", name, sentence, row.where)
            return None
        if not own:
            found.left_out("team", name, "Nobody is in it.", row.where)
            return None
        if not any(member.manages for member in own):
            own = [ForeignMember(host=own[0].host, manages=True), *own[1:]]
            found.note("team", "changed", name, f"Nobody managed it; {own[0].host} does now.", row.where)
        about = cleaning.words(row.text("bio"), longest=ABOUT_LENGTH)
        slug = row.text("slug", longest=200)
        return ForeignTeam(key=f"{slug or name}/{row.key('id')}", name=name, slug=slug, about=about, members=tuple(own))

    for row in teams:
        made = found.each("team", [row], read)
        if made and row.key("id"):
            found.teams[row.key("id")] = made[0]


def read_time_off(found: Found, entries: Table) -> list[ForeignTimeOff]:
    """Days out of office; there they run from one midnight to the end of a day, in UTC."""

    def read(row: Row) -> ForeignTimeOff | None:
        host = found.hosts.get(row.key("userId"))
        first_on, last_on = row.day("start"), row.day("end")
        if host is None or first_on is None or last_on is None:
            found.left_out("time off", row.text("start"), "Its host does not come over.", row.where)
            return None
        delegate = found.hosts.get(row.key("toUserId"))
        return ForeignTimeOff(
            key=f"{host.key}/{row.key('id')}",
            host=host.key,
            first_on=first_on,
            last_on=max(first_on, last_on),
            note=cleaning.one_line(row.text("notes"), longest=NOTE_LENGTH),
            delegate=delegate.key if delegate is not None and delegate.key != host.key else "",
        )

    return found.each("time off", entries, read, name="start")


def _day(text: str) -> Day:
    return next((day for day in DAYS if text.lower().startswith(day)), "mon")
