"""The OpenAPI document, made of the endpoints themselves, so that it cannot say anything else than they do."""

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Literal

import msgspec

from cally import __version__
from cally.model.accounts import SCOPES
from cally.web.api.endpoints import IDEMPOTENCY_KEY, JSON, MANAGE_TOKEN, PREFIX, Endpoint, File
from cally.web.api.examples import curl, shown
from cally.web.api.health import HealthAnswer
from cally.web.api.v1 import ENDPOINTS
from cally.web.api.v1.refused import Alternative
from cally.web.errors import PROBLEM_TYPE, STATUS
from cally.web.keys import PAGE_PASSWORD, PRIVATE_LINK
from cally.web.scopes import WORDS

REFERENCE = "#/components/schemas/{name}"
KEYS = {
    PAGE_PASSWORD: "The password of the event type's page, if it has one.",
    PRIVATE_LINK: "The code of a private link to the event type: what its address has behind `/p/`.",
}
REPEATED = frozenset({"idempotency_key_reused", "idempotency_key_in_use", "answer_lost"})
CHANGED = frozenset({"PATCH", "DELETE"})
EVERYBODY = ("malformed", "rate_limited", "internal")
ABOUT = (
    "Every POST takes an `Idempotency-Key`, every GET answers with an `ETag` for `If-None-Match`, and PATCH and DELETE "
    "heed it in `If-Match`. Lists come in pages: send `next_cursor` back as `cursor`. "
    "Times are instants in UTC (`2026-03-29T01:00:00Z`); dates are local to the zone that is named with them. Requests "
    "that change something take JSON as `application/json`. Errors are problem details (RFC 9457) with a stable `code`."
)


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong (RFC 9457); `field` is the path of the input at fault, further facts depend on the `code`."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    field: str | msgspec.UnsetType = msgspec.UNSET


class SlotTaken(Problem, frozen=True, kw_only=True):
    """The time cannot be had; `alternatives` are the nearest slots that can."""

    code: Literal["slot_taken"]
    alternatives: tuple[Alternative, ...]
    reason: str | msgspec.UnsetType = msgspec.UNSET


def document(server_url: str) -> dict[str, Any]:
    """The whole document (OpenAPI 3.1), for the instance at this address."""
    types = _types(ENDPOINTS)
    _, components = msgspec.json.schema_components(types, ref_template=REFERENCE)
    components = _plain_pairs(components)
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in ENDPOINTS:
        paths.setdefault(PREFIX + endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint, server_url)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Cally", "version": __version__, "description": ABOUT},
        "servers": [{"url": server_url}],
        "tags": [{"name": noun} for noun in dict.fromkeys([*(endpoint.noun for endpoint in ENDPOINTS), "Health"])],
        "paths": paths | _health_paths(),
        "components": {
            "schemas": components,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": f"A token of an account, with scopes: {', '.join(SCOPES)}.",
                },
                "oauth2": {
                    "type": "oauth2",
                    "description": "A token that somebody lets a program have (authorization code with PKCE, S256).",
                    "flows": {
                        "authorizationCode": {
                            "authorizationUrl": f"{server_url}/oauth/authorize",
                            "tokenUrl": f"{server_url}/oauth/token",
                            "refreshUrl": f"{server_url}/oauth/token",
                            "scopes": WORDS,
                        }
                    },
                },
                "manageToken": {
                    "type": "apiKey",
                    "in": "header",
                    "name": MANAGE_TOKEN,
                    "description": "The secret part of a booking's `manage_url`, behind `/b/`.",
                },
            },
        },
    }


def codes(endpoint: Endpoint) -> tuple[str, ...]:
    """Every error code that an endpoint can answer with, by status."""
    found = {*EVERYBODY, *endpoint.refuses}
    if endpoint.query or endpoint.body or endpoint.method == "POST":
        found.add("invalid")
    if endpoint.method == "POST":
        found |= {"idempotency_key_reused"} if endpoint.keyed else REPEATED
    if endpoint.method in CHANGED:
        found.add("precondition_failed")
    if endpoint.body:
        found |= {"unsupported_type", "too_large"}
    if endpoint.method != "GET":
        found |= {"forbidden", "maintenance", "storage_busy", "storage_full", "storage_failed"}
    if endpoint.scope:
        found |= {"unauthorized", "forbidden"}
    if endpoint.private:
        found |= {"password_needed", "link_ended"}
    return tuple(sorted(found, key=lambda code: (STATUS[code], code)))


def parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    """Path, query and header parameters, as OpenAPI describes them."""
    names = re.findall(r"\{(\w+)\}", endpoint.path)
    found = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]
    found.extend(_query(endpoint))
    found.extend(_header(name, described, 255) for name, described in _headers(endpoint))
    if endpoint.private:
        found.extend(_header(name, described, 200) for name, described in KEYS.items())
    return found


def _headers(endpoint: Endpoint) -> list[tuple[str, str]]:
    """What may be sent beside the body, by method."""
    if endpoint.method == "GET":
        return [("If-None-Match", "An `ETag` of this address; 304 while it is the version there is.")]
    if endpoint.method == "POST":
        again = "is the same booking" if endpoint.keyed else "is the same"
        return [
            (IDEMPOTENCY_KEY, f"A name for this request; sent again within a day, it is done once, the answer {again}.")
        ]
    return [("If-Match", "An `ETag` of this address; 412 when it is not the version there is.")]


def _header(name: str, described: str, longest: int) -> dict[str, Any]:
    schema = {"type": "string", "minLength": 1, "maxLength": longest}
    return {"name": name, "in": "header", "required": False, "schema": schema, "description": described}


def _operation(endpoint: Endpoint, server_url: str) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "tags": [endpoint.noun],
        "summary": endpoint.summary,
        "parameters": parameters(endpoint),
        "responses": _good(endpoint) | _problems(codes(endpoint)) | {"default": _anything()},
        "security": _security(endpoint),
    }
    if endpoint.description:
        operation["description"] = endpoint.description
    if endpoint.scope:
        operation["x-scope"] = endpoint.scope
    example = shown().get(endpoint.name)
    if example is not None:
        operation["x-codeSamples"] = [{"lang": "Shell", "source": curl(endpoint.method, server_url, example)}]
    if endpoint.deprecated is not None:
        operation["deprecated"] = True
        operation["x-sunset"] = endpoint.deprecated.until.isoformat()
    if endpoint.body:
        content = {JSON: _with_example({"schema": _reference(endpoint.body)}, endpoint, "body")}
        operation["requestBody"] = {"required": _needs_body(endpoint.body), "content": content}
    return operation


def _with_example(content: dict[str, Any], endpoint: Endpoint, part: str) -> dict[str, Any]:
    """The content of a request or an answer with the example of it, if there is one."""
    example = shown().get(endpoint.name)
    found = example[part] if example is not None else None
    return content if found is None else content | {"example": found}


def _good(endpoint: Endpoint) -> dict[str, Any]:
    is_file = isinstance(endpoint.answers.get(200), File)
    answers = endpoint.answers if endpoint.method != "GET" or is_file else {**endpoint.answers, 304: None}
    return {str(status): _answer(endpoint, status, answered) for status, answered in answers.items()}


def _answer(endpoint: Endpoint, status: int, answered: Any) -> dict[str, Any]:
    described: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    if endpoint.method == "GET":
        described["headers"] = {"ETag": {"schema": {"type": "string"}}}
    if isinstance(answered, File):
        described["content"] = {kind: {"schema": {}} for kind in answered.media_types}
        described.pop("headers", None)
    elif answered is not None:
        content: dict[str, Any] = {"schema": _reference(answered)}
        is_shown = shown().get(endpoint.name, {}).get("status") == status
        described["content"] = {JSON: _with_example(content, endpoint, "answer") if is_shown else content}
    return described


def _problems(found: Iterable[str]) -> dict[str, Any]:
    by_status: dict[int, list[str]] = {}
    for code in found:
        by_status.setdefault(STATUS[code], []).append(code)
    return {str(status): _problem(status, names) for status, names in by_status.items()}


def _problem(status: int, names: list[str]) -> dict[str, Any]:
    schema: dict[str, Any] = _reference(Problem)
    if "slot_taken" in names:
        schema = _reference(SlotTaken) if names == ["slot_taken"] else {"anyOf": [_reference(SlotTaken), schema]}
    described: dict[str, Any] = {
        "description": f"{HTTPStatus(status).phrase}: {', '.join(f'`{name}`' for name in names)}",
        "content": {PROBLEM_TYPE: {"schema": schema}},
    }
    if status in {429, 503}:
        described["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    return described


def _anything() -> dict[str, Any]:
    """What stands around every endpoint may refuse, too: the address, the host's name, the pace."""
    return {"description": "Any other problem", "content": {PROBLEM_TYPE: {"schema": _reference(Problem)}}}


def _security(endpoint: Endpoint) -> list[dict[str, list[str]]]:
    if endpoint.scope is None:
        return []
    by_token: list[dict[str, list[str]]] = [{"token": []}, {"oauth2": [endpoint.scope]}]
    return [*by_token, {"manageToken": []}] if endpoint.manage else by_token


def _query(endpoint: Endpoint) -> list[dict[str, Any]]:
    if endpoint.query is None:
        return []
    _, components = msgspec.json.schema_components([endpoint.query], ref_template=REFERENCE)
    schema = components[endpoint.query.__name__]
    required = set(schema.get("required", ()))
    found = []
    for name, described in schema["properties"].items():
        entry = {"name": name, "in": "query", "required": name in required, "schema": _without_null(described)}
        if "description" in entry["schema"]:
            entry["description"] = entry["schema"].pop("description")
        found.append(entry)
    return found


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter that is left out is simply not there; `null` cannot be written in an address."""
    kept = [option for option in schema.get("anyOf", ()) if option != {"type": "null"}]
    return dict(kept[0]) if len(kept) == 1 else {k: v for k, v in schema.items() if k != "default" or v is not None}


def _health_paths() -> dict[str, Any]:
    operations = {
        "/api/health": ("show_health", "Show how every check stands; details only for admins and on the machine."),
        "/api/health/ready": ("show_readiness", "Say whether requests can be served."),
        "/api/health/live": ("show_liveness", "Say that the process is there."),
    }
    content = {JSON: {"schema": _reference(HealthAnswer)}}
    answers = {
        "200": {"description": "OK or degraded", "content": content},
        "503": {"description": "Failing", "content": content},
    }
    return {
        path: {
            "get": {
                "operationId": name,
                "tags": ["Health"],
                "summary": summary,
                "parameters": [],
                "responses": answers,
                "security": [],
            }
        }
        for path, (name, summary) in operations.items()
    }


def _types(endpoints: Iterable[Endpoint]) -> list[Any]:
    found: list[Any] = [Problem, SlotTaken, HealthAnswer]
    for endpoint in endpoints:
        kinds = (endpoint.body, *endpoint.answers.values())
        found.extend(kind for kind in kinds if kind is not None and not isinstance(kind, File))
    return list(dict.fromkeys(found))


def _plain_pairs(schema: Any) -> Any:
    """The same with pairs of one kind described as lists of two, which more programs understand than `prefixItems`."""
    if isinstance(schema, list):
        return [_plain_pairs(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: _plain_pairs(value) for name, value in schema.items()}
    kinds = plain.get("prefixItems")
    if isinstance(kinds, list) and kinds and all(kind == kinds[0] for kind in kinds):
        del plain["prefixItems"]
        plain["items"] = kinds[0]
    return plain


def _reference(kind: Any) -> dict[str, Any]:
    return {"$ref": REFERENCE.format(name=kind.__name__)}


def _needs_body(kind: type) -> bool:
    return any(field.required for field in msgspec.structs.fields(kind))
