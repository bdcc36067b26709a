"""Custom CSS: what changes colours and spacing is served, everything else is named with its line."""

import pytest

from cally.web.custom_css import MOST_BYTES, checked

HOSTILE = [
    "@import 'https://mallory.example/x.css';",
    "@import url(//mallory.example/x.css);",
    "@\\69mport 'x.css';",
    "@font-face { font-family: x; src: url(https://mallory.example/x.woff) }",
    "@charset 'utf-7';",
    "@namespace x url(http://x);",
    "@keyframes x { from { color: red } }",
    "@page { margin: 0 }",
    "a { background: url(https://mallory.example/a.png) }",
    "a { background: URL('https://mallory.example/a.png') }",
    "a { background: u\\72l(https://mallory.example/a.png) }",
    "a { background: u/**/rl(x); color: u\\000072l(javascript:alert(1)) }",
    "a { background-image: image-set('https://mallory.example/a.png' 1x) }",
    "a { background-image: -webkit-image-set(url(x) 1x) }",
    "a { background-image: cross-fade(url(x), url(y), 50%) }",
    "a { --accent: url(https://mallory.example/a.png) }",
    "a { color: expression(alert(1)) }",
    "a { color: exp/**/ression(alert(1)) }",
    "a { behavior: url(x.htc) }",
    "a { -moz-binding: url(x.xml#y) }",
    "a { position: fixed; inset: 0; z-index: 9 }",
    "a { pos\\69tion: fixed }",
    "a { position: absolute }",
    "a { pointer-events: none }",
    "a { display: none }",
    "a { visibility: hidden }",
    "a { opacity: 0 }",
    "a { content: 'Click here' }",
    "a { cursor: none }",
    "a { transform: scale(9) }",
    "a { margin: -9999px }",
    "a { letter-spacing: -1em }",
    "a { color: transparent }",
    "a { color: red !important }",
    "a { --t-sm: 0 }",
    "a { font-family: '</style><script>alert(1)</script>' }",
    "</style><script>alert(1)</script> { color: red }",
    "<!-- a { color: red } --> <script>",
    ".consent { color: red }",
    ".x .conse\\6et { color: red }",
    "input[value^='a'] { background: red }",
    "a::before { content: attr(href) }",
    "a { color: red; } } body { position: fixed }",
    "a { b { position: fixed } }",
    "a { & b { color: red } }",
    "@media (min-width: url(x)) { a { color: red } }",
    "@supports (background: url(x)) { a { color: red } }",
    "@media all { @import 'x'; a { position: fixed } }",
    "a { color: red\\; position: fixed }",
    "a { filter: url(#x) }",
    "a { mask: url(x) }",
    "a { src: local(x) }",
    "a { color: env(x) }",
    "a { width: 0; height: 0; overflow: hidden }",
    "a { font-size: 0 }",
    "a { animation: x 1s }",
    ".x { color: \\75 rl(x) }",
]
FORBIDDEN = (
    "url",
    "import",
    "expression",
    "script",
    "<",
    "\\",
    "mallory",
    "fixed",
    "absolute",
    "binding",
    "behavior",
    "content",
)


@pytest.mark.parametrize("source", HOSTILE)
def test_what_is_not_known_to_be_harmless_is_left_out_and_named(source: str):
    """In whatever spelling: escapes and comments are resolved before anything is judged."""
    answer = checked(source)
    assert answer.refused, answer.css
    assert all(one.line >= 1 and one.reason for one in answer.refused)
    assert not any(word in answer.css.lower() for word in FORBIDDEN), answer.css


def test_a_style_that_is_fine_is_served_beneath_the_page_in_a_layer_of_its_own():
    """Nothing is refused, nothing reaches beyond the page's root."""
    answer = checked(
        "body { background: linear-gradient(#fff, oklch(90% .1 200)); font-family: 'Comic Neue', serif }\n"
        ".bk-slot, h1 > a:hover { color: #123; border-radius: 4px }\n"
        "@media (prefers-color-scheme: dark) { h1 { color: white } }"
    )
    assert answer.refused == ()
    assert answer.css.startswith("@layer custom{.guest{background:")
    assert ".guest .bk-slot,.guest h1 > a:hover{color:#123;" in answer.css
    assert "@media (prefers-color-scheme: dark){.guest h1{color:white;}}" in answer.css


def test_what_is_refused_is_named_with_its_line():
    """The rest of the rule stands."""
    answer = checked("h1 {\n  color: red;\n  position: fixed;\n}")
    assert answer.css == "@layer custom{.guest h1{color:red;}}"
    ((line, what),) = [(one.line, one.what) for one in answer.refused]
    assert (line, what) == (3, "position")


def test_too_large_a_style_is_refused_as_a_whole():
    """32 kB at most; a flood of nested blocks is no trouble."""
    assert checked("a{color:red}" * MOST_BYTES).css == ""
    assert checked("@media all{" * 2_000 + "a{color:red}").css == ""
    assert checked("a{color:" + "(" * 500 + "}").css == ""
