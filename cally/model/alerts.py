"""Alerts: what was wrong with the machine and for how long, who was told of it, and on which ways."""

from typing import Literal

import msgspec

Grade = Literal["degraded", "failing"]
Telling = Literal["began", "worse", "more", "reminder", "over"]
DeliveryState = Literal["waiting", "sent", "failed", "obsolete"]
Level = Literal["degraded", "failing", "never"]


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One stretch in which a health check was not well; `ended_at` None: it still lasts.

    `status` is how it stands (since `since`), `told_status` and `told_at` what people know and since when; None while
    nobody was told. `well_since` is set once the check is well again, before that is certain enough to be told.
    """

    id: int
    check: str
    status: Grade
    detail: str
    began_at: int
    since: int
    well_since: int | None = None
    told_status: Grade | None = None
    told_at: int | None = None
    ended_at: int | None = None


class AlertChannel(msgspec.Struct, frozen=True, kw_only=True):
    """Where admins hear of alerts beside mail: any Apprise address, kept sealed; `shown_address` has it masked."""

    id: int
    name: str
    service: str
    shown_address: str
    address_sealed: bytes
    created_at: int


class AlertMessage(msgspec.Struct, frozen=True, kw_only=True):
    """What admins are told at once: one title, one text, however many checks it is about."""

    id: int
    title: str
    body: str
    made_at: int


class AlertDelivery(msgspec.Struct, frozen=True, kw_only=True):
    """A message on its way to one channel, or by mail (then `letter_id` is set, and the letter knows how it went)."""

    id: int
    message_id: int
    channel_id: int | None
    letter_id: int | None
    name: str
    state: DeliveryState
    answer: str
    made_at: int
    sent_at: int | None


class AlertRules(msgspec.Struct, frozen=True, kw_only=True):
    """When admins are told. `levels` has the checks that an admin has decided about; the others are told of always.

    `patience_seconds` is how long a check must fail before that is told; one that needs attention, five times as long.
    Until `silent_until` nothing is told, and what still lasts then is told at once. `by_mail` is mail to all admins.
    """

    levels: dict[str, Level] = {}
    patience_seconds: int = 60
    by_mail: bool = True
    silent_until: int = 0
