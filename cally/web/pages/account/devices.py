"""Where one is signed in: every session in plain words, and ending one of them or all others."""

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.accounts import end_other_sessions, end_session, list_sessions, sign_in_policy
from cally.errors import CallyError
from cally.model.accounts import Session
from cally.model.devices import device_words
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.host.wording import until
from cally.web.signed_in import session_token

HERE = "/app/security/devices"
PROOFS = {
    "password": "password",
    "totp": "code from an app",
    "passkey": "passkey",
    "recovery_code": "recovery code",
    "oidc": "another service",
    "setup": "first set-up",
}


@get(HERE)
async def show(desk: NamedDependency[Desk]) -> Page:
    """All of them, this one first."""
    found = await list_sessions(desk.db, desk.signed_in.id, desk.now)
    found.sort(key=lambda one: one.id != desk.session.id)
    policy = await sign_in_policy(desk.db)
    return await desk.page(
        "pages/account/devices.html",
        here="security",
        items=[_shown(one, desk) for one in found],
        idle=days(policy.idle_days),
        longest=days(policy.longest_days),
    )


@post("/app/security/devices/{id:int}/end", status_code=303)
async def end(desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Sign one device out; one that is signed out already is no fault."""
    try:
        await end_session(desk.store, desk.signed_in.id, id, now=desk.now, actor=desk.actor)
    except CallyError as error:
        if error.code != "not_found":
            raise
        return desk.back_to(HERE, "That device was signed out already.")
    return desk.back_to(HERE, "That device is signed out.")


@post("/app/security/devices/others/end", status_code=303)
async def end_others(request: Asked, desk: NamedDependency[Desk]) -> Page:
    """Sign every device out but this one."""
    keep = session_token(request, desk.doors) or ""
    ended = await end_other_sessions(desk.store, desk.signed_in.id, keep=keep, now=desk.now, actor=desk.actor)
    return desk.back_to(HERE, "No other device was signed in." if not ended else "Every other device is signed out.")


ROUTES = [show, end, end_others]


def days(number: int) -> str:
    """`1 day`, `7 days`."""
    return "1 day" if number == 1 else f"{number} days"


def _shown(session: Session, desk: Desk) -> dict[str, object]:
    """One session in words; the time of last use is true to some minutes."""
    return {
        "id": session.id,
        "device": device_words(session.device),
        "address": session.address,
        "used": until(session.last_used_at, desk.now),
        "since": session.created_at,
        "proof": " + ".join(PROOFS.get(factor, factor) for factor in session.factors),
        "is_this": session.id == desk.session.id,
    }
