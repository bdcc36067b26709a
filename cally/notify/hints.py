"""What a mail server's refusal means, in words that say what to do (RFC 3463, and how large providers put it)."""

import re
from typing import NamedTuple


class Meaning(NamedTuple):
    """A name for programs and a sentence for people."""

    name: str
    sentence: str


class _Case(NamedTuple):
    meaning: Meaning
    codes: str
    words: str


CODE = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
CASES = (
    _Case(
        Meaning(
            "sender_not_proven",
            "The other side could not verify that this server may send for its domain (SPF, DKIM or DMARC). "
            "An administrator finds on the system page, or with “cally doctor”, which record is missing.",
        ),
        r"5\.7\.(2[0-9]|30)",
        r"\b(dkim|spf|dmarc|sender policy|unauthenticated (?:e?mail|sender)|not authenticated|reverse dns"
        r"|ptr record)\b",
    ),
    _Case(
        Meaning(
            "blocklisted",
            "The other side, or a list it asks, distrusts this mail server. An administrator should look which list "
            "names it and ask to be taken off, or send through a provider's mail server.",
        ),
        r"$^",
        r"(spamhaus|spamcop|barracuda|block ?list|blacklist|\brbl\b|\bdnsbl\b|poor reputation|bad reputation)",
    ),
    _Case(
        Meaning(
            "sign_in",
            "The mail server wants Cally to sign in, or does not let it send from this address. An administrator "
            "should look at the account in the mail settings.",
        ),
        r"5\.7\.(0|8|9|11|57|60)",
        r"(relay(?:ing)? (?:access )?(?:denied|not permitted)|unable to relay|relaying denied|not allowed to relay"
        r"|authentication (?:is )?required|sender address rejected|not owned by user|sendasdenied)",
    ),
    _Case(
        Meaning("mailbox_full", "The mailbox is full. Try again later, or reach them in another way."),
        r"[45]\.2\.2",
        r"(mailbox (?:is )?full|over ?quota|quota exceeded|insufficient storage|out of storage|exceeded storage)",
    ),
    _Case(
        Meaning(
            "mailbox_closed",
            "The mailbox is there but takes no mail any more. Reach them in another way for a new address.",
        ),
        r"5\.2\.1|5\.1\.6",
        r"(mailbox (?:is )?(?:disabled|inactive|suspended)|account (?:is )?(?:disabled|inactive|suspended))",
    ),
    _Case(
        Meaning(
            "no_such_domain",
            "The part of the address behind the @ takes no mail, or does not exist. Look for a typing error.",
        ),
        r"5\.1\.(2|10)|5\.4\.4",
        r"(domain (?:not found|does not exist|of .* does not)|host (?:or domain name )?not found|null mx|nxdomain)",
    ),
    _Case(
        Meaning(
            "no_such_address",
            "There is no such mailbox. Look for a typing error, or reach them in another way for the right address.",
        ),
        r"5\.1\.(0|1|3)",
        r"(user unknown|unknown user|no such (?:user|mailbox|recipient|person)|does not exist"
        r"|unknown (?:recipient|mailbox)|invalid (?:recipient|mailbox)|recipient (?:not found|rejected)"
        r"|mailbox (?:unavailable|not found))",
    ),
    _Case(
        Meaning("too_large", "The mail is larger than the other side takes."),
        r"5\.3\.4|5\.2\.3",
        r"(too (?:large|big)|message size exceeds|exceeds .*size)",
    ),
    _Case(
        Meaning(
            "encryption",
            "The other side demands an encrypted connection; an administrator sets that in the mail server.",
        ),
        r"5\.7\.10",
        r"(must issue a starttls|starttls (?:is )?required|tls (?:is )?required|encryption required)",
    ),
    _Case(
        Meaning(
            "not_now",
            "The other side asks for patience, as many do with senders that they do not know yet. "
            "It is tried again by itself.",
        ),
        r"4\.7\.[01]",
        r"(gr[ae]ylist|try again later|too many (?:connections|messages)|rate limit|throttl|temporarily deferred)",
    ),
    _Case(
        Meaning(
            "policy",
            "The other side refused the mail by a rule of its own, often because it took it for unwanted. "
            "Reach them in another way, and ask them to let mail from this server in.",
        ),
        r"5\.7\.\d+",
        r"(spam|policy|content rejected|message rejected|refused for|access denied|\bblocked\b|suspicious|not welcome)",
    ),
)
FOUND = tuple((case.meaning, re.compile(case.codes), re.compile(case.words, re.IGNORECASE)) for case in CASES)
INTERNATIONAL = Meaning(
    "international",
    "The mail server does not know addresses with letters beyond ASCII; another one is needed for them.",
)
REFUSED = Meaning("refused", "The other side refused it for good; what it said is all that is known.")
LATER = Meaning("not_now", "It is tried again by itself.")


def meaning(answer: str) -> Meaning | None:
    """What a server's answer means; None for one that is no refusal. Words tell more than codes, so they go first."""
    if "letters beyond ASCII" in answer:
        return INTERNATIONAL
    if not re.match(r"[45]\d\d\b", answer):
        return None
    for found, _, words in FOUND:
        if words.search(answer) and (found.name != "not_now" or answer.startswith("4")):
            return found
    code = CODE.search(answer)
    if code is not None:
        for found, codes, _ in FOUND:
            if codes.fullmatch(code[0]):
                return found
    return REFUSED if answer.startswith("5") else LATER
