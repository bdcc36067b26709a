"""An endpoint as a value: what it takes, who may use it, how it answers; route, OpenAPI and tests are made of it."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import msgspec
from litestar import Request
from litestar.response.base import ASGIResponse

from cally.model.accounts import Actor
from cally.model.private_pages import Keys
from cally.web.api.callers import Caller, anybody
from cally.web.api.described import Deprecation, Example
from cally.web.doors import Doors
from cally.web.keys import keys

PREFIX = "/api/v1"
JSON = "application/json"
MANAGE_TOKEN = "X-Manage-Token"  # noqa: S105 - the name of a header
IDEMPOTENCY_KEY = "Idempotency-Key"
Method = Literal["GET", "POST", "PATCH", "DELETE"]
Answer = ASGIResponse
EXAMPLE = Example()


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request to an endpoint: read, checked for shape and leave, not yet judged.

    `sent` is the body as plain values, `body` and `query` are records of the types that the endpoint names. `caller`
    is None where no token is needed, or the manage token of a booking stands in for one.
    """

    request: Request[Any, Any, Any]
    doors: Doors
    now: int
    path: Mapping[str, str]
    query: Any
    body: Any
    sent: dict[str, Any]
    caller: Caller | None

    @property
    def token_holder(self) -> Caller:
        """The caller of an endpoint that names a scope."""
        if self.caller is None:
            raise RuntimeError("an endpoint without a scope asked for its caller")
        return self.caller

    @property
    def manage_token(self) -> str | None:
        """The guest's secret, if it was sent."""
        return self.request.headers.get(MANAGE_TOKEN)

    async def keys(self, owner: str, slug: str) -> Keys:
        """What the caller has shown to be let in to a private page."""
        return await keys(self.request, self.doors, owner, slug)

    def guest(self) -> Actor:
        """Whoever asks, as a guest."""
        return anybody(self.request, self.doors)

    def id(self, name: str = "id") -> int:
        """A number in the path; what is none cannot be the name of anything, so it is 0."""
        text = self.path[name]
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


Does = Callable[[Call], Awaitable[Answer]]


class File(NamedTuple):
    """Stands for a record where an endpoint answers with a file, in one of these kinds."""

    media_types: tuple[str, ...]


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """`scope` is what a token needs, None lets anybody in; `manage` lets a booking's manage token stand in for it.

    `private`: an event type with a password, or only links, is closed here without them. `answers` are the
    good statuses with the record in their body; `refuses` the codes beyond those all can answer with.
    `keyed`: it keeps its idempotency keys itself. `example` is a request that a test makes; `deprecated` says that it
    will go.
    """

    method: Method
    path: str
    noun: str
    does: Does
    scope: str | None
    manage: bool
    keyed: bool
    query: type | None
    body: type | None
    answers: Mapping[int, Any]
    refuses: tuple[str, ...]
    private: bool = False
    example: Example = EXAMPLE
    deprecated: Deprecation | None = None

    @property
    def name(self) -> str:
        """A name for programs that are generated, unique over all endpoints."""
        return self.does.__name__.removesuffix("_")

    @property
    def summary(self) -> str:
        """The first line of the function's docstring."""
        return inspect.getdoc(self.does).partition("\n")[0]  # type: ignore[union-attr]  # every function has one

    @property
    def description(self) -> str:
        """What follows the first line."""
        return inspect.getdoc(self.does).partition("\n")[2].strip()  # type: ignore[union-attr]  # as above


@dataclass
class Noun:
    """The endpoints about one noun; `does` registers a function as one of them."""

    title: str
    endpoints: list[Endpoint] = field(default_factory=list)

    def does(
        self,
        method: Method,
        path: str,
        *,
        answers: Mapping[int, Any],
        scope: str | None = None,
        manage: bool = False,
        keyed: bool = False,
        query: type | None = None,
        body: type | None = None,
        refuses: tuple[str, ...] = (),
        private: bool = False,
        example: Example = EXAMPLE,
        deprecated: Deprecation | None = None,
    ) -> Callable[[Does], Does]:
        """Register what answers `method` at `path` (below `/api/v1`)."""

        def register(function: Does) -> Does:
            made = Endpoint(
                method=method,
                path=path,
                noun=self.title,
                does=function,
                scope=scope,
                manage=manage,
                keyed=keyed,
                query=query,
                body=body,
                answers=answers,
                refuses=refuses,
                private=private,
                example=example,
                deprecated=deprecated,
            )
            self.endpoints.append(made)
            return function

        return register


class Nothing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Takes no fields."""


def answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """A record, or nothing (204), as JSON."""
    body = b"" if status == 204 else msgspec.json.encode(value)
    return encoded(body, status, headers)


def encoded(body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """JSON that is text already."""
    return ASGIResponse(body=body, status_code=status, media_type=JSON, headers=headers)
