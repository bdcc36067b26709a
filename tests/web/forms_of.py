"""What a browser would send of a form on a page, without pressing any button in particular."""

from html.parser import HTMLParser


class _Form(HTMLParser):
    def __init__(self, action: str) -> None:
        super().__init__()
        self.action = action
        self.inside = False
        self.sent: dict[str, list[str]] = {}
        self.select: str | None = None
        self.area: str | None = None
        self.first: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = dict(attrs)
        if tag == "form":
            self.inside = (at.get("action") or "").startswith(self.action) and not self.sent
        if not self.inside:
            return
        name = at.get("name") or ""
        if tag == "input" and name and (at.get("type") not in {"checkbox", "radio"} or "checked" in at):
            self._add(name, at.get("value") or "")
        if tag == "select":
            self.select, self.first = name, None
            self._add(name, "")
        if tag == "option" and self.select and ("selected" in at or self.first is None):
            self.first = at.get("value") or ""
            self.sent[self.select][-1] = self.first
        if tag == "textarea":
            self.area = name
            self._add(name, "")

    def handle_data(self, data: str) -> None:
        if self.inside and self.area:
            self.sent[self.area][-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        if tag == "select":
            self.select = None
        if tag == "textarea" and self.area:
            self.sent[self.area][-1] = self.sent[self.area][-1].removeprefix("\n")
            self.area = None

    def _add(self, name: str, value: str) -> None:
        self.sent.setdefault(name, []).append(value)


def fields(page: str, action: str) -> dict[str, list[str]]:
    """The fields of the first form whose action begins so; as a browser encodes them."""
    parser = _Form(action)
    parser.feed(page)
    return parser.sent
