"""The ceremonies of passkeys (WebAuthn), as the library knows them; the person before the device is always verified."""

import base64
import json
from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from cally.accounts.challenges import is_live, make_challenge
from cally.errors import CallyError, invalid
from cally.model.accounts import Account
from cally.model.second_factors import Passkey
from cally.vault import Vault

ANYBODY = 0
MILLISECONDS = 5 * 60 * 1_000

Purpose = Literal["sign-in", "second", "again", "register"]
Credential = dict[str, Any]  # as browsers give it, in JSON


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """Where a ceremony takes place: the host name that keys are made for, and the origins its pages may have."""

    name: str
    origins: tuple[str, ...]


def creation_options(vault: Vault, site: Site, account: Account, known: Sequence[Passkey], now: int) -> Credential:
    """What a browser needs to make a passkey for an account, unless its device holds one of the known ones already."""
    import webauthn  # noqa: PLC0415 - heavy: half a second of imports, and many never use a passkey
    from webauthn.helpers import structs  # noqa: PLC0415 - heavy: as above

    options = webauthn.generate_registration_options(
        rp_id=site.name,
        rp_name="Cally",
        user_id=handle_of(account.id),
        user_name=account.email,
        user_display_name=account.name,
        challenge=make_challenge(vault, "register", account.id, now).encode(),
        timeout=MILLISECONDS,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            require_resident_key=True,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=one.credential_id) for one in known],
    )
    return _plain(webauthn.options_to_json(options))


def request_options(
    vault: Vault, site: Site, purpose: Purpose, account_id: int, known: Sequence[Passkey], now: int
) -> Credential:
    """What a browser needs to show a passkey: any of this site for `ANYBODY`, else one of the known."""
    import webauthn  # noqa: PLC0415 - heavy: as above
    from webauthn.helpers import structs  # noqa: PLC0415 - heavy: as above

    options = webauthn.generate_authentication_options(
        rp_id=site.name,
        challenge=make_challenge(vault, purpose, account_id, now).encode(),
        timeout=MILLISECONDS,
        allow_credentials=[
            structs.PublicKeyCredentialDescriptor(id=one.credential_id) for one in known if one.site == site.name
        ],
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    return _plain(webauthn.options_to_json(options))


def registered(site: Site, credential: Credential, challenge: str) -> Any:
    """The new key in a browser's answer; raises `invalid` unless it is made for this site and challenge."""
    import webauthn  # noqa: PLC0415 - heavy: as above

    try:
        return webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge.encode(),
            expected_rp_id=site.name,
            expected_origin=list(site.origins),
            require_user_verification=True,
        )
    except _faults() as error:
        raise not_added() from error


def asserted(site: Site, credential: Credential, challenge: str, known: Passkey) -> int:
    """How often the device says the key was used; raises `sign_in_failed` unless its signature is right and fresh."""
    import webauthn  # noqa: PLC0415 - heavy: as above

    try:
        verified = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge.encode(),
            expected_rp_id=site.name,
            expected_origin=list(site.origins),
            credential_public_key=known.public_key,
            credential_current_sign_count=known.sign_count,
            require_user_verification=True,
        )
    except _faults() as error:
        raise not_accepted() from error
    return verified.new_sign_count


def _faults() -> tuple[type[Exception], ...]:
    """What hostile input makes the library raise."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm  # noqa: PLC0415 - as above
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415 - heavy: as above

    return (WebAuthnException, InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError, LookupError)


def answered(vault: Vault, purpose: Purpose, account_id: int, credential: Credential, now: int) -> str:
    """The challenge that was answered, if we made it for this; what it signs is judged by the library."""
    try:
        said = json.loads(from_text(response_of(credential).get("clientDataJSON")))
        challenge = from_text(said["challenge"]).decode("ascii")
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise not_added() if purpose == "register" else not_accepted() from error
    if not is_live(vault, purpose, account_id, challenge, now):
        raise not_added() if purpose == "register" else not_accepted()
    return challenge


def response_of(credential: Credential) -> dict[str, Any]:
    """The part that the device has signed."""
    found = credential.get("response")
    return found if isinstance(found, dict) else {}


def handle_of(account_id: int) -> bytes:
    """By what a device knows the account of a passkey."""
    return account_id.to_bytes(8, "big")


def from_text(text: object) -> bytes:
    """From base64url without padding; nothing for what is none."""
    if not isinstance(text, str):
        return b""
    try:
        return base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except ValueError:
        return b""


def _plain(text: str) -> Credential:
    found: Credential = json.loads(text)
    return found


def not_added() -> CallyError:
    """Why a passkey was not kept, told no nearer."""
    return invalid("", "This passkey could not be added; please try again.")


def not_accepted() -> CallyError:
    """Why a passkey opens nothing, told no nearer."""
    return CallyError("sign_in_failed", "This passkey was not accepted here; please try again or use your password.")
