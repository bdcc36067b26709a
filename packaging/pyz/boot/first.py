"""Where `cally.pyz` begins; any Python 3 can read this file, so that a wrong one is told in words."""

import sys

OLDEST, NEWEST = (3, 11), (3, 14)
WRONG_MACHINE = 78


def main() -> None:
    """Hand over to `start`, if this is a Python that the file is for; else say so and exit with 78."""
    found = sys.implementation.name
    if found != "cpython" or not OLDEST <= sys.version_info[:2] <= NEWEST:
        named = {"cpython": "CPython", "pypy": "PyPy"}.get(found, found)
        version = ".".join(str(part) for part in sys.version_info[:3])
        sys.stderr.write(
            f"Cally needs CPython 3.11, 3.12, 3.13 or 3.14, and this is {named} {version} ({sys.executable}). "
            f"Where another one is installed, name it: python3.13 {sys.argv[0]} ...\n"
        )
        sys.exit(WRONG_MACHINE)
    from pyz.boot import start  # noqa: PLC0415 - an older Python could not read it

    start.main()


if __name__ == "__main__":
    main()
