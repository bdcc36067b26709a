"""Amounts as people read them."""

UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
THOUSAND = 1_000
DAY = 86_400


def split_amount(count: float) -> tuple[str, str]:
    """A number of bytes as number and unit: `("9.4", "GB")`; two digits, three from a hundred on."""
    unit = 0
    while count >= THOUSAND - 0.5 and unit < len(UNITS) - 1:
        count, unit = count / THOUSAND, unit + 1
    return (f"{count:.1f}" if count < 9.95 and unit else f"{count:.0f}"), UNITS[unit]


def amount(count: float) -> str:
    """A number of bytes, like `9.4 GB`."""
    return " ".join(split_amount(count))


def days(count: float) -> str:
    """A stretch ahead, like `23 days` or `about 5 months`; never more than is left."""
    if count < 1:
        return "less than a day"
    if count < 2:
        return "1 day"
    if count < 90:
        return f"{int(count)} days"
    return f"about {int(count / 30.4)} months" if count < 720 else f"about {int(count / 365)} years"


def duration(seconds: int) -> str:
    """A stretch that has passed, like `4 hours`."""
    if seconds < 90:
        return "a minute" if seconds >= 45 else "less than a minute"
    if seconds < 5_400:
        return f"{round(seconds / 60)} minutes"
    return f"{round(seconds / 3_600)} hours" if seconds < 2 * DAY else f"{seconds // DAY} days"
