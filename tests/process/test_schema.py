"""The API does what its document says: thousands of requests made from it, good and bad, against a real server."""

import subprocess
import sys
from pathlib import Path

from tests.process.house import furnish
from tests.process.served import Served

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
CONFIG = Path(__file__).with_name("schemathesis.toml")
EXAMPLES = "2"
SECONDS = 240


async def test_the_api_answers_as_its_document_says(tmp_path: Path) -> None:
    """With an admin's token: no fault, no undocumented status or shape, nothing accepted that is wrong by it."""
    with Served(tmp_path / "state") as served:
        token = served.admin_token()
        await furnish(served, token)
        done = subprocess.run(  # noqa: ASYNC221 - nothing else runs here meanwhile
            [
                str(SCHEMATHESIS),
                "--config-file",
                str(CONFIG),
                "run",
                f"http://127.0.0.1:{served.port}/api/v1/openapi.json",
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
        assert done.returncode == 0, done.stdout[-12_000:]
        assert '"level":"error"' not in served.log().replace(" ", "")
