"""The words of a message: templates of its kind, filled with finished values for its reader."""

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec
from markupsafe import Markup

from cally.model.messages import Kind, Snapshot
from cally.model.wordings import Wording
from cally.notify.day_words import Beside
from cally.notify.own_words import written
from cally.notify.values import Reader, Values, reader_of, values_of, variable_values
from cally.notify.variables import VARIABLES, filled, is_seen, without_hollow_lines

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["Reader", "Words", "chat_words", "mail_words", "one_line", "reader_of", "spaced", "templates"]
GAP = re.compile(r"\n{3,}")
NO_WORDING = Wording(kind="confirmed", recipient="guest")
OF_GROUPS: frozenset[Kind] = frozenset({"requested", "confirmed", "declined", "rescheduled", "cancelled"})


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """A finished message. `subject` is one line."""

    subject: str
    text: str
    html: str


def mail_words(
    snapshot: Snapshot,
    kind: Kind,
    reader: Reader,
    *,
    public_url: str,
    link: str,
    wording: Wording | None = None,
    beside: Beside = Beside(),  # noqa: B008 - frozen
) -> Words:
    """Subject, text and HTML of a mail; a host's own wording stands above the facts, which nothing takes away."""
    page = _page(snapshot, kind, reader, public_url, link, wording, beside)
    return page.mail()


def chat_words(
    snapshot: Snapshot,
    kind: Kind,
    reader: Reader,
    *,
    public_url: str,
    link: str,
    wording: Wording | None = None,
    beside: Beside = Beside(),  # noqa: B008 - frozen
) -> tuple[str, str]:
    """Title and body for a channel, as plain text."""
    page = _page(snapshot, kind, reader, public_url, link, wording, beside)
    return page.subject, page.chat()


def spaced(text: str) -> str:
    """The text with no more than one empty line at a time: what a message has not, leaves no hole."""
    return GAP.sub("\n\n", text.strip()) + "\n"


def one_line(text: str) -> str:
    """The text without line breaks and other control characters, fit for a header (rule 78).

    What looks like an encoded word (RFC 2047) is broken up: whoever writes or reads the header would decode it, and a
    line break can be encoded, too.
    """
    line = " ".join("".join(" " if ord(c) < 32 or 127 <= ord(c) < 160 else c for c in text).split())
    return line.replace("=?", "= ?")


def _folder(snapshot: Snapshot, kind: Kind, reader: Reader) -> str:
    """Where the templates lie; of a session its host is told in few words who came or went."""
    if snapshot.is_whole_series and kind != "bounced":
        return "series"
    return "group" if snapshot.group is not None and reader.role == "host" and kind in OF_GROUPS else kind


def _page(
    snapshot: Snapshot, kind: Kind, reader: Reader, public_url: str, link: str, wording: Wording | None, beside: Beside
) -> "_Page":
    """The words of a message; what a host is told of seats in a session has no wording of its own."""
    folder = _folder(snapshot, kind, reader)
    values = values_of(snapshot, kind, reader, public_url=public_url, link=link)
    values = msgspec.structs.replace(values, around=beside.around, stop_url=beside.stop_url)
    return _Page(folder, values, wording if folder != "group" else None, variable_values(values, reader))


class _Page:
    """The templates of one kind, with the sentence that all of them begin with, or the host's words in its place."""

    def __init__(self, folder: str, values: Values, wording: Wording | None, variables: dict[str, str]) -> None:
        self._folder = folder
        self._values = values
        self._wording = wording or NO_WORDING
        self._variables = variables
        self.subject = self._sentence = ""
        own = one_line(filled(self._wording.subject, variables, one_line))
        self.subject = own if is_seen(own) else one_line(self._render("subject.txt"))
        self._sentence = one_line(self._render("sentence.txt"))

    def mail(self) -> Words:
        """The mail. Where the host's words show the link already, it is not said a second time."""
        own = written(self._wording.body, self._variables, VARIABLES)
        text: str | None = None
        html: Markup | None = None
        values = self._values
        if is_seen(own.text):
            text, html = own.text, _own_block(own.html, self._wording.locale)
            values = msgspec.structs.replace(values, link="") if values.link in own.links else values
        return Words(
            subject=self.subject,
            text=spaced(self._render("text.txt", values, text)),
            html=self._render("body.html", values, html),
        )

    def chat(self) -> str:
        """The message for a channel. In the host's words, time and link are added where they have none."""
        words = without_hollow_lines(self._wording.chat, self._variables)
        own = filled(words, self._variables).strip()
        if not is_seen(own):
            return self._render("chat.txt").strip()
        added = {"when": "{when" not in words, "link": self._values.link not in own}
        return spaced(templates().get_template("own_chat.txt").render(m=self._values, own=own, add=added)).strip()

    def _render(self, name: str, values: Values | None = None, sentence: str | None = None) -> str:
        """`sentence` that is safe HTML is a block of its own, and no heading."""
        template = templates().get_template(f"{self._folder}/{name}")
        return template.render(
            m=values or self._values, subject=self.subject, sentence=self._sentence if sentence is None else sentence
        )


def _own_block(html: Markup, locale: str) -> Markup:
    """The host's words in a block that says its language; the direction is that of what is written."""
    tag = Markup(' lang="{}"').format(locale) if locale else Markup("")
    return Markup('<div class="own" dir="auto"{} style="margin:0 0 20px">\n{}</div>').format(tag, html)


@lru_cache(maxsize=1)
def templates() -> "Environment":
    """The templates of all messages, read at first use."""
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape  # noqa: PLC0415 - heavy

    found = Environment(
        loader=PackageLoader("cally.notify", "kinds"),
        autoescape=select_autoescape(["html"], default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    found.install_null_translations(newstyle=True)  # type: ignore[attr-defined] # the extension adds it at run time
    return found
