"""Moving in, in the browser: a file is read, its plan looked at, then it comes over; and back out."""

import gzip
import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from cally.model.hosts import Host
from cally.ops.imports import keeping
from cally.store import Store, accounts, imports, jobs
from cally.vault import Vault
from cally.web.doors import Doors
from tests.cast import NOW, ada, host
from tests.ops.imports.read import dumped
from tests.web.conftest import Watch, asking

HERE = "/admin/import"
FORM = {"origin": "http://cally.test"}


@pytest.fixture
async def root(store: Store) -> Host:
    return await host(store, "Root Admin", role="admin")


@pytest.fixture
async def browser(app: Any, root: Host, signed_in: Callable[..., Any]) -> Any:
    async with asking(app) as made:
        made.headers.update({**await signed_in(root), **FORM})
        yield made


def _upload(content: bytes, name: str = "cal.sql.gz") -> dict[str, Any]:
    return {"files": {"file": (name, content, "application/octet-stream")}}


async def _read(browser: httpx2.AsyncClient) -> str:
    packed = gzip.compress(dumped()[0].text().encode())
    answer = await browser.post(HERE, **_upload(packed))
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def test_a_dump_is_read_looked_at_and_brought_over(
    browser: httpx2.AsyncClient, store: Store, vault: Vault, watch: Watch
):
    """The page says what would come; a job brings it; then it says what came. Nothing is there before the yes."""
    place = await _read(browser)
    run_id = int(place.rpartition("/")[2])
    page = (await browser.get(place)).text
    assert "What would come over" in page
    assert "The account was locked there." in page
    assert await accounts.by_email(store.reader, "ada@example.com") is None
    chosen = await browser.post(f"{place}/choices", data={"hosts": "", "verified": "1"})
    assert chosen.headers["location"] == place
    assert (await browser.post(f"{place}/application")).status_code == 303
    page = (await browser.get(place)).text
    assert 'http-equiv="refresh"' in page
    assert [job.subject for job in await jobs.list_due(store.reader, "import", now=NOW, limit=5)] == [run_id]
    await keeping.work_off(store, vault, run_id, now=NOW)
    page = (await browser.get(place)).text
    assert "What came over" in page
    assert await imports.bundle(store.reader, run_id) is None
    assert (await browser.get("/ada/intro")).status_code == 200
    assert (await browser.post(f"{place}/application")).status_code in {404, 409}


async def test_choices_change_what_would_come(browser: httpx2.AsyncClient):
    """A host who is not in the file is said beside the field; one who is narrows it."""
    place = await _read(browser)
    wrong = await browser.post(f"{place}/choices", data={"hosts": "mallory"})
    assert wrong.status_code == 422
    assert "There is no host “mallory” in what was read." in wrong.text
    await browser.post(f"{place}/choices", data={"hosts": "cy", "history": "1"})
    assert "Bring " in (await browser.get(place)).text


@pytest.mark.parametrize(
    ("content", "said"), [(b"hello", "neither a dump"), (b"PGDMP" + bytes(50), "pg_restore"), (b"", "choose a file")]
)
async def test_what_cannot_be_read_is_said_beside_the_file(browser: httpx2.AsyncClient, content: bytes, said: str):
    """With 422, and nothing is kept."""
    answer = await browser.post(HERE, **_upload(content, "x"))
    assert answer.status_code == 422
    assert said in answer.text


async def test_a_file_in_the_folder_is_offered_and_no_other(browser: httpx2.AsyncClient, store: Store):
    """By its name; a path that leads elsewhere does not exist."""
    folder = store.path.parent / "imports"
    folder.mkdir()
    (folder / "cal.sql").write_bytes(dumped()[0].text().encode())
    assert "cal.sql" in (await browser.get(HERE)).text
    none = {"files": {"file": ("", b"", "application/octet-stream")}}
    answer = await browser.post(HERE, data={"waiting": "cal.sql"}, **none)
    assert answer.status_code == 303, answer.text
    for wrong in ("../cally.db", "/etc/passwd", "gone.sql"):
        assert (await browser.post(HERE, data={"waiting": wrong}, **none)).status_code == 422


async def test_what_nobody_asked_for_goes_after_a_day(browser: httpx2.AsyncClient, store: Store):
    """And at once when it is given up."""
    place = await _read(browser)
    assert await keeping.sweep_imports(store, NOW + 86_000) == 0
    assert await keeping.sweep_imports(store, NOW + 90_000) == 1
    assert (await browser.get(place)).status_code == 404
    place = await _read(browser)
    assert (await browser.post(f"{place}/removal")).headers["location"] == HERE
    assert (await browser.get(place)).status_code == 404


async def test_an_old_sign_in_has_to_prove_itself_first(browser: httpx2.AsyncClient, watch: Watch):
    """Reading and bringing over are dangerous acts."""
    place = await _read(browser)
    watch.now += 600
    for path in (HERE, f"{place}/choices", f"{place}/application"):
        assert (await browser.post(path, data={"hosts": ""})).headers["location"].startswith("/sign-in/again")


async def test_bookings_and_configuration_are_taken_along(
    browser: httpx2.AsyncClient, app: Any, store: Store, signed_in: Callable[..., Any], doors: Doors
):
    """The file that the button gives, for the host at the desk; the configuration for admins."""
    made = await ada(store)
    async with asking(app) as own:
        own.headers.update({**await signed_in(made), **FORM})
        text = await own.get("/app/bookings/export?format=csv&from=2026-09-01&status=confirmed")
        assert text.headers["content-disposition"] == 'attachment; filename="bookings-2026-09-21.csv"'
        assert text.content.startswith(b"\xef\xbb\xbfuid,status,")
        assert (await own.get("/app/bookings/export?format=ics")).text.startswith("BEGIN:VCALENDAR\r\n")
        assert (await own.get("/app/bookings/export?from=someday")).status_code in {400, 422}
    answer = await browser.get(f"{HERE}/configuration")
    assert [one["slug"] for one in answer.json()["hosts"]] == ["root", "ada"]


async def test_the_api_gives_files_and_all_hosts_to_admins_alone(
    client: httpx2.AsyncClient, store: Store, bearer: Callable[..., Any], root: Host
):
    """One's own with `bookings:read`; everybody's needs `admin:read` as well."""
    made = await ada(store)
    own = await bearer(made, "bookings:read")
    path = "/api/v1/bookings/export"
    assert (await client.get(f"{path}?format=json", headers=own)).json() == {"bookings": []}
    assert (await client.get(f"{path}?all=true", headers=own)).status_code == 403
    assert (await client.get(f"{path}?host=root", headers=own)).status_code == 404
    everybody = await client.get(f"{path}?all=true", headers=await bearer(root, "bookings:read", "admin:read"))
    assert everybody.headers["content-type"] == "text/csv; charset=utf-8"
    assert json.loads((await client.get("/api/v1/openapi.json")).text)["paths"]["/api/v1/bookings/export"]
