"""Which machine this is, and whether the bundle has something for it."""

import os
import sys

ARCHITECTURES = ("x86_64", "aarch64")
GLIBC = (2, 28)


class UnfitError(Exception):
    """Something about the machine or a folder that a person has to change; its text says what and how."""


def name() -> str:
    """`cp311-x86_64`; raises UnfitError in words when nothing in the bundle runs here."""
    architecture = os.uname().machine
    if sys.platform != "linux" or architecture not in ARCHITECTURES or sys.maxsize < 2**32:
        bits = "" if sys.maxsize > 2**32 else ", with a Python of 32 bits"
        raise UnfitError(
            f"Cally needs Linux on x86_64 or aarch64, and this is {os.uname().sysname} on {architecture}{bits}."
        )
    if sys.abiflags:
        raise UnfitError(f"Cally needs an ordinary build of Python, and this one has the ABI flags {sys.abiflags!r}.")
    version = _glibc()
    if version is None:
        raise UnfitError(
            "Cally needs the GNU C library 2.28 or newer, and this system has another C library (such as musl)."
        )
    if version < GLIBC:
        raise UnfitError("Cally needs the GNU C library 2.28 or newer, and this system has {}.{}.".format(*version))
    return "cp{}{}-{}".format(*sys.version_info[:2], architecture)


def _glibc() -> tuple[int, int] | None:
    try:
        kind, _, version = (os.confstr("CS_GNU_LIBC_VERSION") or "").partition(" ")
        major, minor = version.split(".")[:2]
        return (int(major), int(minor)) if kind == "glibc" else None
    except (ValueError, OSError):
        return None
