"""The brake slows whoever guesses, and nobody else."""

import pytest

from cally.accounts import SignInBrake
from cally.accounts.brake import FREE_FAILURES, FREE_FAILURES_OF_ADDRESS, LONGEST_WAIT_SECONDS, WAITING_AT_MOST
from cally.errors import CallyError
from tests.cast import NOW

MALLORY, ADA = "203.0.113.66", "192.0.2.1"


def fail(brake: SignInBrake, times: int, *, address: str = MALLORY, account: str = "ada@example.com") -> None:
    for _ in range(times):
        brake.attempt(address, account, NOW)


def wait(brake: SignInBrake, address: str, account: str, now: int = NOW) -> int:
    """How long it says to wait; 0 when it lets the attempt pass."""
    try:
        brake.attempt(address, account, now)
    except CallyError as error:
        return int(error.facts["retry_after"])
    return 0


def test_a_few_mistakes_are_free():
    """Somebody who mistypes their password now and then never meets the brake."""
    brake = SignInBrake()
    fail(brake, FREE_FAILURES)
    assert wait(brake, MALLORY, "ada@example.com") > 0


def test_nobody_can_lock_a_host_out():
    """While Mallory must wait for Ada's account, Ada signs in from her own address."""
    brake = SignInBrake()
    fail(brake, FREE_FAILURES)
    assert wait(brake, ADA, "ada@example.com") == 0


def test_the_wait_grows_and_ends():
    """Each further failure doubles it up to a quarter of an hour; once it is over, one attempt is let through."""
    brake = SignInBrake()
    fail(brake, FREE_FAILURES)
    now, waits = NOW, []
    for _ in range(9):
        waits.append(wait(brake, MALLORY, "ada@example.com", now))
        now += waits[-1]
        assert wait(brake, MALLORY, "ada@example.com", now) == 0
    assert waits == sorted(waits)
    assert waits[1] == 2 * waits[0]
    assert waits[-1] == LONGEST_WAIT_SECONDS


def test_many_accounts_from_one_address_are_slowed_too():
    """One common password tried on everybody is guessing as well."""
    brake = SignInBrake()
    for number in range(FREE_FAILURES_OF_ADDRESS):
        brake.attempt(MALLORY, f"host{number}@example.com", NOW)
    assert wait(brake, MALLORY, "ben@example.com") > 0
    assert wait(brake, ADA, "ben@example.com") == 0


def test_addresses_of_one_ipv6_network_count_as_one():
    """A household has 2^64 of them."""
    brake = SignInBrake()
    for number in range(FREE_FAILURES):
        brake.attempt(f"2001:db8:1:2::{number}", "ada@example.com", NOW)
    assert wait(brake, "2001:db8:1:2:ffff::1", "ada@example.com") > 0
    assert wait(brake, "2001:db8:1:3::1", "ada@example.com") == 0


def test_success_forgets():
    """Who got in starts anew, and has not used up their network's free failures."""
    brake = SignInBrake()
    for _ in range(FREE_FAILURES_OF_ADDRESS + FREE_FAILURES):
        brake.attempt(ADA, "ada@example.com", NOW)
        brake.succeeded(ADA, "ada@example.com")
    assert wait(brake, ADA, "ada@example.com") == 0


def test_only_so_many_are_judged_at_once():
    """A flood of sign-ins is told to come back instead of queueing for minutes."""
    brake = SignInBrake()
    places = [brake.judging() for _ in range(WAITING_AT_MOST)]
    for place in places:
        place.__enter__()
    with pytest.raises(CallyError, match="Too many"), brake.judging():
        pytest.fail("there was no place left")
    places[0].__exit__(None, None, None)
    with brake.judging():
        pass


def test_limits_can_be_lifted_for_load_tests():
    """`CALLY_LIMITS=off`."""
    brake = SignInBrake(limits=False)
    fail(brake, 10 * FREE_FAILURES)
    assert wait(brake, MALLORY, "ada@example.com") == 0
