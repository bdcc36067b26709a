"""From a template and finished values to a page in the reader's language and theme."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from litestar import Request, Response

from cally.web import dates
from cally.web.assets import asset
from cally.web.upkeep import Closed, closed_now
from cally.web.written import plain, rich

TEMPLATES = Path(__file__).parent / "templates"
HTML = "text/html"
THEMES = frozenset({"light", "dark"})
AnyRequest = Request[Any, Any, Any]


def render(
    request: AnyRequest, template: str, status: int = 200, *, headers: dict[str, str] | None = None, **values: Any
) -> Response[bytes]:
    """A page as a response; what it says is personal until shown otherwise, so nobody may keep it.

    Beside `values` a template knows `asset(name)`, `_(text)`, `words`, `theme`, `lang`, `dir`, and filters of dates:
    `instant|time(tz)`, `instant|day(tz)`, `instant|short_day(tz)`, `instant|moment(tz)`.
    """
    kept = {"cache-control": "no-store", "vary": "Accept-Language, Cookie"} | (headers or {})
    return Response(page(request, template, **values).encode(), status_code=status, media_type=HTML, headers=kept)


def page(request: AnyRequest, template: str, **values: Any) -> str:
    """The text of a page, rendered for whoever sent the request."""
    return text(template, words=reader(request), theme=theme(request), upkeep=closed_now(request), **values)


def text(template: str, *, words: dates.Words, theme: str, upkeep: Closed | None = None, **values: Any) -> str:
    """The text of a page in these words and this theme; equal values give an equal page."""
    return (
        environment()
        .get_template(template)
        .render(words=words, theme=theme, upkeep=upkeep, lang=words.tag, dir=words.direction, **values)
    )


def reader(request: AnyRequest) -> dates.Words:
    """How the sender reads dates: by Accept-Language, and the clock they chose (cookie `cally-clock`)."""
    return dates.words(request.headers.get("accept-language", ""), request.cookies.get("cally-clock", ""))


def theme(request: AnyRequest) -> str:
    """`light`, `dark`, or empty: as the system has it (cookie `cally-theme`)."""
    chosen = request.cookies.get("cally-theme", "")
    return chosen if chosen in THEMES else ""


def translated(text: str, **values: str | int) -> str:
    """The text in the page's language, `{name}` replaced; English is what the templates are written in."""
    return text.format(**values) if values else text


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The one environment of all templates, made at first use."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    made.globals.update(
        {"asset": asset, "_": translated, "counted": counted, "city": dates.city, "zone_label": dates.zone_label}
    )
    made.filters.update(
        {
            "time": _time,
            "day": _day,
            "short_day": _short_day,
            "moment": _moment,
            "initials": initials,
            "bare": bare,
            "twice": twice,
            "rich": rich,
            "plain": plain,
        }
    )
    return made


@pass_context
def _time(context: Context, instant: int, tz: str) -> str:
    return _words(context).time(instant, tz)


@pass_context
def _day(context: Context, instant: int, tz: str) -> str:
    return _words(context).day(dates.local(instant, tz).date())


@pass_context
def _short_day(context: Context, instant: int, tz: str) -> str:
    return _words(context).short_day(dates.local(instant, tz).date())


@pass_context
def _moment(context: Context, instant: int, tz: str) -> str:
    """`Tue 24 Nov, 16:30`."""
    return f"{_short_day(context, instant, tz)}, {_time(context, instant, tz)}"


def _words(context: Context) -> dates.Words:
    found: dates.Words = context["words"]
    return found


def bare(address: str) -> str:
    """A web address as people say it: without its scheme and the slash at its end."""
    return address.removeprefix("https://").removeprefix("http://").rstrip("/")


def twice(value: str) -> tuple[str, str]:
    """A choice whose value is what it says, as the macros of choices take it."""
    return value, value


def initials(name: str) -> str:
    """`AL` for Ada Lovelace, at most two letters."""
    parts = name.split()
    first, last = (parts[0], parts[-1]) if parts else ("", "")
    return (first[:1] + (last[:1] if len(parts) > 1 else "")).upper()


def counted(n: int, one: str, other: str) -> str:
    """`1 time free`, `9 times free`: the form that the number asks for, `{n}` replaced."""
    return (one if n == 1 else other).format(n=n)
