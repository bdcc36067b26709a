"""Versions of what is shown (RFC 9110): a look that finds nothing new is 304, a change of what has changed is 412."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec
from litestar.response.streaming import ASGIStreamingResponse

from cally.errors import CallyError
from cally.store import Writer
from cally.web.api.endpoints import Answer, Call, Endpoint, Nothing, encoded
from cally.web.api.guarded_store import GuardedStore, as_store, seen_from

Twins = Mapping[str, Endpoint]
KEPT = ("etag", "cache-control")


def etag(body: bytes) -> str:
    """The version of an answer, for the `ETag` header; equal bodies have equal ones."""
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def is_known(header: str, tag: str) -> bool:
    """Whether `If-None-Match` names this version."""
    return header.strip() == "*" or tag in {part.strip().removeprefix("W/") for part in header.split(",")}


def versioned(call: Call, found: Answer) -> Answer:
    """An answer to GET with its `ETag`, or 304 for whoever has it already."""
    if found.status_code != 200 or isinstance(found, ASGIStreamingResponse):  # what is not there yet has no version
        return found
    tag = found.headers.get("etag")
    if tag is None:
        tag = etag(bytes(found.body))
        found.headers["etag"] = tag
    if not is_known(call.request.headers.get("if-none-match", ""), tag):
        return found
    return encoded(b"", 304, {name: found.headers[name] for name in KEPT if name in found.headers})


def twins_of(endpoints: tuple[Endpoint, ...]) -> Twins:
    """By path, the GET that shows what the other methods there change; those that must be asked something are none."""
    return {one.path: one for one in endpoints if one.method == "GET" and _asks_nothing(one)}


async def unless_changed(endpoint: Endpoint, twin: Endpoint | None, call: Call) -> Answer:
    """Change what is still as `If-Match` says, judged before and again inside the transaction that changes it.

    Raises `precondition_failed`.
    """
    wanted = call.request.headers["if-match"]
    if twin is None:
        raise CallyError("precondition_failed", "This address has no version to compare; send no If-Match here.")
    await _require(twin, call, wanted)
    store = call.doors.store

    async def first(tx: Writer) -> None:
        await _require(twin, replace(call, doors=replace(call.doors, store=seen_from(store, tx))), wanted)

    return await endpoint.does(replace(call, doors=replace(call.doors, store=as_store(GuardedStore(store, first)))))


async def _require(twin: Endpoint, call: Call, wanted: str) -> None:
    query: Any = msgspec.convert({}, twin.query or Nothing)
    shown = await twin.does(replace(call, query=query, body=None, sent={}))
    tag = shown.headers.get("etag") or etag(bytes(shown.body))
    if wanted.strip() != "*" and tag not in {part.strip() for part in wanted.split(",")}:
        raise CallyError("precondition_failed", "This has changed since you saw it; look again.", etag=tag)


def _asks_nothing(endpoint: Endpoint) -> bool:
    return endpoint.query is None or not any(one.required for one in msgspec.structs.fields(endpoint.query))
