"""What the name system says about the sender's domain: SPF, DKIM, DMARC, and where answers go; in words."""

import ipaddress
from typing import TYPE_CHECKING

from cally.ops.doctor.findings import Finding, advice, fault, ok

if TYPE_CHECKING:
    from dns.asyncresolver import Resolver

NOT_ON_THE_NET = ("localhost", "local", "test", "invalid", "internal", "lan", "home.arpa")
SECONDS = 6


class _Unheard(Exception):  # noqa: N818 - the expected silence of a name server
    """No name server gave an answer."""


async def sender_names(sender: str, host: str, resolver: "Resolver | None" = None) -> list[Finding]:
    """Look up what receivers look up for mail from `sender`, handed in at `host`; `resolver` is the machine's own."""
    domain = sender.rpartition("@")[2].lower()
    if "." not in domain or domain.endswith(NOT_ON_THE_NET) or domain.replace(".", "").isdigit():
        fix = "Add ?from=you@your-domain to the mail server's address."
        return [advice("sender", f"Mail is sent from {sender}, to which nobody on the internet can answer.", fix)]
    asking = _Names(resolver)
    try:
        answers = await _answers(asking, domain, sender)
        if answers.verdict == "fault":
            return [answers]
        return [
            answers,
            await _spf(asking, domain, host),
            await _dkim(asking, domain),
            await _dmarc(asking, domain),
        ]
    except _Unheard:
        fix = "Look at /etc/resolv.conf: the same servers are asked for calendars and channels."
        return [advice("sender", f"What is known of {domain} could not be looked up.", fix)]


class _Names:
    """The name system: texts and records of a name; None when there is no such name."""

    def __init__(self, resolver: "Resolver | None") -> None:
        from dns.asyncresolver import Resolver  # noqa: PLC0415 - heavy: for the doctor alone

        self._resolver = resolver or Resolver()

    async def records(self, name: str, kind: str) -> list[str] | None:
        from dns import exception, resolver  # noqa: PLC0415 - as above

        try:
            found = await self._resolver.resolve(name, kind, lifetime=SECONDS, search=False)
        except resolver.NXDOMAIN:
            return None
        except resolver.NoAnswer:
            return []
        except exception.DNSException as error:
            raise _Unheard from error
        return [record.to_text() for record in found]

    async def texts(self, name: str) -> list[str]:
        """TXT records, their parts joined (RFC 7208, 3.3)."""
        found = await self.records(name, "TXT") or []
        return ["".join(part for part in text.split('"')[1::2]) for text in found]


async def _answers(asking: _Names, domain: str, sender: str) -> Finding:
    """Bounces and answers need somewhere to go; many receivers refuse mail of domains that take none."""
    mx = await asking.records(domain, "MX")
    if mx is None:
        fix = "Send from a domain that exists: ?from= in the mail server's address."
        return fault("sender", f"There is no domain {domain}, which mail is sent from.", fix)
    if any(record.split()[-1] == "." for record in mx):
        fix = "Send from a domain that takes mail, for bounces have to go somewhere."
        return advice("sender", f"{domain} says that it takes no mail at all.", fix)
    if not mx and not await asking.records(domain, "A") and not await asking.records(domain, "AAAA"):
        return advice("sender", f"{domain} takes no mail: bounces are lost.", f"{domain}. MX 10 mail.{domain}.")
    return ok("sender", f"Mail is sent from {sender}, and {domain} takes answers.")


async def _spf(asking: _Names, domain: str, host: str) -> Finding:
    found = [text for text in await asking.texts(domain) if text.lower().split(" ")[0] == "v=spf1"]
    add = f'{domain}. TXT "v=spf1 mx {_sender_mechanism(host)} ~all"'
    if not found:
        fix = f"Add the record that whoever runs {host} names, else: {add}"
        return advice("SPF", f"{domain} does not say who may send its mail.", fix)
    if len(found) > 1:
        return fault("SPF", f"{domain} has {len(found)} SPF records, so that none counts.", "Make one of them.")
    words = found[0].lower().split()
    if "+all" in words or "all" in words:
        return advice("SPF", f"{domain} lets everybody send its mail ({found[0]}).", "End it with ~all or -all.")
    if not any(word.endswith("all") or word.startswith("redirect=") for word in words[1:]):
        return advice("SPF", f"The SPF record of {domain} has no end ({found[0]}).", "End it with ~all or -all.")
    return ok("SPF", f"{domain} says who may send its mail: {found[0]} Whether {host} is meant, only its owner knows.")


def _sender_mechanism(host: str) -> str:
    """How SPF calls a mail server (RFC 7208, 5); one on this machine sends from where the domain leads."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "a" if host == "localhost" else f"a:{host}"
    return "a" if address.is_loopback else f"ip{address.version}:{address}"


async def _dkim(asking: _Names, domain: str) -> Finding:
    """Keys have names that only the signer knows; where nothing lies beneath `_domainkey`, there is none (RFC 8020)."""
    unknown = "Send a test to yourself: its source should say dkim=pass, for this domain."
    if await asking.records(f"_domainkey.{domain}", "TXT") is None:
        fix = f"Let the mail server sign, and add the record SELECTOR._domainkey.{domain} that it names."
        return advice("DKIM", f"{domain} has no key to sign mail with.", fix)
    return ok("DKIM", f"{domain} has keys to sign with; whether they are used cannot be seen from here. {unknown}")


async def _dmarc(asking: _Names, domain: str) -> Finding:
    """A domain without a policy of its own has that of the one above (RFC 9989 walks up in the same way)."""
    labels = domain.split(".")
    for start in range(len(labels) - 1):
        name = ".".join(labels[start:])
        found = [text for text in await asking.texts(f"_dmarc.{name}") if text.lower().startswith("v=dmarc1")]
        if len(found) > 1:
            return advice("DMARC", f"{name} has {len(found)} DMARC records, so that none counts.", "Keep one of them.")
        if found:
            return ok("DMARC", f"{name} says what becomes of forged mail: {found[0]}")
    fix = f'Begin with: _dmarc.{domain}. TXT "v=DMARC1; p=none; rua=mailto:postmaster@{domain}"'
    return advice("DMARC", f"{domain} does not say what becomes of mail forged in its name.", fix)
