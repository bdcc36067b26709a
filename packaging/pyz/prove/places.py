"""Where the file is tried: a Python of this machine, or a bare Debian in a folder, of any architecture."""

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

HOME = "home/ada"
USER = 1_000
PATH = "/usr/bin:/bin"
SECONDS = 900


class Place(NamedTuple):
    """`folder` holds the file, state and cache; `root` is what the programs in it see as /, if not this machine's.

    `before` are words before the file: an interpreter, or an emulator and an interpreter; none where #! is enough.
    """

    name: str
    folder: Path
    root: Path | None
    before: tuple[str, ...]

    def inside(self, path: Path) -> str:
        """A path as programs there see it."""
        return str(path) if self.root is None else f"/{path.relative_to(self.root)}"

    @property
    def file(self) -> Path:
        """The copy of the one file."""
        return self.folder / "cally.pyz"

    @property
    def cache(self) -> Path:
        """Where it unpacks itself: what an ordinary user has, whoever this is."""
        return self.folder / ".cache" / "cally"

    def words(self, *words: str) -> list[str]:
        """What to start for `./cally.pyz WORDS`; in a root as an ordinary user."""
        chroot = [] if self.root is None else ["/usr/sbin/chroot", f"--userspec={USER}:{USER}", str(self.root)]
        return [*chroot, *self.before, self.inside(self.file), *words]

    def environ(self, **more: str) -> dict[str, str]:
        """A bare environment."""
        home = self.inside(self.folder)
        found = {"PATH": PATH, "HOME": home, "CALLY_STATE_DIR": f"{home}/state"}
        if self.root is None:
            found["CALLY_CACHE_DIR"] = str(self.cache)  # nothing is left on this machine
        return found | more

    def run(self, *words: str, environ: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """`./cally.pyz WORDS`, until it ends."""
        return subprocess.run(
            self.words(*words),
            env={**self.environ(), **(environ or {})},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def json(self, *words: str) -> Any:
        """What a command prints for programs; it must succeed."""
        done = self.run(*words)
        if done.returncode != 0:
            raise SystemExit(f"{self.name}: {' '.join(words)} failed:\n{done.stdout}{done.stderr}")
        return json.loads(done.stdout)


def of_interpreter(python: str, folder: Path, file: Path) -> Place:
    """A Python of this machine."""
    return _with_file(Place(f"this machine, {Path(python).name}", folder, None, (python,)), file)


def of_root(name: str, root: Path, file: Path, before: tuple[str, ...] = ()) -> Place:
    """A bare root, with a home for an ordinary user."""
    return _with_file(Place(name, root / HOME, root, before), file)


def interpreters() -> list[str]:
    """The Pythons 3.11 to 3.14 on PATH, and those that PROVE_PYTHONS names, parted by colons; each once."""
    named = [word for word in os.environ.get("PROVE_PYTHONS", "").split(":") if word]
    on_path = [found for minor in range(11, 15) if (found := shutil.which(f"python3.{minor}"))]
    return list(dict.fromkeys(python for word in [*named, *on_path] if (python := _itself(word))))


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _itself(python: str) -> str:
    """The program behind a name; none where that is a launcher with nothing to launch."""
    words = [python, "-c", "import lzma, os, sys; print(os.path.realpath(sys.executable))"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def _with_file(place: Place, file: Path) -> Place:
    shutil.rmtree(place.folder, ignore_errors=True)
    place.folder.mkdir(parents=True)
    shutil.copy(file, place.file)
    if place.root is not None:
        for path in (place.folder, place.file):
            os.chown(path, USER, USER)
    return place
