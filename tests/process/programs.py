"""Programs of other versions: this source tree with another version number and more migrations, as one file each."""

import subprocess
import sys
import threading
from pathlib import Path

from tests.process.served import ROOT, Served

OWN = frozenset({"__init__.py", "store", "__pycache__", "build.json"})
QUICK = "CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT;\n"
SLOW = """
CREATE TABLE slow_{n} (id INTEGER PRIMARY KEY) STRICT;
INSERT INTO slow_{n} (id)
WITH RECURSIVE count (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n < {rounds})
SELECT max(n) FROM count;
"""
FILE = """#!{python}
import os, sys
ONE_FILE = os.path.abspath(__file__)
sys.path.insert(0, {tree!r})
{first}
from cally.cli import main
main()
# {version}
"""


def program(
    folder: Path, version: str, migrations: dict[str, str] | None = None, *, first: str = "", key: str | None = None
) -> Path:
    """A file that is a whole `cally` of that version; `migrations` are more steps, by name. `first` runs before it.

    `key` is the release key that is built in.
    """
    tree = folder / f"tree-{version}"
    _linked(ROOT / "cally", tree / "cally", but=OWN)
    (tree / "cally" / "__init__.py").write_text(f'"""Cally."""\n\n__version__ = "{version}"\n')
    _linked(ROOT / "cally" / "store", tree / "cally" / "store", but=frozenset({"migrations", "__pycache__"}))
    steps = tree / "cally" / "store" / "migrations"
    _linked(ROOT / "cally" / "store" / "migrations", steps, but=frozenset())
    for name, script in (migrations or {}).items():
        (steps / name).write_text(script)
    if key is not None:
        (tree / "cally" / "build.json").write_text(f'{{"id": "x", "version": "{version}", "release_key": "{key}"}}')
    file = folder / f"cally-{version}.pyz"
    file.write_text(FILE.format(python=sys.executable, tree=str(tree), first=first, version=version))
    file.chmod(0o755)
    return file


def slow(n: int, rounds: int = 2_000_000) -> str:
    """A step that takes a second or so."""
    return SLOW.format(n=n, rounds=rounds)


def _linked(source: Path, made: Path, *, but: frozenset[str]) -> None:
    made.mkdir(parents=True)
    for entry in source.iterdir():
        if entry.name not in but:
            (made / entry.name).symlink_to(entry)


class ServedBy(Served):
    """An instance that is served by such a program; `program` may be changed between two starts."""

    def __init__(self, state_dir: Path, program: Path, **environ: str) -> None:
        super().__init__(state_dir, **environ)
        self.program = program

    def spawn(self) -> None:
        """Start it and wait for nothing."""
        self.log_file.parent.mkdir(parents=True, exist_ok=True)
        with self.log_file.open("a") as log, self.out_file.open("a") as out:
            self.process = subprocess.Popen(
                [sys.executable, str(self.program), "serve"], env=self.environ, stdout=out, stderr=log, text=True
            )

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.spawn()
        self.wait_until_live()

    def ran(self, *words: str) -> subprocess.CompletedProcess[str]:
        """What came of `cally …`, typed beside it."""
        command = [sys.executable, str(self.program), *words]
        return subprocess.run(command, env=self.environ, capture_output=True, text=True, check=False, timeout=120)

    def command(self, *words: str, ok: bool = True) -> str:
        """What `cally …` prints; it must succeed unless `ok` is False."""
        done = self.ran(*words)
        assert not ok or done.returncode == 0, done.stderr
        return done.stdout


class Managed(ServedBy):
    """An instance that a service manager looks after: whatever ends is started anew, unless it ended well."""

    def __init__(self, state_dir: Path, program: Path, **environ: str) -> None:
        super().__init__(state_dir, program, **environ)
        self.environ["NOTIFY_SOCKET"] = str(state_dir.with_name("nobody-listens"))
        self._ended = threading.Event()
        self._watching = threading.Thread(target=self._watch, daemon=True)
        self.codes: list[int] = []

    def __enter__(self) -> "Managed":
        self.start()
        self._watching.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._watching.join()
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def _watch(self) -> None:
        while not self._ended.wait(0.05):
            assert self.process is not None
            code = self.process.poll()
            if code is not None and code != 0:
                self.codes.append(code)
                self.spawn()
