"""The API for people and for programs: a page made of the OpenAPI document, and the document itself."""

import json
from collections.abc import Iterable
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency

from cally.web import rendering
from cally.web.api.examples import shown
from cally.web.api.openapi import document
from cally.web.doors import Doors
from cally.web.errors import SENTENCES, STATUS

METHODS = ("get", "post", "patch", "delete")


@get("/api/v1/openapi.json", name="api_openapi")
async def openapi(doors: NamedDependency[Doors]) -> Response[bytes]:
    """The OpenAPI document."""
    content = msgspec.json.encode(document(doors.public_url()))
    return Response(content=content, media_type="application/json", headers={"cache-control": "no-cache"})


@get("/api/v1/docs", name="api_docs")
async def docs(request: Request[Any, Any, Any], doors: NamedDependency[Doors]) -> Response[bytes]:
    """The reference as a page that loads nothing from elsewhere."""
    found = document(doors.public_url())
    return rendering.render(
        request,
        "pages/api/reference.html",
        about=found["info"]["description"],
        server=found["servers"][0]["url"],
        security=found["components"]["securitySchemes"],
        nouns=_nouns(found),
        schemas=[_schema(name, schema) for name, schema in sorted(found["components"]["schemas"].items())],
        problems=[(code, status, SENTENCES.get(code, "")) for code, status in STATUS.items()],
    )


def _nouns(found: dict[str, Any]) -> list[dict[str, Any]]:
    by_noun: dict[str, list[dict[str, Any]]] = {tag["name"]: [] for tag in found["tags"]}
    for path, operations in found["paths"].items():
        for method in METHODS:
            if method in operations:
                by_noun[operations[method]["tags"][0]].append(_shown(method, path, operations[method]))
    return [
        {"title": title, "id": title.lower().replace(" ", "-"), "operations": kept} for title, kept in by_noun.items()
    ]


def _shown(method: str, path: str, operation: dict[str, Any]) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {})
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation["summary"],
        "description": operation.get("description", ""),
        "scope": operation.get("x-scope", ""),
        "manage": {"manageToken": []} in operation["security"],
        "curl": next((one["source"] for one in operation.get("x-codeSamples", ())), ""),
        "example": _example(operation["operationId"]),
        "sunset": operation.get("x-sunset", ""),
        "parameters": [
            {
                "name": one["name"],
                "where": one["in"],
                "required": one["required"],
                "kind": _kind(one["schema"]),
                "description": one.get("description", ""),
            }
            for one in operation.get("parameters", ())
        ],
        "body": [_kind(content["schema"]) for content in body.values()],
        "answers": [
            {"status": status, "description": answer["description"], "kinds": _kinds(answer)}
            for status, answer in operation["responses"].items()
        ],
    }


def _example(name: str) -> dict[str, Any]:
    """What is answered to the example: its status, and the body as people read it; empty without one."""
    found = shown().get(name)
    if found is None:
        return {}
    answer = found["answer"]
    text = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False, indent=2)
    return {"status": found["status"], "text": "" if answer is None else text}


def _kinds(answer: dict[str, Any]) -> list[dict[str, str]]:
    return [_kind(content["schema"]) for content in answer.get("content", {}).values()]


def _schema(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    required = schema.get("required", ())
    fields = [
        {"name": field, "required": field in required, "kind": _kind(kind), "description": kind.get("description", "")}
        for field, kind in schema.get("properties", {}).items()
    ]
    return {"name": name, "description": schema.get("description", ""), "fields": fields}


def _kind(schema: dict[str, Any]) -> dict[str, str]:
    """A schema in a few words, and the name of the record that it is or holds (empty when it is none)."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return {"words": name, "record": name}
    if "anyOf" in schema:
        return _joined([_kind(option) for option in schema["anyOf"]])
    if schema.get("type") == "array":
        inner = _kind(schema["items"]) if schema.get("items") else _joined(map(_kind, schema.get("prefixItems", ())))
        return {"words": f"list of {inner['words']}", "record": inner["record"]}
    if "enum" in schema or "const" in schema:
        return {"words": " | ".join(map(str, schema.get("enum", [schema.get("const")]))), "record": ""}
    return {"words": schema.get("format", schema.get("type", "anything")), "record": ""}


def _joined(kinds: Iterable[dict[str, str]]) -> dict[str, str]:
    found = list(kinds)
    record = next((kind["record"] for kind in found if kind["record"]), "")
    return {"words": " or ".join(dict.fromkeys(kind["words"] for kind in found)), "record": record}


ROUTES = [openapi, docs]
