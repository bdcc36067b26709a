"""The public address: does it lead back here, and does what stands before Cally say who asks, and how?"""

from urllib.parse import urljoin, urlsplit

from cally import clock
from cally.config import LOCAL_SOCKET
from cally.errors import CallyError
from cally.notify import outgoing
from cally.ops import certificate, itself
from cally.ops.doctor.findings import Finding, advice, fault, ok
from cally.ops.doctor.others_clocks import compared
from cally.vault import Vault

NAME = "public address"
PATH = "/api/health/live"
FORGED = "192.0.2.66"  # documentation, RFC 5737: nobody comes from there
FORGED_SCHEME = "gopher"
ANYWHERE = ("0.0.0.0/0", "::/0")
LIMITS = outgoing.Limits(bytes=65_536, seconds=10)
GUIDE = "The shipped configurations for Caddy and nginx do it: docs/tls.md."
CERTIFICATE_FIXES = {
    "": "Look at what renews it (`caddy`'s log, `certbot renew`), and let the proxy read it again.",
    "name": "Let the proxy show a certificate of this name, or change CALLY_PUBLIC_URL.",
    "trust": "Show the whole chain (fullchain.pem). An authority of your own: copy its certificate to "
    "/usr/local/share/ca-certificates/NAME.crt and run update-ca-certificates.",
}


def scheme(url: str) -> Finding:
    """Links in mails must lead back here, over TLS."""
    if url.startswith("https://"):
        return ok("links", f"Links lead to {url}.")
    fix = f"Put a proxy with TLS before Cally and set CALLY_PUBLIC_URL=https://… {GUIDE}"
    return advice("links", f"Links lead to {url}, without TLS.", fix)


async def shown(url: str, now: int) -> list[Finding]:
    """The certificate, as guests are shown it at this moment."""
    found = await certificate.fetched(url, now)
    if found.trouble == "away":
        return []  # said by `itself_reached`, with what to do
    status, sentence = certificate.standing(found, url, now)
    if status == "ok":
        return [ok("certificate", sentence)]
    return [(fault if status == "failing" else advice)("certificate", sentence, CERTIFICATE_FIXES[found.trouble])]


async def itself_reached(url: str, vault: Vault) -> list[Finding]:
    """Ask the public address for this very instance, and look at how the request arrived."""
    asked = itself.question(vault, clock.now())
    headers = {itself.QUESTION: asked, "x-forwarded-for": FORGED, "x-forwarded-proto": FORGED_SCHEME}
    try:
        answer = await outgoing.ask(url + PATH, headers=headers, allowed=ANYWHERE, limits=LIMITS)
    except CallyError as error:
        fix = (
            "Look at the name, the proxy and the firewall. If guests do reach it, the router does not lead back in: "
            f"name {urlsplit(url).hostname} in this machine's /etc/hosts, with the proxy's address."
        )
        return [fault(NAME, f"{url} cannot be reached from this machine. {error.sentence}", fix)]
    seen = itself.heard(vault, answer.headers.get(itself.ANSWER, ""), asked)
    if seen is None:
        return [_not_here(url, answer)]
    return [_arrival(url, seen), *compared("the public address", answer.headers.get("date", ""))]


def _not_here(url: str, answer: outgoing.Received) -> Finding:
    status = answer.status
    if status in outgoing.REDIRECTS:
        target = urljoin(url + PATH, answer.headers.get("location", ""))
        if target == url + PATH:
            fix = "Let it pass requests on instead; only http is forwarded, to https."
            return fault(NAME, f"What stands before Cally forwards {url} to itself, for ever.", fix)
        parts = urlsplit(target)
        fix = f"Set CALLY_PUBLIC_URL={parts.scheme}://{parts.netloc}, if that is what guests should see."
        return fault(NAME, f"{url} forwards to {parts.scheme}://{parts.netloc}.", fix)
    if status == 421:
        fix = "Let the proxy pass on the Host that guests ask for."
        return fault(NAME, f"{url} leads to Cally, which does not serve the name it is asked for there.", fix)
    if status in {502, 503, 504}:
        fix = "Let the proxy pass requests on to where Cally listens (`cally config` shows CALLY_BIND)."
        return fault(NAME, f"What stands before Cally answers {status}: it does not reach Cally.", fix)
    fix = "Look at the name, the proxy, and which instance it leads to."
    return fault(NAME, f"At {url} somebody else answers ({status}), not this Cally.", fix)


def _arrival(url: str, seen: itself.Seen) -> Finding:
    wanted = urlsplit(url)
    peer = seen.peer or LOCAL_SOCKET
    said = seen.forwarded_for not in {None, FORGED} or seen.forwarded_proto not in {None, FORGED_SCHEME}
    if said and not seen.believed:
        sentence = f"The proxy ({peer}) says who asks, but Cally does not believe it: all guests are counted as one."
        return fault(NAME, sentence, f"Set CALLY_TRUSTED_PROXIES={peer} and start Cally again.")
    if seen.address == FORGED and seen.forwarded_for == FORGED:
        fix = f"Let the proxy write X-Forwarded-For itself. {GUIDE}"
        return fault(NAME, "The proxy passes on whatever address guests write into X-Forwarded-For.", fix)
    if seen.scheme != wanted.scheme:
        fix = f"Let the proxy set X-Forwarded-Proto. {GUIDE}"
        return fault(NAME, f"Cally takes guests to ask by {seen.scheme}, though they use {wanted.scheme}.", fix)
    if wanted.scheme == "https" and seen.forwarded_for in {None, "", FORGED}:
        fix = f"Let the proxy set X-Forwarded-For. {GUIDE}"
        return advice(NAME, "The proxy does not say who asks: all guests are counted as one.", fix)
    if urlsplit(f"//{seen.host}").hostname != wanted.hostname:
        fix = f"Let the proxy pass on the Host that guests ask for. {GUIDE}"
        return advice(NAME, f"The proxy calls Cally {seen.host} instead of {wanted.netloc}.", fix)
    return ok(NAME, f"{url} leads here, and who asks is known.")
