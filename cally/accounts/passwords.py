"""Passwords: kept as Argon2id PHC strings, hashed in a few threads of their own so that neither loop nor disk waits."""

import asyncio
import os
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

MEMORY_KIB = 19 * 1_024
ITERATIONS = 2
LANES = 1
SALT_BYTES = 16
HASH_BYTES = 32
AT_ONCE = 4  # 76 MiB at most; more would only make each other slower
LONGEST_BYTES = 2_048
CURRENT = f"$argon2id$v=19$m={MEMORY_KIB},t={ITERATIONS},p={LANES}$"
NOBODY = f"{CURRENT}{'A' * 22}${'A' * 43}"  # takes as long as a real one, matches nothing that can be typed

_threads = ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="password")


async def password_hash(password: str) -> str:
    """The PHC string to keep of a password; about 50 ms of one thread."""
    return await asyncio.get_running_loop().run_in_executor(_threads, _hash, _bytes(password))


async def password_matches(password: str, phc: str | None) -> bool:
    """Whether this is the password; without a hash the answer is no and takes as long as with one."""
    check = partial(_matches, _bytes(password), NOBODY if phc is None else phc)
    return await asyncio.get_running_loop().run_in_executor(_threads, check) and phc is not None


def is_outdated(phc: str) -> bool:
    """Whether a hash was made with other parameters than today's, and should be made anew at the next sign-in."""
    return not phc.startswith(CURRENT)


def _hash(password: bytes) -> str:
    salt = os.urandom(SALT_BYTES)
    kdf = Argon2id(salt=salt, length=HASH_BYTES, iterations=ITERATIONS, lanes=LANES, memory_cost=MEMORY_KIB)
    return kdf.derive_phc_encoded(password)


def _matches(password: bytes, phc: str) -> bool:
    try:
        Argon2id.verify_phc_encoded(password, phc)
    except InvalidKey:
        return False
    return True


def _bytes(password: str) -> bytes:
    """NFKC, so that every keyboard types the same password (NIST SP 800-63B-4, 3.1.1.2).

    Cut before as well as after, for NFKC of a hundred thousand accents would hold up everybody for seconds.
    """
    return unicodedata.normalize("NFKC", password[:LONGEST_BYTES]).encode("utf-8", "surrogatepass")[:LONGEST_BYTES]
