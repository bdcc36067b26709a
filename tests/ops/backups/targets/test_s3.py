"""S3: requests are signed as Amazon wrote it down, parts never stay, and refusals are said in words."""

import secrets
from pathlib import Path

import pytest

from cally import clock
from cally.errors import CallyError
from cally.ops.backups.targets import Target, naming, s3
from cally.ops.backups.targets.opening import open_target
from cally.ops.backups.targets.s3 import S3
from cally.ops.backups.targets.signing import Signer, target
from tests.ops.backups.targets import weed as weed_server
from tests.ops.backups.targets.conftest import HERE, SHORT, Place, digest, s3_address, silent
from tests.ops.backups.targets.scripted import Answer, Script
from tests.ops.backups.targets.test_every_target import NAME
from tests.ops.backups.targets.weed import Weed

pytestmark = pytest.mark.xdist_group("targets")  # servers that are started once
only = pytest.mark.parametrize("place", ["s3"], indirect=True)
LIST = "<ListBucketResult>{}</ListBucketResult>"
OBJECT = "<Contents><Key>{}</Key><Size>{}</Size><LastModified>2026-03-01T03:00:00.000Z</LastModified></Contents>"
ERROR = "<Error><Code>{}</Code><Message>a-message-with-a-signature</Message>{}</Error>"


def listed(*objects: tuple[str, object], more: str = "") -> Answer:
    return Answer(200, LIST.format("".join(OBJECT.format(*one) for one in objects) + more).encode())


def opened(script: Script) -> Target:
    return open_target(s3_address(script.port, "a", "bucket"), weed_server.KEY, allowed=HERE, patience=SHORT)


def test_requests_are_signed_as_in_the_example_that_amazon_gives():
    """“GET Object” and “Get Bucket (List Objects)” of the signature's description."""
    signer = Signer(
        access_key_id="AKIAIOSFODNN7EXAMPLE",
        secret_access_key="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        region="us-east-1",
    )
    host = {"host": "examplebucket.s3.amazonaws.com"}
    sent = signer.signed("GET", "/test.txt", {**host, "range": "bytes=0-9"}, now=1_369_353_600)
    assert sent["x-amz-date"] == "20130524T000000Z"
    signature = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    assert sent["authorization"].endswith(
        f"SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, Signature={signature}"
    )
    listing = target("/", {"prefix": "J", "max-keys": "2"})
    signature = "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
    assert signer.signed("GET", listing, host, now=1_369_353_600)["authorization"].endswith(signature)
    assert "EXAMPLEKEY" not in repr(signer)


@only
async def test_a_large_file_goes_in_parts_and_comes_back_as_it_was(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(s3, "PART_BYTES", 5 * 1024**2)
    (tmp_path / "large").write_bytes(secrets.token_bytes(11 * 1024**2 + 1))
    told: list[int] = []
    await place.open().put(NAME, tmp_path / "large", lambda done, _total: told.append(done))
    assert told == sorted(told)
    assert told[-1] == 11 * 1024**2 + 1
    await place.open().get(NAME, tmp_path / "back", silent)
    assert digest(tmp_path / "back") == digest(tmp_path / "large")
    assert await place.raw() == [NAME]


@only
async def test_a_clock_that_is_wrong_is_told_as_one(place: Place, monkeypatch: pytest.MonkeyPatch):
    """The server's own judgement."""
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + 3600)
    with pytest.raises(CallyError, match="clock of this machine"):
        await place.open().list_all()


@only
async def test_keys_without_a_right_or_without_an_owner_are_told_apart(place: Place, backup: Path):
    with pytest.raises(CallyError, match="may not do this in the bucket “cally-backups”, if there is one"):
        await place.open(weed_server.READER).put(NAME, backup, silent)
    with pytest.raises(CallyError, match="does not know this access key id"):
        await place.open(weed_server.KEY | {"access_key_id": "nobody"}).put(NAME, backup, silent)


async def test_a_bucket_that_is_not_there_is_told_as_one(weed: Weed, backup: Path):
    """Unless the server keeps that from a key that may not do much; buckets are made by whoever pays for them."""
    address = s3_address(weed.port, "a", "no-bucket")
    owner = open_target(address, weed_server.OWNER, allowed=HERE, patience=SHORT)
    with pytest.raises(CallyError, match="has no bucket “no-bucket”"):
        await owner.list_all()
    await owner.close()
    target = open_target(address, weed_server.KEY, allowed=HERE, patience=SHORT)
    with pytest.raises(CallyError, match="in the bucket “no-bucket”, if there is one"):
        await target.put(NAME, backup, silent)
    await target.close()


@only
async def test_parts_of_killed_processes_are_swept_after_a_day(
    place: Place, backup: Path, monkeypatch: pytest.MonkeyPatch
):
    target = place.open()
    assert isinstance(target, S3)
    await target._xml("POST", target._path("cally-killed.backup"), {"uploads": ""})
    await target._xml("POST", target._path("others.bin"), {"uploads": ""})
    await target.put(NAME, backup, silent)
    assert len(await place.raw()) == 3
    monkeypatch.setattr(naming, "HALF_SECONDS", -60)
    await target.put(NAME, backup, silent)
    left = await place.raw()
    assert NAME in left
    assert [one.rpartition("/")[2] for one in left if one != NAME] == ["others.bin"]


@pytest.mark.parametrize(
    ("status", "code", "more", "words"),
    [
        (403, "RequestTimeTooSkewed", "", "timedatectl"),
        (403, "SignatureDoesNotMatch", "", "secret access key is wrong"),
        (403, "QuotaExceeded", "", "quota is used up"),
        (507, "XMinioStorageFull", "", "no room left"),
        (507, "Unheard", "", "no room left"),
        (400, "AuthorizationHeaderMalformed", "<Region>eu-west-9</Region>", "put region=eu-west-9 into"),
        (400, "AuthorizationHeaderMalformed", "<Region>{host}\n</Region>", "put region=… into"),
        (404, "NoSuchBucket", "", "has no bucket “bucket”"),
        (403, "Unheard", "", "may not do this"),
        (418, "Unheard", "", "answered 418"),
    ],
)
async def test_what_a_server_refuses_is_said_in_words(
    script: Script, backup: Path, status: int, code: str, more: str, words: str
):
    """Never in the server's own: they may repeat what was signed."""
    script.answers["*"] = [Answer(status, ERROR.format(code, more).encode())]
    target = opened(script)
    for doing in (target.put(NAME, backup, silent), target.list_all()):
        with pytest.raises(CallyError, match=words) as caught:
            await doing
        assert "a-message-with-a-signature" not in caught.value.sentence
    await target.close()


async def test_a_server_that_is_busy_for_a_moment_is_asked_again(
    script: Script, backup: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(s3, "PAUSES", (0, 0))
    script.answers = {"PUT": [Answer(503), Answer(500), Answer(200)], "GET": [listed((f"a/{NAME}", 1_500_017))]}
    target = opened(script)
    await target.put(NAME, backup, silent)
    assert [one[0] for one in script.asked][:3] == ["PUT"] * 3
    script.answers["PUT"] = [Answer(503)]
    with pytest.raises(CallyError, match="too busy"):
        await target.put(NAME, backup, silent)
    await target.close()


async def test_parts_that_could_not_be_joined_are_thrown_away(
    script: Script, backup: Path, monkeypatch: pytest.MonkeyPatch
):
    """The server says yes first, and then that it failed."""
    monkeypatch.setattr(s3, "PART_BYTES", 1_000_000)
    begun = Answer(200, b"<InitiateMultipartUploadResult><UploadId>u&amp;1</UploadId></InitiateMultipartUploadResult>")
    script.answers = {
        "POST": [begun, Answer(200, b"\n  " + ERROR.format("QuotaExceeded", "").encode())],
        "PUT": [Answer(200, headers=(("etag", '"<1>"'),))],
        "DELETE": [Answer(204)],
    }
    target = opened(script)
    with pytest.raises(CallyError, match="quota is used up"):
        await target.put(NAME, backup, silent)
    assert [one[0] for one in script.asked] == ["POST", "PUT", "PUT", "POST", "DELETE"]
    assert script.asked[-1][1].endswith(f"/bucket/a/{NAME}?uploadId=u%261")
    await target.close()


async def test_a_list_in_pages_is_read_to_its_end_and_made_up_names_are_left_out(script: Script):
    more = "<IsTruncated>true</IsTruncated><NextContinuationToken>on+1</NextContinuationToken>"
    script.answers["GET"] = [
        listed(("a/cally-b.backup", 2), ("a/../c", 1), ("b/cally-d.backup", 1), ("a/deep/e", 1), more=more),
        listed(("a/cally-a.backup", 1), ("a/.hidden", 1), ("a/cally-z.backup", "x")),
    ]
    target = opened(script)
    assert [one.name for one in await target.list_all()] == ["cally-a.backup", "cally-b.backup"]
    assert "continuation-token=on%2B1" in script.asked[1][1]
    await target.close()


async def test_a_size_that_cannot_be_counted_is_left_out(script: Script):
    script.answers["GET"] = [listed(("a/cally-huge.backup", "9" * 5_000))]
    target = opened(script)
    assert await target.list_all() == []
    await target.close()


async def test_a_list_that_never_ends_is_given_up(script: Script, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(s3, "MOST_PAGES", 3)
    script.answers["GET"] = [listed(more="<IsTruncated>true</IsTruncated>")]
    target = opened(script)
    with pytest.raises(CallyError, match="more files than can be"):
        await target.list_all()
    await target.close()


@pytest.mark.parametrize(("told", "words"), [(9, "sent 5 of 9 bytes"), (3, "more than the 3 bytes")])
async def test_a_server_that_lies_about_sizes_is_found_out(script: Script, tmp_path: Path, told: int, words: str):
    script.answers["GET"] = [listed((f"a/{NAME}", told)), Answer(200, b"12345")]
    target = opened(script)
    with pytest.raises(CallyError, match=words):
        await target.get(NAME, tmp_path / "back", silent)
    assert not (tmp_path / "back").exists()
    await target.close()


async def test_a_server_that_forwards_is_not_followed(script: Script):
    script.answers["*"] = [Answer(307, headers=(("location", f"http://127.0.0.1:{script.port}/elsewhere"),))]
    target = opened(script)
    with pytest.raises(CallyError, match="is not followed"):
        await target.list_all()
    assert len(script.asked) == 1
    await target.close()
