"""What the builder knows of this file; in `cally.pyz` these are the build's own, here they are of none."""

BUILD = "0" * 64
PARTS: dict[str, tuple[str, int]] = {}
"""By tree: the SHA-256 of its packed part, and the bytes it takes unpacked (for the Python that needs the most)."""
