"""Styles that people write for public pages: parsed, and only what is known to be harmless written out again.

Every name and value goes through an allow-list as the parser understood it, so that no escape or comment gets past.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

MOST_BYTES = 32_768
DEEPEST = 3
ROOT = ".guest"
ROOTS = frozenset({"body", "html", ":root", ROOT})
AT_RULES = frozenset({"media", "supports", "layer"})
PROPERTY_NAMES = """
    accent-color background background-color background-image border border-block border-bottom border-color
    border-inline border-left border-radius border-right border-style border-top border-width box-shadow caret-color
    color color-scheme column-gap font-family font-style font-variant-numeric font-weight gap letter-spacing line-height
    list-style-type margin margin-block margin-block-end margin-block-start margin-bottom margin-inline margin-left
    margin-right margin-top outline-color padding padding-block padding-block-end padding-block-start padding-bottom
    padding-inline padding-left padding-right padding-top row-gap text-align text-decoration text-decoration-color
    text-decoration-style text-decoration-thickness text-shadow text-transform text-underline-offset
"""
PROPERTIES = frozenset(PROPERTY_NAMES.split())
FUNCTION_NAMES = """
    calc clamp color color-mix conic-gradient hsl hsla hwb lab lch light-dark linear-gradient max min oklab oklch
    radial-gradient repeating-linear-gradient repeating-radial-gradient rgb rgba var
"""
FUNCTIONS = frozenset(FUNCTION_NAMES.split())
SELECTOR_FUNCTIONS = frozenset(
    {"is", "not", "where", "has", "nth-child", "nth-last-child", "nth-of-type", "lang", "dir"}
)
QUERY_FUNCTIONS = frozenset({"min", "max", "calc", "not", "and", "or"})
UNSEEN = frozenset({"transparent", "currentcolor"})
FONT_SIZES = ("--t-", "--s", "--z", "--dur", "--ease")


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was left out: in which line, what, and why not."""

    line: int
    what: str
    reason: str


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """The style as it is served, in a layer of its own, and what is not in it."""

    css: str
    refused: tuple[Refused, ...]


def checked(source: str) -> Checked:
    """What may be served of a style; everything else is named. Too large a one is refused as a whole."""
    if len(source.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        reason = f"a style has at most {MOST_BYTES // 1024} kB"
        return Checked(css="", refused=(Refused(line=1, what="the style", reason=reason),))
    import tinycss2  # noqa: PLC0415 - heavy: imported where used

    reading = _Reading()
    try:
        rules = reading.rules(tinycss2.parse_stylesheet(source, skip_comments=True, skip_whitespace=True), 0)
    except RecursionError:
        return Checked(css="", refused=(Refused(line=1, what="the style", reason="its brackets stand too deep"),))
    css = f"@layer custom{{{rules}}}" if rules else ""
    return Checked(css=css, refused=tuple(reading.refused))


class _Reading:
    def __init__(self) -> None:
        self.refused: list[Refused] = []

    def no(self, node: Any, what: str, reason: str) -> None:
        self.refused.append(Refused(line=node.source_line, what=what[:80], reason=reason))

    def rules(self, nodes: Iterable[Any], depth: int) -> str:
        return "".join(self.rule(node, depth) for node in nodes)

    def rule(self, node: Any, depth: int) -> str:
        if node.type == "error":
            self.no(node, "this", "it cannot be understood")
        elif node.type == "at-rule":
            return self.at_rule(node, depth)
        elif node.type == "qualified-rule":
            return self.style(node)
        return ""

    def at_rule(self, node: Any, depth: int) -> str:
        import tinycss2  # noqa: PLC0415 - heavy: imported where used

        name = node.lower_at_keyword
        if name not in AT_RULES or node.content is None:
            self.no(node, f"@{name}", "of rules with @ only @media, @supports and @layer with a block are taken")
            return ""
        if depth >= DEEPEST:
            self.no(node, f"@{name}", f"they stand in each other at most {DEEPEST} deep")
            return ""
        if not all(_is_plain(token, QUERY_FUNCTIONS) for token in node.prelude):
            self.no(node, f"@{name}", "its condition may hold names and numbers only")
            return ""
        nodes = tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
        inner = self.rules(nodes, depth + 1)
        return f"@{name} {tinycss2.serialize(node.prelude).strip()}{{{inner}}}" if inner else ""

    def style(self, node: Any) -> str:
        import tinycss2  # noqa: PLC0415 - heavy: imported where used

        selectors = [self.selector(part, node) for part in _parted(node.prelude)]
        if not all(selectors):
            return ""
        found = []
        for one in tinycss2.parse_blocks_contents(node.content, skip_comments=True, skip_whitespace=True):
            if one.type == "declaration":
                found.append(self.declaration(one))
            else:
                self.no(one, "this", "rules do not stand inside others here, or it cannot be understood")
        kept = "".join(found)
        return f"{','.join(selectors)}{{{kept}}}" if kept else ""

    def selector(self, tokens: list[Any], node: Any) -> str:
        """A selector beneath the page's root, or empty."""
        import tinycss2  # noqa: PLC0415 - heavy: imported where used

        text = tinycss2.serialize(tokens).strip()
        if not text or not all(_is_selecting(token) for token in tokens):
            self.no(node, text or "this", "this selector is not taken")
            return ""
        if "consent" in text.lower():
            self.no(node, text, "what guests agree to keeps the look it has")
            return ""
        first, _, rest = text.partition(" ")
        if first.lower() in ROOTS:
            return f"{ROOT} {rest}".strip() if first.lower() != ROOT or rest else ROOT
        return f"{ROOT} {text}"

    def declaration(self, node: Any) -> str:
        import tinycss2  # noqa: PLC0415 - heavy: imported where used

        name = node.lower_name
        reason = _fault(node, name)
        if reason:
            self.no(node, node.name, reason)
            return ""
        value = tinycss2.serialize([token for token in node.value if token.type != "comment"]).strip()
        if any(sign in value for sign in "<\\@{};"):
            self.no(node, node.name, "its value holds signs that are not taken")
            return ""
        return f"{node.name if name.startswith('--') else name}:{value};"


def _fault(node: Any, name: str) -> str:
    if name.startswith("--"):
        if name.startswith(FONT_SIZES):
            return "the sizes and the order of the page stay as they are"
    elif name not in PROPERTIES:
        return "this property is not taken"
    if node.important:
        return "!important is not taken"
    if name == "color" and any(token.type == "ident" and token.lower_value in UNSEEN for token in node.value):
        return "text must be seen"
    for token in node.value:
        if not _is_plain(token, FUNCTIONS, strings=name == "font-family"):
            return "its value may hold names, numbers, colours and gradients only, and no address"
        if token.type in {"number", "percentage", "dimension"} and token.value < 0:
            return "numbers below nothing are not taken"
    return ""


def _is_plain(token: Any, functions: frozenset[str], *, strings: bool = False) -> bool:
    kind = token.type
    if kind == "function":
        return token.lower_name in functions and all(_is_plain(one, functions | FUNCTIONS) for one in token.arguments)
    if kind == "() block":
        return all(_is_plain(one, functions) for one in token.content)
    if kind == "ident":
        return all(letter.isalnum() or letter in "-_" for letter in token.value)
    if kind == "literal":
        return token.value in {",", "/", "+", "-", "*", ":", ">", "<", "=", ">=", "<=", "."}
    if kind == "string":
        return strings and all(letter.isalnum() or letter in " -_" for letter in token.value)
    return kind in {"number", "percentage", "dimension", "hash", "whitespace", "comment"}


def _is_selecting(token: Any) -> bool:
    kind = token.type
    if kind == "function":
        return token.lower_name in SELECTOR_FUNCTIONS and all(_is_selecting(one) for one in token.arguments)
    if kind == "[] block":
        return all(
            one.type in {"ident", "whitespace"}
            or (one.type == "literal" and one.value in {"=", "~=", "^=", "*=", "|="})
            for one in token.content
        )
    if kind == "literal":
        return token.value in {".", ":", ">", "+", "~", "*", ","}
    if kind in {"ident", "hash"}:
        return all(letter.isalnum() or letter in "-_" for letter in token.value)
    return kind in {"whitespace", "number", "dimension"}


def _parted(tokens: Iterable[Any]) -> list[list[Any]]:
    """The selectors of a list, parted by commas."""
    parts: list[list[Any]] = [[]]
    for token in tokens:
        if token.type == "literal" and token.value == ",":
            parts.append([])
        elif token.type != "comment":
            parts[-1].append(token)
    return parts
