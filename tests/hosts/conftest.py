"""Ada the host, and drafts of event types."""

import msgspec
import pytest

from cally.hosts import EventTypeDraft
from cally.model.accounts import Actor
from cally.model.hosts import Host
from cally.model.rules import EventTypeRules
from cally.store import Store
from tests import cast

AS_ADA = Actor(kind="host", account_id=1)


@pytest.fixture
async def ada(store: Store) -> Host:
    return await cast.host(store, "Ada Lovelace")


@pytest.fixture
async def ben(store: Store) -> Host:
    return await cast.host(store, "Ben Okri", tz="Africa/Lagos")


def draft(title: str = "Intro call", **changed: object) -> EventTypeDraft:
    """A draft of half an hour; names of rules change the rules, other names the draft."""
    rules = {name: changed.pop(name) for name in list(changed) if name in EventTypeRules.__struct_fields__}
    half_hour = msgspec.structs.replace(EventTypeRules(duration_minutes=30), **rules)
    return msgspec.structs.replace(EventTypeDraft(title=title, rules=half_hour), **changed)
