"""`python -m deb.units`: the unit of the one file, made from the package's; they differ in these lines alone."""

from bundle import product

UNITS = product.ROOT / "packaging" / "systemd"
SERVICE = UNITS / "cally.service"
ONE_FILE = UNITS / "cally-pyz.service"
DIFFERENCES = (
    (
        "# One reason above each line. Changes of your own: `systemctl edit cally` (cally(1), docs/debian.md).\n",
        "# For the one file: /etc/systemd/system/cally.service, with cally.socket beside it, cally.sysusers as\n"
        "# /etc/sysusers.d/cally.conf, and the program as /usr/local/bin/cally.pyz. One reason above each line.\n",
    ),
    ("Documentation=man:cally(1) man:cally.toml(5)\n", ""),
    ("ExecStart=/usr/bin/cally serve\n", "ExecStart=/usr/local/bin/cally.pyz serve\n"),
    (
        "# The socket above.\nEnvironment=CALLY_BIND=fd:3\n",
        "# The socket above, and the directory below. More settings: a file of CALLY_… lines.\n"
        "Environment=CALLY_BIND=fd:3 CALLY_STATE_DIR=/var/lib/cally\n"
        "EnvironmentFile=-/etc/cally.env\n",
    ),
    (
        "UMask=0077\n",
        "UMask=0077\n# Here it unpacks what it runs on, once.\nCacheDirectory=cally\nCacheDirectoryMode=0700\n",
    ),
    (
        "# Nothing can be written but the state directory and a /tmp of its own.\n",
        "# Nothing can be written but the state directory, the cache and a /tmp of its own.\n",
    ),
    (
        "# Code is what the package brought; nothing written is run, from memory or from a file.\n",
        "# Code is what the one file brought (in the cache); nothing else written is run, from memory or a file.\n",
    ),
)


def for_one_file() -> str:
    """The text of cally-pyz.service."""
    text = SERVICE.read_text(encoding="utf-8")
    for ours, theirs in DIFFERENCES:
        if text.count(ours) != 1:
            raise SystemExit(f"{SERVICE.name} does not have this once any more: {ours}")
        text = text.replace(ours, theirs)
    return text


if __name__ == "__main__":
    ONE_FILE.write_text(for_one_file(), encoding="utf-8")
