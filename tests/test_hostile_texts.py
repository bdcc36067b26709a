"""Hostile texts before they are kept: what a slug, a name and a log line make of them, and which fields read text."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import cally
from cally.errors import CallyError
from cally.model import slugs, texts
from tests.hostile import TEXTS

# Where the program reads a text of a person, and what of it is filled here; else why it needs not be.
FILLED = "filled by tests/web/filling.py"
HERE = "filled below"
SAME = "a form's first look at what another place keeps"
CODED = "an address, a number or a code that has a form of its own"
LOOKALIKES = ("аda", "adа", "ａｄａ", "ad\u200ba", "ada\u0301", "ı", "ADA", "a.d", "a/b", "ad\u00ada")
SAME_WAY = "kept and shown with the field beside it"
FIELDS = {
    "accounts.acting: reason": HERE,
    "accounts.identities: subject": CODED,
    "accounts.oauth_clients: name": FILLED,
    "accounts.passkeys: name": HERE,
    "accounts.providers: client_id": CODED,
    "accounts.providers: issuer": CODED,
    "accounts.providers: name": FILLED,
    "accounts.providers: scopes": CODED,
    "accounts.providers: secret": "shown nowhere",
    "accounts.registering: name": FILLED,
    "accounts.tokens: name": FILLED,
    "bookings.answering: reason": SAME_WAY,
    "bookings.changes: reason": FILLED,
    "bookings.consents: consent_text": FILLED,
    "bookings.hosting: reason": SAME_WAY,
    "bookings.private_links: guest_name": FILLED,
    "bookings.private_links: name": FILLED,
    "bookings.private_links: note": FILLED,
    "bookings.requests: companions.*.name": FILLED,
    "bookings.requests: field": "filled: the answers",
    "bookings.requests: guest.locale": CODED,
    "bookings.requests: guest.name": FILLED,
    "bookings.requests: guest_phone": CODED,
    "bookings.requests: notes": FILLED,
    "bookings.series_changes: reason": SAME_WAY,
    "brakes.blocklist: note": FILLED,
    "calendars.feeds: name": FILLED,
    "calendars.keeping: name": FILLED,
    "hosts.drafts: description": FILLED,
    "hosts.drafts: field": "filled: the place",
    "hosts.drafts: title": FILLED,
    "hosts.needs: resources[*].group": FILLED,
    "hosts.options: consent": FILLED,
    "hosts.profile: about": FILLED,
    "hosts.profile: name": FILLED,
    "hosts.questions: *.choices": FILLED,
    "hosts.questions: *.label": FILLED,
    "hosts.reminders: follow_up.text": FILLED,
    "hosts.resource_blocks: note": FILLED,
    "hosts.resources: name": FILLED,
    "hosts.resources: note": FILLED,
    "hosts.schedules: name": FILLED,
    "hosts.shares: hosts[*].group": "as the group of a resource",
    "hosts.teams: about": FILLED,
    "hosts.teams: name": FILLED,
    "hosts.time_off: note": FILLED,
    "notify.services: address": CODED,
    "notify.channels: name": FILLED,
    "notify.webhooks.keeping: name": FILLED,
    "notify.webhooks.keeping: url": CODED,
    "notify.wordings: body": "filled by tests/notify/test_wordings.py and tests/web/test_wordings.py",
    "notify.wordings: chat": "as its body",
    "notify.wordings: subject": "as its body",
    "ops.alerts.channels: name": FILLED,
    "ops.imports.cleaning: text": "filled by tests/ops/imports/test_bad_files.py",
    "ops.imports.own: name": "filled by tests/ops/imports/test_bad_files.py",
    "ops.imports.own: about": "filled by tests/ops/imports/test_bad_files.py",
    "ops.imports.own: note": "filled by tests/ops/imports/test_bad_files.py",
    "ops.maintenance: reason": "filled by tests/web/test_closed.py",
    "web.forms: name": SAME,
    "web.pages.admin.imports: hosts": "only compared with what was read",
    "web.pages.admin.updates: reason": SAME,
    "web.pages.host.availability: name": SAME,
    "web.pages.host.booking_export: q": "only looked for, as below",
    "web.pages.host.bookings: q": "asked below",
    "web.pages.host.event_type_form: consent": SAME,
    "web.pages.host.event_type_form: description": SAME,
    "web.pages.host.event_type_form: title": SAME,
    "web.pages.host.reminder_form: follow_up_text": SAME,
    "web.pages.host.resources: name": SAME,
    "web.pages.host.resources: note": SAME,
    "web.pages.host.sessions: name": SAME,
    "web.pages.public.details: name": SAME,
    "web.pages.public.waitlist: name": SAME,
}


def test_no_slug_looks_like_another() -> None:
    """ASCII only: no letters of other scripts, wide or invisible ones, no dots or slashes, in any mixture."""
    for text in [
        *TEXTS.values(),
        "аda",
        "adа",
        "ａｄａ",
        "ad\u200ba",
        "ada\u0301",
        "ı",
        "ADA",
        "a.d",
        "a/b",
        "xn--80ak6aa92e\u00ad",
    ]:
        with pytest.raises(CallyError):
            slugs.host_slug(text)
        assert slugs.slug_from(text) == "" or slugs.slug(slugs.slug_from(text)).isascii()


def test_names_keep_every_script_but_turn_no_sentence_around() -> None:
    """Mixed scripts are somebody's name; overrides of the direction would reach into the words beside it."""
    assert texts.line("Аda Łukasz عمر 李", "name") == "Аda Łukasz عمر 李"
    assert texts.line("\u202egpj\u202c\u2066x\u2069", "name") == "gpjx"
    assert texts.paragraph("a\u202eb", "notes") == "ab"


def test_every_text_that_is_read_is_filled_here() -> None:
    """A new field of text needs a line in `FIELDS`, and its place in the filling."""
    assert set(_fields()) == set(FIELDS), "say in FIELDS how it is filled"


def _fields() -> Iterator[str]:
    root = Path(cally.__file__).parent
    for file in sorted(root.rglob("*.py")):
        module = ".".join(file.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        source = file.read_text(encoding="utf-8")
        if module == "model.texts" or not ("line(" in source or "paragraph(" in source):
            continue
        for node in ast.walk(ast.parse(source)):
            name = node.func if isinstance(node, ast.Call) else None
            called = name.attr if isinstance(name, ast.Attribute) else getattr(name, "id", "")
            if called in {"line", "paragraph"} and isinstance(node, ast.Call) and node.args:
                yield f"{module}: {_said(node.args[1] if len(node.args) > 1 else node.args[0])}"


def _said(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(_said(part) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return "*"
    return str(node.value) if isinstance(node, ast.Constant) else getattr(node, "id", "?")
