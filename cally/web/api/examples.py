"""The examples of the reference: requests to an invented house, and what it answered; a test sends each of them."""

import json
from functools import lru_cache
from importlib import resources
from shlex import quote
from typing import Any

TOKEN = "$TOKEN"  # noqa: S105 - stands for one
FILE = "examples.json"


@lru_cache(maxsize=1)
def shown() -> dict[str, dict[str, Any]]:
    """By endpoint: `path`, `body`, whether it needs a `token`, the `status` and the `answer`."""
    file = resources.files("cally.web.api") / FILE
    found: dict[str, dict[str, Any]] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return found


def curl(method: str, server: str, example: dict[str, Any]) -> str:
    """The request as it is typed into a shell."""
    words = [f"curl {quote(server + example['path'])}"]
    if method != "GET" and not (method == "POST" and example["body"] is not None):
        words[0] = f"curl -X {method} {quote(server + example['path'])}"
    if example["token"]:
        words.append(f'-H "Authorization: Bearer {TOKEN}"')
    if example["body"] is not None:
        words.append("-H 'Content-Type: application/json'")
        words.append(f"-d {quote(json.dumps(example['body'], ensure_ascii=False))}")
    return " \\\n  ".join(words)
