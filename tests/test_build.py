"""What a build says of itself."""

import base64
from pathlib import Path

import msgspec
import pytest

from cally import __version__, build

KEY = base64.b64encode(b"Ed" + bytes.fromhex("0123456789ABCDEF")[::-1] + bytes(32)).decode()


@pytest.fixture(autouse=True)
def fresh():
    """Each test reads anew."""
    build.build.cache_clear()
    yield
    build.build.cache_clear()


def test_a_source_tree_says_that_nobody_built_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """No file, no claim."""
    monkeypatch.setattr(build, "FACTS", tmp_path / "build.json")
    found = build.build()
    assert (found.from_source, found.version, found.key_id) == (True, __version__, None)


def test_a_build_names_its_id_commit_and_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The key's id is what minisign prints."""
    monkeypatch.setattr(build, "FACTS", tmp_path / "build.json")
    made = build.Build(id="ab" * 32, version="9.9.9", commit="c0ffee", release_key=KEY)
    build.FACTS.write_bytes(msgspec.json.encode(made))
    assert build.build() == made
    assert (build.build().from_source, build.build().key_id) == (False, "0123456789ABCDEF")


def test_only_the_one_file_knows_where_it_lies(monkeypatch: pytest.MonkeyPatch):
    """Its bootstrap leaves the path in `__main__`."""
    assert build.one_file() is None
    monkeypatch.setattr("__main__.ONE_FILE", "/srv/cally.pyz", raising=False)
    assert build.one_file() == Path("/srv/cally.pyz")
