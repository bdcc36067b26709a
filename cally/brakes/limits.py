"""How much is free: every limit by name, generous, for a school or a company may sit behind one address."""

from cally.brakes.limiter import Limit, Verdict

FROM_NETWORK = "Too much has come from your network at once."
WIDER = 4  # a customer's whole IPv6 range may do so many times what one network may

REQUESTS = Limit(name="requests", quota=6_000, window_seconds=60, sentence=FROM_NETWORK)
REQUESTS_WIDE = Limit(name="requests-wide", quota=WIDER * 6_000, window_seconds=60, sentence=FROM_NETWORK)
LOOKS = Limit(name="looks", quota=2_400, window_seconds=60, sentence="Your network has looked for much at once.")
CHANGES = Limit(name="changes", quota=600, window_seconds=60, sentence=FROM_NETWORK)
CHANGES_WIDE = Limit(name="changes-wide", quota=WIDER * 600, window_seconds=60, sentence=FROM_NETWORK)
ACCOUNT = Limit(name="account", quota=6_000, window_seconds=60, sentence="This account's programs ask too much.")
PAGE = Limit(name="page", quota=300, window_seconds=60, sentence="Very many want to book here at once.")
MAILBOX = Limit(
    name="mailbox",
    quota=20,
    window_seconds=3_600,
    sentence="Many messages have gone to this e-mail address within the hour.",
)
SECRETS = Limit(
    name="secrets", quota=60, window_seconds=60, sentence="Too many wrong addresses came from your network."
)
NOTED = Limit(name="noted", quota=30, window_seconds=3_600, sentence="")  # refusals that reach the audit log
_NAMED = (REQUESTS, REQUESTS_WIDE, LOOKS, CHANGES, CHANGES_WIDE, ACCOUNT, PAGE, MAILBOX, SECRETS)
LIMITS = {limit.name: limit for limit in _NAMED}


def policy(limit: Limit) -> str:
    """A limit as `RateLimit-Policy` says it (draft-ietf-httpapi-ratelimit-headers-10)."""
    return f'"{limit.name}";q={limit.quota};w={limit.window_seconds}'


def headers(verdicts: list[Verdict]) -> dict[str, str]:
    """What a program is told of the limits it was counted in: the rules, and what is left of each."""
    left = (f'"{it.limit.name}";r={it.left};t={it.wait_seconds or it.full_in_seconds}' for it in verdicts)
    return {"ratelimit-policy": ", ".join(policy(it.limit) for it in verdicts), "ratelimit": ", ".join(left)}


def refused(name: str, wait_seconds: int) -> dict[str, str]:
    """The same with an answer that refuses, from the name of the limit that is used up."""
    limit = LIMITS.get(name)
    if limit is None:
        return {}
    return {"ratelimit-policy": policy(limit), "ratelimit": f'"{name}";r=0;t={wait_seconds}'}
