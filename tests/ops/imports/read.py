"""Files from elsewhere, read as the importer reads them; each only once."""

import io
from functools import lru_cache

import pytest

from cally.errors import CallyError
from cally.model.accounts import Actor
from cally.model.imports import Bundle, ImportChoices, ImportReport, Tally
from cally.ops.imports.apart import Wish
from cally.ops.imports.applying import bring
from cally.ops.imports.planning import plan_of
from cally.ops.imports.reading import read
from cally.store import Store
from cally.vault import Vault
from tests.cast import NOW
from tests.conftest import KEY
from tests.ops.imports.cal_com_dump import Dump, cal_com

OPERATOR = Actor(kind="cli")
VAULT = Vault(KEY)
OPEN = ImportChoices(verified=True, invite=False)


@lru_cache(maxsize=4)
def dumped(bookings: int = 40) -> tuple[Dump, Bundle]:
    """A dump of cal.com, and what is read of it."""
    dump = cal_com(bookings=bookings)
    return dump, bundle(dump.text().encode())


def bundle(content: bytes, name: str = "file", *, tz: str = "", host: str = "") -> Bundle:
    """What is in a file."""
    return read(io.BytesIO(content), Wish(name=name, tz=tz, host=host))


def fault(content: bytes, name: str = "file", *, tz: str = "") -> str:
    """Why a file is refused."""
    with pytest.raises(CallyError) as refused:
        bundle(content, name, tz=tz)
    assert refused.value.code == "invalid"
    return refused.value.sentence


async def come_over(store: Store, vault: Vault, found: Bundle, choices: ImportChoices = OPEN) -> ImportReport:
    """Bring a bundle over as an operator does."""
    return await bring(store, vault, found, choices, by="Root", now=NOW, actor=OPERATOR)


async def looked_at(store: Store, found: Bundle, choices: ImportChoices = OPEN) -> ImportReport:
    """What would come over."""
    return (await plan_of(store.reader, VAULT, found, choices, now=NOW)).report()


def tally(report: ImportReport, noun: str) -> Tally:
    """The numbers of a noun."""
    return next(one for one in report.tallies if one.noun == noun)


def said(report: ImportReport, noun: str, verb: str) -> list[str]:
    """What is said of what was changed or left out."""
    return [f"{one.name}: {one.sentence}" for one in report.notes if (one.noun, one.verb) == (noun, verb)]
