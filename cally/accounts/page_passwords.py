"""Passwords of booking pages: kept as accounts' own are, guessed at no faster, never shown to anybody (R19)."""

from cally.accounts.brake import SignInBrake
from cally.accounts.passwords import password_hash, password_matches
from cally.errors import CallyError, invalid
from cally.model.accounts import Actor
from cally.store import Store, audit, page_access

SHORTEST = 8
LONGEST = 200
WRONG = "This is not the password of this page."


async def set_page_password(store: Store, event_type_id: int, password: str | None, *, now: int, actor: Actor) -> None:
    """Keep another password for a page, or none; whoever came in with the one before is asked anew.

    Whose event type it is, the door must judge. Raises `invalid` with the field `password`.
    """
    if password is not None and not SHORTEST <= len(password) <= LONGEST:
        raise invalid("password", f"A page's password has {SHORTEST} to {LONGEST} characters.")
    kept = await password_hash(password) if password is not None else None
    async with store.write() as tx:
        await page_access.update_password(tx, event_type_id, kept, now=now)
        await audit.insert(
            tx,
            now=now,
            actor=actor,
            tag=f"{actor.kind}:event_type:access",
            subject=f"event_type:{event_type_id}",
            password="set" if kept else "none",
        )


async def open_page(
    store: Store, brake: SignInBrake, *, event_type_id: int, password: str, address: str, now: int
) -> int:
    """The version of the password that was given rightly.

    Raises `password_needed` when it is wrong, or there is none, and `rate_limited` for whoever guesses.
    """
    guessed = f"page:{event_type_id}"
    brake.attempt(address, guessed, now)
    kept = await page_access.password_hash(store.reader, event_type_id)
    version = (await page_access.of(store.reader, event_type_id)).password_version
    with brake.judging():
        right = await password_matches(password, kept)
    if not right:
        raise CallyError("password_needed", WRONG)
    brake.succeeded(address, guessed)
    return version
