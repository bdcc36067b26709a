"""Texts that harm whoever shows them carelessly, and judges of the places where they end up."""

import email
import email.policy
import unicodedata
from collections.abc import Mapping
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

import icalendar

RAN = "hostile"  # what a script of ours leaves behind on `window`
RUN = f"{RAN}=1"
TEXTS: dict[str, str] = {
    "a script": f"<script>{RUN}</script><x-evil>",
    "a script's end": f"</script><script>{RUN}</script><x-evil>",
    "a handler": f"<img src=x onerror={RUN}><x-evil>",
    "a drawing": f"<svg/onload={RUN}><x-evil>",
    "out of an attribute": f'" autofocus onfocus="{RUN}" x-evil="',
    "out of the other": f"' autofocus onfocus='{RUN}' x-evil='",
    "out of a bare one": f"x onmouseover={RUN} x-evil=1",
    "a javascript link": f"[see](javascript:{RUN})",
    "a hidden javascript link": f"[a](java&#x73;cript&colon;{RUN}) <JaVaScRiPt:{RUN}>",
    "a data link": "[see](data:text/html;base64,PHNjcmlwdD4=)",
    "a link out of its quotes": f'[x](https://e.test/"onclick={RUN}//)',
    "an unclosed comment": "<!-- gone from here <x-evil",
    "a comment and a section": f"--><![CDATA[ ]]><x-evil><script>{RUN}</script>",
    "the end of a field": f"</textarea></title><x-evil><script>{RUN}</script>",
    "a style": '<style>*{display:none}</style><p style="x:y"><x-evil>',
    "entities of entities": "&lt;x-evil&gt; &amp;lt;script&amp;gt; &#60;x-evil&#62;",
    "braces of a template": "{{7*7}} {% raw %} ${7*7} #{7*7} <%=7*7%>",
    "a format": "{0.__class__} {name.__init__} %(guest)s %s %n %",
    "a second header": "Cleo\r\nBcc: all@evil.test\r\n\r\nHello",
    "a header by LF": "Cleo\nX-Evil: 1",
    "encoded words": "=?utf-8?q?Cleo=0D=0ABcc:_all=40evil.test?=",
    "an address in a name": '"Boss" <boss@evil.test>, cleo@evil.test; (x)',
    "an event in an event": "x\nEND:VEVENT\nBEGIN:VEVENT\nUID:evil\\n;,:",
    "separators": "a;b,c:d\\n\\,\"^n^';CN=evil:mailto:x@evil.test",
    "a formula": '=cmd|" /C calc"!A0',
    "another formula": '+HYPERLINK("https://evil.test";"x")',
    "a third formula": "@SUM(1+1)*cmd|x",
    "a wide formula": "＝1+1",
    "the other direction": "\u202egpj.exe\u202c \u2066x\u2069 \u200fab",
    "nothing to see": "a\u200bb\u200dc\u00add\u2060\u180e\ufeff",
    "controls": "a\x00b\x1b[31mc\x07\x08\x7f\x85d",
    "other line ends": "a\u2028b\u2029c\x0bd\x0c",
    "half a character": "a\ud800b\udfff",
    "many marks": "Z" + "\u0300" * 60,
    "very long": "W" * 20_000,
    "a family": "👩\u200d👩\u200d👧\u200d👦🏳️\u200d🌈",
    "quotes of SQL": "'; DROP TABLE booking; -- \" OR ''='",
    "a lookalike": "Аdа Lоvеlасе",
    "a path": "../../etc/passwd%00\\..\\x",
}
# Those that a browser is to run or show, if it runs or shows anything that it should not.
WORST = [name for name, text in TEXTS.items() if RUN in text]
OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
URLS = frozenset(
    {"href", "src", "action", "formaction", "data", "poster", "srcset", "background", "xlink:href", "ping"}
)
SCHEMES = ("javascript:", "data:", "vbscript:", "blob:", "file:")
NEVER = frozenset({"style", "iframe", "object", "embed", "base", "frame", "applet", "marquee", "noscript"})
STRUCTURE = frozenset({"html", "head", "body", "title"})
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def is_one_line(text: str) -> bool:
    """Whether a field of one line may hold it at all."""
    return not any(unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} for c in text)


def tamed(text: str, longest: int = 100) -> str:
    """What is left for a field of one line: without line breaks and control characters, not too long."""
    return "".join(c for c in text if is_one_line(c))[:longest] or "x"


class _Page(HTMLParser):
    """What a browser would do with a page; `faults` is what it must not."""

    def __init__(self, *, mail: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.seen: dict[str, int] = dict.fromkeys(STRUCTURE, 0)
        self.ended: list[str] = []
        self._mail = mail

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in STRUCTURE and not (tag == "title" and self.seen["body"]):
            self.seen[tag] += 1
        if tag.startswith("x-") or (tag in NEVER and not (self._mail and tag == "style")):
            self._fault(f"<{tag}>")
        if tag == "script" and (self._mail or not _is_ours(given)):
            self._fault(f"<script {given}>")
        if tag == "meta" and given.get("http-equiv", "").lower() == "refresh":
            self._fault("a refresh")
        for name, value in given.items():
            self._judge(tag, name, value)

    def _judge(self, tag: str, name: str, value: str) -> None:
        if name.startswith(("on", "x-")) or (name == "style" and not self._mail) or name == "srcdoc":
            self._fault(f"<{tag} {name}={value!r}>")
        if name in URLS and "".join(value.split()).lower().startswith(SCHEMES):
            self._fault(f"<{tag} {name}={value!r}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self.ended.append(tag)

    def handle_comment(self, data: str) -> None:
        self._fault(f"a comment: {data!r}")

    def unknown_decl(self, data: str) -> None:
        self._fault(f"a section: {data!r}")

    def handle_pi(self, data: str) -> None:
        self._fault(f"an instruction: {data!r}")

    def _fault(self, what: str) -> None:
        self.faults.append(what)


def _is_ours(given: Mapping[str, str]) -> bool:
    return given.get("src", "").startswith("/static/") or given.get("type") == "application/json"


def faults(page: str, *, mail: bool = False) -> list[str]:
    """What on a page a guest or host could have put there; mails bring styles of their own, and no script at all."""
    reading = _Page(mail=mail)
    reading.feed(page)
    reading.close()
    found = reading.faults
    found += [f"{times} × <{tag}>" for tag, times in reading.seen.items() if times != 1]
    if reading.ended[-2:] != ["body", "html"]:
        found.append(f"it ends with {reading.ended[-2:]}")
    if OVERRIDES & set(page):
        found.append("a direction override")
    return found


def mail_faults(content: bytes, headers: set[str], *, addresses: set[str]) -> list[str]:
    """What a mail has that it should not: another header, another address, a script, another event."""
    parsed: Any = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    found = [f"a header {name}" for name in set(parsed.keys()) - headers]
    found += [f"no header {name}" for name in headers - set(parsed.keys())]
    if len(parsed.keys()) != len(set(parsed.keys())):
        found.append("a header twice")
    for name in {"From", "To", "Reply-To"} & headers:
        found += [f"{name}: {one.addr_spec}" for one in parsed[name].addresses if one.addr_spec not in addresses]
        found += [f"{name}: {len(parsed[name].addresses)}" for _ in [0] if len(parsed[name].addresses) != 1]
    found += [f"defects in {name}" for name in parsed if parsed[name].defects]
    plain, html = parsed.get_body(("plain",)), parsed.get_body(("html",))
    if plain is None or html is None:
        return [*found, "a part is missing"]
    found += faults(str(html.get_content()), mail=True)
    found += [f"a control in {part.get_content_type()}" for part in (plain, html) if _controls(str(part.get_content()))]
    for part in parsed.walk():
        if part.get_content_type() == "application/ics":
            found += calendar_faults(part.get_content())
    return found


def calendar_faults(data: bytes, **expected: str) -> list[str]:
    """What a calendar file has beyond one event, and where it says something else than expected."""
    calendar = icalendar.Calendar.from_ical(data)
    events = calendar.walk("VEVENT")
    if len(events) != 1:
        return [f"{len(events)} events"]
    found = [f"a line of {len(line)} bytes" for line in data.split(b"\r\n") if len(line) > 75]
    rest = data.replace(b"\r\n", b"")
    found += ["a bare line end"] * (b"\n" in rest or b"\r" in rest)
    found += [f"a property {name}" for name in events[0] if name.startswith("X-EVIL") or name == "BCC"]
    found += [f"an error {error}" for error in events[0].errors]
    found += [f"{name}: {events[0].get(name)!r}" for name, text in expected.items() if str(events[0].get(name)) != text]
    return found


def _controls(text: str) -> bool:
    return any(unicodedata.category(c) == "Cc" and c not in "\r\n\t" for c in text)
