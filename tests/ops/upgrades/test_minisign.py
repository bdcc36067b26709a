"""Signatures in minisign's format: the tool's own are taken, and not a bit else."""

import shutil
import subprocess
from pathlib import Path

import pytest

from cally.errors import CallyError
from cally.ops.upgrades.minisign import public_key, verify
from cally.ops.upgrades.versions import is_newer
from tests.ops.upgrades.keys import Signer

MESSAGE = b"the whole of a program" * 100
MINISIGN = shutil.which("minisign")


@pytest.mark.parametrize("prehashed", [True, False])
def test_what_the_key_has_signed_is_taken(prehashed: bool):
    """Of both kinds; the trusted comment comes back."""
    ada = Signer()
    made = ada.sign(MESSAGE, comment="cally 0.2.0", prehashed=prehashed)
    assert verify(MESSAGE, made, public_key(ada.public)) == "cally 0.2.0"


@pytest.mark.skipif(MINISIGN is None, reason="minisign is not installed")
@pytest.mark.parametrize("options", [[], ["-l"]])
def test_what_minisign_itself_signs_is_taken(tmp_path: Path, options: list[str]):
    """The tool of whoever makes a release, with a key pair of its own."""
    (tmp_path / "file").write_bytes(MESSAGE)

    def tool(*words: str) -> None:
        subprocess.run(["minisign", *words], cwd=tmp_path, check=True, capture_output=True, timeout=60)

    tool("-G", "-W", "-p", "key.pub", "-s", "key.sec")
    tool("-S", *options, "-s", "key.sec", "-m", "file", "-t", "cally 0.2.0")
    key = public_key((tmp_path / "key.pub").read_text())
    assert verify(MESSAGE, (tmp_path / "file.minisig").read_text(), key) == "cally 0.2.0"
    assert key.shown in (tmp_path / "key.pub").read_text()


def test_not_a_bit_else_is_taken():
    """Every bit of a short message, and every character of the signature file but the untrusted comment."""
    ada = Signer()
    key, message = public_key(ada.public), b"short"
    made = ada.sign(message)
    for place in range(8 * len(message)):
        other = bytearray(message)
        other[place // 8] ^= 1 << place % 8
        with pytest.raises(CallyError, match="not the bytes that were signed"):
            verify(bytes(other), made, key)
    start = made.index("\n") + 1
    for place in range(start, len(made) - 1):
        if made[place] in "=\n":
            continue
        other_text = made[:place] + ("A" if made[place] != "A" else "B") + made[place + 1 :]
        with pytest.raises(CallyError) as refused:
            verify(message, other_text, key)
        assert refused.value.code == "signature_refused"


def test_another_key_is_named():
    """And one that calls itself by the same id does not fit."""
    ada, mallory = Signer(1), Signer(2)
    with pytest.raises(CallyError, match="another key"):
        verify(MESSAGE, mallory.sign(MESSAGE), public_key(ada.public))
    mallory.id = ada.id
    with pytest.raises(CallyError, match="does not fit"):
        verify(MESSAGE, mallory.sign(MESSAGE), public_key(ada.public))


@pytest.mark.parametrize(
    "text", ["", "x", "untrusted comment: x\n\n\n\n", "untrusted comment: a\nQUJD\n" * 2, "\0" * 9_000]
)
def test_what_is_no_signature_is_refused(text: str):
    """In words, never with a fault."""
    with pytest.raises(CallyError, match="not a signature of minisign"):
        verify(MESSAGE, text, public_key(Signer().public))


@pytest.mark.parametrize("text", ["", "RWQ", "x" * 60, Signer().public + "\n" + Signer().public])
def test_what_is_no_key_is_refused(text: str):
    """Exit 2 at the command line."""
    with pytest.raises(CallyError) as refused:
        public_key(text)
    assert refused.value.code == "invalid"


def test_versions_go_forward():
    """In this order; what is no version is never newer."""
    order = ["0.1.dev1", "0.1a1", "0.1b1", "0.1rc1", "0.1", "0.1.1", "0.2.0", "0.10", "1.0.0"]
    for place, version in enumerate(order):
        assert all(is_newer(later, version) for later in order[place + 1 :])
        assert not any(is_newer(earlier, version) for earlier in order[: place + 1])
    assert not is_newer("0.1.0", "0.1")
    assert not is_newer("newest", "0.1")
    assert not is_newer("0.1" + "0" * 99, "0.1")
