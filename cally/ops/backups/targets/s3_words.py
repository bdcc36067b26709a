"""What an S3 server refuses, in words that an administrator can act on."""

import httpx2

from cally.errors import CallyError
from cally.ops.backups.targets import answers
from cally.ops.backups.targets.addresses import Address
from cally.ops.backups.targets.asking import forwarded, text, unexpected
from cally.ops.backups.targets.reaching import failed

FULL = "{host} has no room left, or a quota is used up."
REGION = "The bucket “{bucket}” is in another region than {region}; put region={told} into the address."
CLOCK = (
    "The clock of this machine and that of {host} are more than a quarter of an hour apart; set the one that is wrong "
    "(timedatectl set-ntp true)."
)
WORDS = {
    "InvalidAccessKeyId": "{host} does not know this access key id.",
    "SignatureDoesNotMatch": "The secret access key is wrong: {host} refuses what is signed with it.",
    "RequestTimeTooSkewed": CLOCK,
    "RequestExpired": CLOCK,
    "AccessDenied": (
        "This access key may not do this in the bucket “{bucket}”, if there is one; it has to list, read, write and "
        "delete there."
    ),
    "AllAccessDisabled": "The bucket “{bucket}” is locked by {host}; ask whoever runs it.",
    "AccountProblem": "{host} has locked the account of this access key; ask whoever runs it.",
    "NoSuchBucket": "{host} has no bucket “{bucket}”; make it there, or correct the address.",
    "NoSuchKey": "{host} has no such file.",
    "PermanentRedirect": REGION,
    "AuthorizationHeaderMalformed": REGION,
    "IllegalLocationConstraintException": REGION,
    "QuotaExceeded": FULL,
    "XMinioStorageFull": FULL,
    "XMinioAdminBucketQuotaExceeded": FULL,
    "StorageFull": FULL,
    "EntityTooLarge": "The file is larger than {host} takes.",
    "BadDigest": "What arrived at {host} was not what was sent; try again.",
    "XAmzContentSHA256Mismatch": "What arrived at {host} was not what was sent; try again.",
    "SlowDown": "{host} is too busy; it is tried again at the next backup.",
}
STATUSES = {507: "QuotaExceeded", 401: "AccessDenied", 403: "AccessDenied", 413: "EntityTooLarge", 503: "SlowDown"}


async def refused(place: Address, answer: httpx2.Response) -> CallyError:
    """The error for an answer that is not what was hoped for."""
    return said(place, answer, await text(answer))


def said(place: Address, answer: httpx2.Response, body: bytes) -> CallyError:
    """As `refused`, for an answer whose body is here already."""
    code, region = _code(body)
    if code not in WORDS:
        if answer.is_redirect:
            return failed(forwarded(place.host, answer))
        code = STATUSES.get(answer.status_code, "")
    told = region or answer.headers.get("x-amz-bucket-region", "") or "…"
    if not told.replace("-", "").isalnum():
        told = "…"
    words = WORDS.get(code, unexpected(place.host, answer.status_code))
    return failed(words.format(host=place.host, bucket=place.bucket, region=place.region, told=told))


def _code(body: bytes) -> tuple[str, str]:
    if not body.lstrip().startswith(b"<"):
        return "", ""
    try:
        root = answers.read(body)
    except CallyError:
        return "", ""
    return (root.said("Code"), root.said("Region")) if root.name == "Error" else ("", "")
