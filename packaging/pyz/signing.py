"""The detached minisign signature, when MINISIGN_KEY names a secret key."""

import os
import subprocess
from pathlib import Path

from bundle.trees import Bundle


def signed(file: Path, made: Bundle) -> Path | None:
    """Sign a built file; the signature's path, or None without a key. Its trusted comment names version and build."""
    key = os.environ.get("MINISIGN_KEY")
    signature = file.with_name(f"{file.name}.minisig")
    signature.unlink(missing_ok=True)
    if not key:
        return None
    comment = f"{file.name} version {made.facts.version} build {made.build_id} time {made.facts.epoch}"
    words = [
        "minisign",
        "-S",
        "-s",
        key,
        "-m",
        str(file),
        "-x",
        str(signature),
        "-t",
        comment,
        "-c",
        "signature of Cally",
    ]
    try:
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    except FileNotFoundError:
        raise SystemExit("MINISIGN_KEY is set, but minisign is not installed.") from None
    except subprocess.CalledProcessError:
        raise SystemExit("minisign did not sign.") from None
    return signature
