"""Which addresses requests may go to."""

import pytest

from cally.notify.networks import is_allowed, is_public, parsed

PRIVATE = [
    "0.0.0.0",  # noqa: S104 - asked about, not bound to
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.127.255.254",
    "127.0.0.1",
    "127.1.2.3",
    "169.254.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "192.168.255.255",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:2::1",
    "2001:10::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a00:1::",
    "2002:c0a8:101::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fdff::1",
    "fe80::1",
    "fe80::1%eth0",
    "febf::1",
    "fec0::1",
    "ff01::1",
    "ff02::1",
    "ff05::1:3",
    "ff0e::1",
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.215.14",
    "172.32.0.1",
    "192.0.3.1",
    "2606:4700::1111",
    "2a00:1450:4001::5",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
]


@pytest.mark.parametrize("text", ["0.0.0.0", *PRIVATE])  # noqa: S104 - asked about, not bound to
def test_an_address_that_is_not_of_the_open_internet_is_refused(text: str) -> None:
    """Loopback, private, link-local, shared, documentation, multicast, and whatever carries one of them."""
    assert not is_allowed(parsed(text), ())


@pytest.mark.parametrize("text", PUBLIC)
def test_a_public_address_is_allowed(text: str) -> None:
    """Also where an IPv6 address carries a public IPv4 one."""
    assert is_public(parsed(text))


def test_a_listed_network_is_allowed_and_no_other() -> None:
    """The administrator's list opens just what it names, in every way of writing it."""
    allowed = ("10.1.0.0/16", "fd12::/16")
    assert is_allowed(parsed("10.1.2.3"), allowed)
    assert is_allowed(parsed("::ffff:10.1.2.3"), allowed)
    assert is_allowed(parsed("fd12::7"), allowed)
    assert not is_allowed(parsed("10.2.0.1"), allowed)
    assert not is_allowed(parsed("169.254.169.254"), allowed)
