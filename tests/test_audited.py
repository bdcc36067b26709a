"""Whatever changes something notes who did it: over every function that opens a transaction."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "cally"
NOTING = {("cally.store.audit", "insert"), ("cally.store.audit_chain", "append")}
# What changes something and notes nobody: nothing that a person decided, or nothing that outlives the minute.
SWEEP = "removes what has run out"
MACHINE = "the machine's own book-keeping; the message or job says what came of it"
EXEMPT: dict[tuple[str, str], str] = {
    ("cally.accounts.acting", "see_visits"): "takes a notice off the page",
    ("cally.accounts.elsewhere", "arrive"): "the first half of a sign-in; its end is noted",
    ("cally.accounts.elsewhere", "depart"): "as above",
    ("cally.accounts.first_run", "make_setup_link"): "at each start while there is no account; its use is noted",
    ("cally.accounts.lockouts", "sweep_lockouts"): SWEEP,
    ("cally.accounts.oauth_grants", "sweep_grants"): SWEEP,
    ("cally.accounts.sessions", "sweep_sessions"): SWEEP,
    ("cally.accounts.sessions", "touch_session"): "when a session was last used",
    ("cally.accounts.tokens", "touch_token"): "when a token was last used",
    ("cally.accounts.totp", "start_totp"): "nothing counts before the first code, which is noted",
    ("cally.app.pulse", "_alive"): "writes nothing",
    ("cally.bookings.guest_limits", "_send_again"): "a mail to the guest themselves",
    ("cally.bookings.guest_links", "_send"): "as above",
    ("cally.bookings.guest_links", "ask_for_link"): "as above",
    ("cally.bookings.guest_links", "open_link"): "opens what was sent; what is done there is noted",
    ("cally.bookings.holds", "_try"): "a hold ends by itself within minutes",
    ("cally.bookings.holds", "release"): "as above",
    ("cally.bookings.holds", "sweep"): SWEEP,
    ("cally.bookings.offering", "_turn_of"): MACHINE,
    ("cally.bookings.offering", "turn"): MACHINE,
    ("cally.bookings.reminding", "_take_up_dropped"): MACHINE,
    ("cally.bookings.reminding", "plan_reminders"): MACHINE,
    ("cally.bookings.time_law", "_keep_rules"): MACHINE,
    ("cally.bookings.time_law", "note_law"): MACHINE,
    ("cally.brakes.blocklist", "sweep"): SWEEP,
    ("cally.brakes.repeats", "keep_answer"): MACHINE,
    ("cally.brakes.repeats", "release_key"): MACHINE,
    ("cally.brakes.repeats", "sweep_repeats"): SWEEP,
    ("cally.calendars.public_holidays", "_extend"): MACHINE,
    ("cally.calendars.reads", "_read"): MACHINE,
    ("cally.web.api.guarded_store", "GuardedStore.write"): "hands on the transaction of whoever changes something",
    ("cally.cli.demo.filling", "Filling._keep_back_messages"): "an invented instance",
    ("cally.hosts.time_off", "forget_time_off"): SWEEP,
    ("cally.jobs.recurring", "Recurring._plan_anew"): MACHINE,
    ("cally.jobs.recurring", "Recurring._run"): MACHINE,
    ("cally.jobs.recurring", "Recurring._start"): MACHINE,
    ("cally.jobs.recurring", "Recurring.prepare"): MACHINE,
    ("cally.jobs.worker", "Worker._bury"): MACHINE,
    ("cally.jobs.worker", "Worker._do"): MACHINE,
    ("cally.jobs.worker", "Worker._give_back"): MACHINE,
    ("cally.jobs.worker", "Worker._hurry_retries"): MACHINE,
    ("cally.jobs.worker", "Worker._lease_due"): MACHINE,
    ("cally.jobs.worker", "Worker._put_back"): MACHINE,
    ("cally.jobs.worker", "Worker._take_up"): MACHINE,
    ("cally.jobs.mending", "sweep_hours"): SWEEP,
    ("cally.notify.deliver", "_drop"): MACHINE,
    ("cally.notify.deliver", "_keep_quiet"): MACHINE,
    ("cally.notify.deliver", "_keep_refusal"): MACHINE,
    ("cally.notify.deliver", "_send"): MACHINE,
    ("cally.notify.deliver", "deliver"): MACHINE,
    ("cally.notify.digests", "_end"): MACHINE,
    ("cally.notify.digests", "_keep_refusal"): MACHINE,
    ("cally.notify.digests", "deliver_digest"): MACHINE,
    ("cally.notify.digests", "turn_digests"): MACHINE,
    ("cally.notify.letters", "_keep_refusal"): MACHINE,
    ("cally.notify.letters", "deliver_letter"): MACHINE,
    ("cally.notify.letters", "sweep_letters"): SWEEP,
    ("cally.notify.reading", "resume_waiting"): MACHINE,
    ("cally.notify.sample_mail", "send_sample"): "a mail to whoever asks for it",
    ("cally.notify.webhooks.reading", "sweep_webhooks"): SWEEP,
    ("cally.notify.webhooks.reminders", "tell_of_reminder"): MACHINE,
    ("cally.ops.alerts.telling", "_note"): MACHINE,
    ("cally.ops.certificate", "look"): MACHINE,
    ("cally.ops.alerts.watching", "Watcher._look"): MACHINE,
    ("cally.ops.alerts.watching", "sweep_alerts"): SWEEP,
    ("cally.ops.errors.keeping", "write_errors"): MACHINE,
    ("cally.ops.upgrades.watching", "look"): MACHINE,
    ("cally.ops.audit_log", "keep_verdict"): "what a look at the log itself has found",
    ("cally.ops.backups.keeping", "Keeper._compare"): MACHINE,
    ("cally.ops.backups.keeping", "Keeper.note_fault"): MACHINE,
    ("cally.ops.backups.places", "prepare_places"): "the server's own folder, at the first start",
    ("cally.ops.backups.running", "Backups._prove_wanted"): MACHINE,
    ("cally.ops.imports.keeping", "_end"): MACHINE,
    ("cally.ops.imports.keeping", "sweep_imports"): SWEEP,
    ("cally.ops.monitor.keeping", "keep"): MACHINE,
}

Place = tuple[str, str]


class Function(NamedTuple):
    """A function, whether it opens a transaction, and what it calls."""

    opens: bool
    calls: frozenset[Place]


def functions() -> dict[Place, Function]:
    """Every function of the program, methods by the name of their class."""
    found: dict[Place, Function] = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        module = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        tree = ast.parse(file.read_text(encoding="utf-8"))
        names = dict(_imported(tree))
        for name, node in _defined(tree):
            found[module, name] = Function(_opens(node), frozenset(_called(node, module, names)))
    return found


def unnoted(known: dict[Place, Function]) -> set[Place]:
    """Functions that open a transaction from which no way leads to an audit entry."""
    noting = set(NOTING)
    while more := {place for place, one in known.items() if place not in noting and one.calls & noting}:
        noting |= more
    return {place for place, one in known.items() if one.opens and place not in noting}


def _defined(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield f"{node.name}.{inner.name}", inner


def _imported(tree: ast.Module) -> Iterator[tuple[str, Place]]:
    """`from a.b import c`: c is either the module a.b.c or what a.b calls c."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield alias.asname or alias.name, (node.module, alias.name)


def _opens(node: ast.AST) -> bool:
    """`async with store.write()`, whatever the store is called."""
    contexts = [item.context_expr for one in ast.walk(node) if isinstance(one, ast.AsyncWith) for item in one.items]
    return any(isinstance(one, ast.Call) and getattr(one.func, "attr", "") == "write" for one in contexts)


def _called(node: ast.AST, module: str, names: dict[str, Place]) -> Iterator[Place]:
    """Also what is only named: a function may be handed on to be called."""
    for one in ast.walk(node):
        if isinstance(one, ast.Name):
            yield names.get(one.id, (module, one.id))
        elif isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name):
            package, name = names.get(one.value.id, (module, one.value.id))
            yield f"{package}.{name}", one.attr


def test_whoever_changes_something_is_noted():
    """A new function that opens a transaction writes its entry in it, or stands above with a reason."""
    found = unnoted(functions())
    assert sorted(found - EXEMPT.keys()) == []
    assert sorted(EXEMPT.keys() - found) == [], "what is noted, or gone, needs no exemption"


def test_a_function_that_forgets_is_found():
    """With what it calls taken out, each function that notes today is named."""
    known = functions()
    opening = {place for place, one in known.items() if one.opens} - unnoted(known)
    assert ("cally.bookings.book", "book") in opening or len(opening) > 50
    for place in sorted(opening)[::12]:
        assert place in unnoted(known | {place: Function(opens=True, calls=frozenset())})
