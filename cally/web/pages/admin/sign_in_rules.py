"""What this server asks of everybody who signs in: rules of passwords, how long a session lasts."""

import msgspec
from litestar import get, post
from litestar.di import NamedDependency

from cally.accounts import SignInPolicy, change_sign_in_policy, sign_in_policy
from cally.accounts.password_rules import SHORTEST, SHORTEST_WITH_SECOND_FACTOR
from cally.accounts.policy import IDLE_DAYS, LONGEST_DAYS, RANGE_API
from cally.errors import CallyError
from cally.web import forms
from cally.web.forms import Form
from cally.web.pages.account.devices import days
from cally.web.pages.admin.second_factors import rule
from cally.web.pages.host.desk import Asked, Desk, Page

HERE = "/admin/sign-in"


@get(HERE)
async def show(admin: NamedDependency[Desk]) -> Page:
    """The rules as they count now."""
    return await sign_in_rules_page(admin)


@post(f"{HERE}/passwords", status_code=303)
async def passwords(request: Asked, admin: NamedDependency[Desk]) -> Page:
    """Other rules for passwords that are chosen from now on."""
    admin.require_recent(HERE)
    form = await forms.read(request)
    url = (form.text("breach_url").strip() or RANGE_API) if form.flag("breach_query") else ""
    wanted = msgspec.structs.replace(
        await sign_in_policy(admin.db), composition=form.flag("composition"), breach_url=url
    )
    return await _kept(admin, form, wanted, "The rules count for every password that is chosen from now on.")


@post(f"{HERE}/sessions", status_code=303)
async def sessions(request: Asked, admin: NamedDependency[Desk]) -> Page:
    """Other limits, for sessions that run, too."""
    admin.require_recent(HERE)
    form = await forms.read(request)
    wanted = msgspec.structs.replace(
        await sign_in_policy(admin.db),
        idle_days=form.number("idle_days", least=1, most=365),
        longest_days=form.number("longest_days", least=1, most=365),
    )
    return await _kept(admin, form, wanted, "The limits count at once, for devices that are signed in, too.")


ROUTES = [show, passwords, sessions]


async def sign_in_rules_page(admin: Desk, form: Form | None = None, *, status: int = 200) -> Page:
    """The page with every section."""
    policy = await sign_in_policy(admin.db)
    return await admin.page(
        "pages/admin/sign_in_rules.html",
        here="sign-in",
        status=status,
        form=form or _filled(policy),
        policy=policy,
        idle_choices=[(number, days(number)) for number in IDLE_DAYS],
        longest_choices=[(number, days(number)) for number in LONGEST_DAYS],
        shortest=SHORTEST,
        shortest_with_factor=SHORTEST_WITH_SECOND_FACTOR,
        range_api=RANGE_API,
        **await rule(admin.db),
    )


async def _kept(admin: Desk, form: Form, wanted: SignInPolicy, said: str) -> Page:
    try:
        if not form.faults:
            await change_sign_in_policy(admin.store, wanted, now=admin.now, actor=admin.admin)
    except CallyError as error:
        form.note(error)
    if form.faults:
        shown = Form((*form.pairs, *_filled(wanted).pairs), faults=form.faults)
        return await sign_in_rules_page(admin, shown, status=422)
    return admin.back_to(HERE, said)


def _filled(policy: SignInPolicy) -> Form:
    return Form.of(
        composition=policy.composition,
        breach_query=bool(policy.breach_url),
        breach_url=policy.breach_url if policy.breach_url != RANGE_API else "",
        idle_days=policy.idle_days,
        longest_days=policy.longest_days,
    )
