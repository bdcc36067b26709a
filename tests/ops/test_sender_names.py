"""What receivers look up for our mail, asked of a real name server, and said in words with the record to add."""

import pytest

from cally.ops.doctor import sender_names
from cally.ops.doctor.findings import Finding
from tests.ops.names import Zone, naming

SENDER, HOST = "cally@book.example.org", "mail.example.net"
GOOD: Zone = {
    ("book.example.org", "MX"): ["10 mail.example.net."],
    ("book.example.org", "TXT"): ['"google-site-verification=1"', '"v=spf1 include:" "mail.example.net -all"'],
    ("s1._domainkey.book.example.org", "TXT"): ['"v=DKIM1; p=MIIB"'],
    ("_dmarc.example.org", "TXT"): ['"v=DMARC1; p=reject"'],
}


async def found(zone: Zone, sender: str = SENDER) -> dict[str, Finding]:
    """What the doctor says, by name."""
    async with naming(zone) as resolver:
        return {one.name: one for one in await sender_names.sender_names(sender, HOST, resolver)}


def without(*names: str) -> Zone:
    """The good zone, with less in it."""
    return {key: records for key, records in GOOD.items() if key[0] not in names}


async def test_a_domain_in_order_needs_nothing():
    """Texts in two parts are one; the policy may stand at the domain above; DKIM's limits are said."""
    said = await found(GOOD)
    assert {name: one.verdict for name, one in said.items()} == dict.fromkeys(("sender", "SPF", "DKIM", "DMARC"), "ok")
    assert "v=spf1 include:mail.example.net -all" in said["SPF"].sentence
    assert "cannot be seen from here" in said["DKIM"].sentence


async def test_what_is_missing_comes_with_the_record_to_add():
    """To be copied as it is."""
    said = await found({("book.example.org", "A"): ["192.0.2.1"]})
    assert {name: one.verdict for name, one in said.items()} == {
        "sender": "ok",
        "SPF": "advice",
        "DKIM": "advice",
        "DMARC": "advice",
    }
    assert f'book.example.org. TXT "v=spf1 mx a:{HOST} ~all"' in said["SPF"].fix
    assert '_dmarc.book.example.org. TXT "v=DMARC1; p=none;' in said["DMARC"].fix
    assert "SELECTOR._domainkey.book.example.org" in said["DKIM"].fix


@pytest.mark.parametrize(
    ("records", "verdict"),
    [
        (['"v=spf1 mx ~all"', '"v=spf1 a -all"'], "fault"),
        (['"v=spf1 +all"'], "advice"),
        (['"v=spf1 mx"'], "advice"),
        (['"v=spf1 redirect=_spf.example.net"'], "ok"),
        (['"v=spf10 mx -all"'], "advice"),
    ],
)
async def test_records_that_say_who_may_send_are_read(records: list[str], verdict: str):
    """Two count as none, everybody is nobody, and an end is needed."""
    assert (await found({**GOOD, ("book.example.org", "TXT"): records}))["SPF"].verdict == verdict


async def test_two_policies_count_as_none():
    """Receivers take neither."""
    said = await found({**GOOD, ("_dmarc.example.org", "TXT"): ['"v=DMARC1; p=none"', '"v=DMARC1; p=reject"']})
    assert said["DMARC"].verdict == "advice"


async def test_a_domain_that_is_not_there_is_a_fault():
    """Nobody takes mail from it."""
    said = await found({("example.com", "A"): ["192.0.2.1"]})
    assert [(one.name, one.verdict) for one in said.values()] == [("sender", "fault")]


@pytest.mark.parametrize(
    ("host", "words"),
    [("127.0.0.1", "mx a ~all"), ("localhost", "mx a ~all"), ("192.0.2.7", "ip4:192.0.2.7"), ("2001:db8::7", "ip6:")],
)
async def test_a_mail_server_by_its_number_is_named_as_one(host: str, words: str):
    """The record that is proposed is one that counts."""
    async with naming({("book.example.org", "A"): ["192.0.2.1"]}) as resolver:
        said = {one.name: one for one in await sender_names.sender_names(SENDER, host, resolver)}
    assert words in said["SPF"].fix


@pytest.mark.parametrize("mx", [["0 ."], []])
async def test_bounces_need_a_place(mx: list[str]):
    """A domain that takes no mail is a bad sender."""
    assert (await found({**without("x"), ("book.example.org", "MX"): mx}))["sender"].verdict == "advice"


@pytest.mark.parametrize("sender", ["cally@localhost", "cally@cally.local", "cally@192.0.2.1"])
async def test_senders_that_are_not_on_the_net_are_not_looked_up(sender: str):
    """It is said what to do instead."""
    said = await found({}, sender)
    assert [(one.name, one.verdict) for one in said.values()] == [("sender", "advice")]
    assert "from=" in said["sender"].fix


async def test_name_servers_that_keep_silent_are_named_as_that(monkeypatch: pytest.MonkeyPatch):
    """Silence is not the absence of a record."""
    monkeypatch.setattr(sender_names, "SECONDS", 0.2)
    async with naming(GOOD, silent=True) as resolver:
        (said,) = await sender_names.sender_names(SENDER, HOST, resolver)
    assert (said.verdict, "could not be looked up" in said.sentence) == ("advice", True)
