"""Styles, scripts and templates: small, from here alone, and within the strict policy."""

import gzip
import re
from pathlib import Path

import pytest
from httpx2 import AsyncClient

from cally.store import Store
from cally.web import assets, rendering
from tests.cast import ada
from tests.web.guests import look

WEB = Path(assets.__file__).parent
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
STYLES = sorted((WEB / "static" / "css").glob("*.css"))
SCRIPTS = sorted((WEB / "static" / "js").glob("*.js"))
PHYSICAL = re.compile(
    r"(?<![\w-])(?:(?:margin|padding|border)-(?:left|right|top|bottom)|(?:min-|max-)?(?:width|height)|left|right|top|bottom)\s*:"
)
SINKS = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc")
LIMIT = 30_000


async def test_the_whole_booking_page_is_under_30_kb(store: Store, client: AsyncClient) -> None:
    """Page, styles, scripts and pictures together, as they travel."""
    await ada(store)
    page = await look(client, "/ada/intro")
    needed = set(re.findall(r"/static/[\w.-]+", page.text))
    for path in list(needed):
        found = assets.by_path(path)
        assert found is not None
        needed |= set(re.findall(r"/static/[\w.-]+", found.body.decode()))
    sizes = [len(found.packed) for path in needed if (found := assets.by_path(path))]
    assert len(sizes) == len(needed) >= 5
    assert sum(sizes) + len(gzip.compress(page.content, 6)) < LIMIT


async def test_an_asset_is_kept_for_ever_and_an_unknown_one_is_not_there(client: AsyncClient) -> None:
    """Its name changes with its content, so nobody needs to ask again."""
    found = await client.get(assets.asset("guest.css"))
    assert (found.status_code, "immutable" in found.headers["cache-control"]) == (200, True)
    assert (await client.get("/static/guest-0000000000.css")).status_code == 404


def test_modules_import_each_other_by_their_hashed_names() -> None:
    """No script asks for a name that could be stale."""
    for name, found in assets.load().items():
        if name.endswith(".js"):
            imported = re.findall(r"import\s[^'\"\n]*['\"]([^'\"]+)['\"]", found.body.decode())
            assert all(assets.by_path(path) for path in imported), name


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(WEB)))
def test_no_template_has_inline_styles_scripts_or_handlers(template: Path) -> None:
    """The policy would refuse them."""
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:", text)
    assert not re.search(r"<script(?![^>]*(?:src=|application/json))", text)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(WEB)))
def test_every_template_compiles_and_escapes(template: Path) -> None:
    """Only the icons are inserted as they stand."""
    name = str(template.relative_to(WEB / "templates"))
    rendering.environment().get_template(name)
    assert "|safe" not in template.read_text(encoding="utf-8").replace("ICONS[name]|safe", "")


@pytest.mark.parametrize("style", STYLES, ids=lambda path: path.name)
def test_styles_are_logical(style: Path) -> None:
    """Pages that run from right to left need no styles of their own."""
    text = re.sub(r"/\*.*?\*/", "", style.read_text(encoding="utf-8"), flags=re.DOTALL)
    text = re.sub(r"@media[^{]*\{", "{", text)
    assert not PHYSICAL.findall(text)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_build_pages_from_nodes_not_from_text(script: Path) -> None:
    """Trusted Types would refuse the rest; and nothing is fetched from elsewhere."""
    text = script.read_text(encoding="utf-8")
    assert not SINKS.search(text)
    assert not re.findall(r"https?://(?!www\.w3\.org/2000/svg)", text)
