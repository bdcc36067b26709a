"""How long a message is tried: when again, and when it is given up."""

import secrets

NO_SERVER = "No mail server is set up."
NO_SERVER_SECONDS = 3_600
GIVE_UP_SECONDS = 2 * 86_400
FIRST_BACKOFF_SECONDS = 15
LONGEST_BACKOFF_SECONDS = 1_800

_random = secrets.SystemRandom()


def backoff(attempts: int) -> int:
    """Seconds to wait after so many attempts: doubling, with jitter so that a queue does not come back as one."""
    seconds = min(LONGEST_BACKOFF_SECONDS, FIRST_BACKOFF_SECONDS << min(attempts, 10))
    return round(seconds * _random.uniform(0.8, 1.2))
