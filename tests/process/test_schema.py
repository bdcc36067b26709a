"""The API does what its document says: thousands of requests made from it, good and bad, against a real server."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2

from tests.process.house import furnish
from tests.process.served import Served

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
CONFIG = Path(__file__).with_name("schemathesis.toml")
EVERYWHERE = frozenset({"Idempotency-Key", "If-Match", "If-None-Match"})
EXAMPLES = "2"
SECONDS = 480


async def test_the_api_answers_as_its_document_says(tmp_path: Path) -> None:
    """With an admin's token: no fault, no undocumented status or shape, nothing accepted that is wrong by it."""
    with Served(tmp_path / "state") as served:
        token = served.admin_token()
        await furnish(served, token)
        base = f"http://127.0.0.1:{served.port}"
        document = tmp_path / "openapi.json"
        document.write_text(json.dumps(_without_what_all_have(httpx2.get(f"{base}/api/v1/openapi.json").json())))
        done = subprocess.run(  # noqa: ASYNC221 - nothing else runs here meanwhile
            [
                str(SCHEMATHESIS),
                "--config-file",
                str(CONFIG),
                "run",
                str(document),
                "--url",
                base,
                "--header",
                f"Authorization: Bearer {token}",
                "--phases",
                "coverage,fuzzing",
                "--max-examples",
                EXAMPLES,
                "--seed",
                "4",
                "--workers",
                "2",
                "--continue-on-failure",
                "--no-color",
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert "Tested" in done.stdout, done.stdout + done.stderr
        assert done.returncode == 0, _of_interest(done.stdout)
        assert '"level":"error"' not in served.log().replace(" ", "")


def _without_what_all_have(document: dict[str, Any]) -> dict[str, Any]:
    """Keys and versions are the same thing at every address: tried once, in test_api_repeated and test_api_versions.

    Made up at every address they would be most of the requests, and refused before anything else is looked at.
    """
    for operations in document["paths"].values():
        for operation in operations.values():
            operation["parameters"] = [one for one in operation["parameters"] if one["name"] not in EVERYWHERE]
            for content in operation.get("requestBody", {}).get("content", {}).values():
                content.pop("example", None)  # it names services that exist
    return document


def _of_interest(printed: str) -> str:
    """What failed, without what is only advised."""
    return printed[printed.find("FAILURES") : printed.find("WARNINGS")][:12_000] + printed[-1_000:]
