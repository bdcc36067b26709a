"""A host's own words made into a mail's HTML and text: light Markdown, and values that are never read as any.

The words are parsed before a value is put in, so that a guest's name is text, whatever it looks like.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import msgspec
from markupsafe import Markup, escape

from cally.errors import invalid
from cally.notify.variables import BRACED, Variable, filled, is_seen, named, without_hollow_lines

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

RULES = ["emphasis", "link", "list", "newline", "backticks", "autolink", "escape"]
SCHEMES = frozenset({"https", "http", "mailto"})
PARAGRAPH = Markup('<p style="margin:0 0 12px;overflow-wrap:anywhere">')
LIST = Markup('<{} style="margin:0 0 12px;padding:0 0 0 24px;padding-inline:24px 0">')
LIST_END = Markup("</{}>\n")
CODE = Markup('<code style="font-family:ui-monospace,Menlo,Consolas,monospace">')
BREAK = Markup("<br>\n")


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """The same words twice; `links` are the addresses that a reader of the HTML can open."""

    html: Markup
    text: str
    links: frozenset[str]


def written(words: str, values: Mapping[str, str], links: Mapping[str, Variable]) -> Written:
    """Words with their values; `links` are the variables that are addresses. Lines without a value are left out."""
    writer = _Writer(values, frozenset(name for name, one in links.items() if one.is_link))
    writer.blocks(_markdown().parse(without_hollow_lines(words, values)))
    text = "\n".join(writer.lines).strip()
    return Written(html=Markup("").join(writer.html), text=text, links=frozenset(writer.links))


def require_good_links(words: str, field: str, possible: Mapping[str, Variable]) -> None:
    """Raises `invalid` when a link leads to a variable that is no address, or to one that is put together."""
    for token in _markdown().parse(words):
        for child in token.children or ():
            target = unquote(str(child.attrs.get("href", "")))
            if BRACED.search(target) and not (named(target) in possible and possible[named(target)].is_link):
                fit = ", ".join(f"{{{name}}}" for name, one in possible.items() if one.is_link)
                raise invalid(field, f"A link leads to an address of its own, or to one of {fit} alone.")


class _Writer:
    """Goes over the tokens once, writing both."""

    def __init__(self, values: Mapping[str, str], link_names: frozenset[str]) -> None:
        self.html: list[Markup] = []
        self.lines: list[str] = []
        self.links: set[str] = set()
        self._values = values
        self._link_names = link_names
        self._marks: list[int | None] = []

    def blocks(self, tokens: list["Token"]) -> None:
        for token in tokens:
            if token.type == "inline":
                self._inline(token.children or [])
            elif token.type == "list_item_open":
                self.html.append(Markup("<li>"))
            elif token.type == "list_item_close":
                self.html.append(Markup("</li>\n"))
            elif token.type.startswith("paragraph"):
                self._paragraph(token)
            elif token.tag in {"ul", "ol"}:
                self._list(token)

    def _paragraph(self, token: "Token") -> None:
        opens = token.type == "paragraph_open"
        if opens:
            self.lines.append(self._mark())
        elif not token.hidden:
            self.lines.append("")
        if not token.hidden:
            self.html.append(PARAGRAPH if opens else Markup("</p>\n"))

    def _list(self, token: "Token") -> None:
        if token.type.endswith("open"):
            self._marks.append(int(token.attrs.get("start", 1)) if token.tag == "ol" else None)
            self.html.append(LIST.format(Markup(token.tag)))  # noqa: S704 - `ul` or `ol`
            return
        self._marks.pop()
        self.html.append(LIST_END.format(Markup(token.tag)))  # noqa: S704 - as above
        if not self._marks:
            self.lines.append("")

    def _mark(self) -> str:
        """What a line of text begins with: inside a list its sign or number."""
        if not self._marks:
            return ""
        number = self._marks[-1]
        if number is not None:
            self._marks[-1] = number + 1
        return "  " * (len(self._marks) - 1) + ("- " if number is None else f"{number}. ")

    def _inline(self, tokens: list["Token"]) -> None:
        at = 0
        while at < len(tokens):
            token = tokens[at]
            if token.type == "link_open":
                end = next(n for n in range(at, len(tokens)) if tokens[n].type == "link_close")
                self._link(str(token.attrs.get("href", "")), "".join(_label(one) for one in tokens[at + 1 : end]))
                at = end
            elif token.type in {"softbreak", "hardbreak"}:
                self._say(BREAK, "\n")
            elif token.type == "code_inline":
                said = filled(token.content, self._values)
                self._say(CODE + escape(said) + Markup("</code>"), said)
            elif token.tag in {"strong", "em"}:
                self._say(Markup(f"<{token.tag}>" if token.nesting > 0 else f"</{token.tag}>"), "")  # noqa: S704 - ours
            else:
                self._text(token.content)
            at += 1

    def _text(self, content: str) -> None:
        at = 0
        for found in BRACED.finditer(content):
            self._plain(content[at : found.start()])
            name, at = named(found[0]), found.end()
            if name in self._link_names and self._values.get(name):
                self._anchor(self._values[name], self._values[name])
            else:
                self._plain(self._values.get(name, found[0]))
        self._plain(content[at:])

    def _plain(self, said: str) -> None:
        self._say(_broken(said), said)

    def _link(self, target: str, label: str) -> None:
        """A link that the host wrote; of one that leads nowhere its words are left."""
        name, shown = named(unquote(target)), filled(label, self._values)
        if name in self._link_names:
            target = self._values.get(name, "")
        if urlsplit(target).scheme.lower() in SCHEMES:
            self._anchor(target, shown if is_seen(shown) else target)
        else:
            self._plain(shown)

    def _anchor(self, target: str, label: str) -> None:
        self.links.add(target)
        bare = target.removeprefix("mailto:")
        opened = Markup('<a href="{}" style="overflow-wrap:anywhere">{}</a>').format(target, label)
        self._say(opened, label if label in {target, bare} else f"{label} ({bare})")

    def _say(self, html: Markup, text: str) -> None:
        self.html.append(html)
        self.lines[-1] += text


def _label(token: "Token") -> str:
    return " " if token.type in {"softbreak", "hardbreak"} else token.content


def _broken(text: str) -> Markup:
    """Escaped, with the line breaks that a value may have."""
    return BREAK.join(escape(line) for line in text.split("\n"))


@lru_cache(maxsize=1)
def _markdown() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # noqa: PLC0415 - heavy: imported where used

    return MarkdownIt("zero", {"html": False, "breaks": True}).enable(RULES)
