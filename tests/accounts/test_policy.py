"""The rules of passwords: guessed ones are refused, shorter ones need a second factor, stolen ones are known."""

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from cally.accounts import SignInPolicy, Surroundings, change_sign_in_policy, check_password_rules
from cally.accounts.policy import approve_password
from cally.errors import CallyError
from cally.store import Store
from tests.accounts.conftest import CLI, PASSWORD
from tests.cast import NOW

HERE = Surroundings(public_url="https://termine.example.net", allowed=("127.0.0.0/8",))


class List:
    """A list of stolen passwords, as its range API answers."""

    def __init__(self) -> None:
        self.stolen = {"some other one"}
        self.asked: list[tuple[str, str]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append((self.path, self.headers["add-padding"]))
                digests = [hashlib.sha1(one.encode()).hexdigest().upper() for one in outer.stolen]  # noqa: S324
                body = "\r\n".join([f"{one[5:]}:7" for one in digests] + ["0" * 35 + ":0"]).encode()
                self.send_response(200)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Nothing is printed."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server.server_address[1]}/range/"


@pytest.fixture
def listed() -> Iterator[List]:
    made = List()
    thread = threading.Thread(target=made.server.serve_forever, args=(0.05,))
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


async def judged(store: Store, password: str = PASSWORD) -> str:
    return await approve_password(store.reader, password, name="Ada", email="ada@example.com", around=HERE)


async def rules(store: Store, **changes: object) -> None:
    policy = SignInPolicy(**changes)  # type: ignore[arg-type]  # by name
    await change_sign_in_policy(store, policy, now=NOW, actor=CLI)


@pytest.mark.parametrize(
    "password", ["abcabcabcabcabcabc1", "termine example net", "ada@termine.example.net", "zyxwvutsrqponmlkj"]
)
async def test_what_is_guessed_quickly_is_refused_with_advice(store: Store, password: str):
    """Rows of letters, repeats, and the server's own name."""
    with pytest.raises(CallyError) as caught:
        await judged(store, password)
    assert caught.value.facts["field"] == "password"


def test_a_second_factor_allows_eight_characters():
    """Fewer than eight are too few for everybody."""
    check_password_rules("vU7#qz-L", second_factor=True)
    for password, second_factor in (("vU7#qz-L", False), ("vU7#qz-", True), ("password", True)):
        with pytest.raises(CallyError):
            check_password_rules(password, second_factor=second_factor)


async def test_kinds_of_characters_are_asked_for_only_when_an_admin_says_so(store: Store):
    """Off by default; on, the sentence names what is missing."""
    assert await judged(store) == "off"
    await rules(store, composition=True)
    with pytest.raises(CallyError, match="also needs a capital letter and a digit"):
        await judged(store)
    await judged(store, "Brass 7 engines hum softly")


async def test_five_digits_are_asked_once_and_a_stolen_password_is_refused(store: Store, listed: List):
    """No more of the hash than that leaves, padded; a clean password passes."""
    await rules(store, breach_url=listed.url)
    assert await judged(store) == "passed"
    digest = hashlib.sha1(PASSWORD.encode()).hexdigest().upper()  # noqa: S324 - what the API speaks
    assert listed.asked == [(f"/range/{digest[:5]}", "true")]
    listed.stolen.add(PASSWORD)
    with pytest.raises(CallyError, match="stolen"):
        await judged(store)


async def test_a_list_that_does_not_answer_stops_nobody(store: Store):
    """Nor does one in a private network that the operator has not allowed."""
    await rules(store, breach_url="http://127.0.0.1:9/range/")
    assert await judged(store) == "skipped"
    nowhere = Surroundings(public_url="https://termine.example.net")
    assert (
        await approve_password(store.reader, PASSWORD, name="Ada", email="ada@example.com", around=nowhere) == "skipped"
    )


async def test_only_a_web_address_can_be_asked(store: Store):
    """A slip is said at once."""
    with pytest.raises(CallyError, match="ends in a slash"):
        await rules(store, breach_url="ftp://example.org/range/")
