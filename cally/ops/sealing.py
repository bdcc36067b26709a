"""The key sealed to this machine by systemd-creds(1): a copied state directory alone opens nothing any more."""

import os
import subprocess
from pathlib import Path

from cally.config import KEY_NAME
from cally.errors import CallyError

SEALED = Path("/etc/credstore.encrypted") / KEY_NAME  # where LoadCredentialEncrypted= looks
PROGRAM = "systemd-creds"
SECONDS = 60


def seal(key_text: str, *, with_key: str) -> None:
    """Seal the key's text and read it back; `with_key` is `host`, `tpm2` or `host+tpm2`. Only root can.

    Raises `key_invalid` when what was sealed does not open again, `not_found` without systemd-creds, `conflict` when it
    refuses.
    """
    SEALED.parent.mkdir(mode=0o700, exist_ok=True)
    part = SEALED.with_name(SEALED.name + ".part")
    part.unlink(missing_ok=True)
    _creds("encrypt", f"--with-key={with_key}", "-", str(part), text=key_text)
    if _creds("decrypt", str(part), "-") != key_text:
        part.unlink()
        raise CallyError("key_invalid", "What was sealed does not open again; nothing was changed.")
    part.rename(SEALED)
    os.sync()  # the file that held the key goes next


def opened() -> str:
    """The text that was sealed; raises `not_found`, `conflict`."""
    return _creds("decrypt", str(SEALED), "-")


def in_memory(text: str, *, owner: tuple[int, int]) -> Path:
    """A file that only this process can reach, gone with it; `owner` (uid, gid) may read it."""
    descriptor = os.memfd_create(KEY_NAME)
    os.fchmod(descriptor, 0o600)
    os.fchown(descriptor, *owner)
    os.write(descriptor, text.encode())
    return Path(f"/proc/self/fd/{descriptor}")


def _creds(*words: str, text: str = "") -> str:
    command = [PROGRAM, words[0], f"--name={KEY_NAME}", *words[1:]]
    try:
        done = subprocess.run(  # noqa: S603 - systemd's own program, with words of ours
            command, input=text, capture_output=True, text=True, timeout=SECONDS, check=True
        )
    except FileNotFoundError:
        raise CallyError("not_found", f"There is no {PROGRAM} on this machine; it comes with systemd.") from None
    except subprocess.TimeoutExpired:
        raise CallyError("conflict", f"{PROGRAM} did not answer within {SECONDS} seconds.") from None
    except subprocess.CalledProcessError as error:
        raise CallyError("conflict", f"{PROGRAM} {words[0]} refuses: {error.stderr.strip()}") from None
    return done.stdout
