"""Webhooks: programs are told of bookings as Standard Webhooks say, in order, at least once, with every answer kept."""

from cally.notify.webhooks.keeping import (
    Owner,
    WebhookDraft,
    add_webhook,
    change_webhook,
    list_webhooks,
    may_keep,
    pause_webhook,
    remove_webhook,
    resume_webhook,
    rotate_secret,
    webhook_for,
)
from cally.notify.webhooks.planning import JOB, erase, plan, plan_for_message
from cally.notify.webhooks.posting import Answered
from cally.notify.webhooks.reading import (
    DeliveryOfBooking,
    count_deliveries,
    list_attempts,
    list_deliveries,
    list_of_booking,
    request_of,
    sweep_webhooks,
)
from cally.notify.webhooks.reminders import DUE_JOB, plan_reminder, tell_of_reminder
from cally.notify.webhooks.samples import sample, samples
from cally.notify.webhooks.sending import deliver_webhook
from cally.notify.webhooks.trying import delivery_of, replay, test_webhook

__all__ = [
    "DUE_JOB",
    "JOB",
    "Answered",
    "DeliveryOfBooking",
    "Owner",
    "WebhookDraft",
    "add_webhook",
    "change_webhook",
    "count_deliveries",
    "deliver_webhook",
    "delivery_of",
    "erase",
    "list_attempts",
    "list_deliveries",
    "list_of_booking",
    "list_webhooks",
    "may_keep",
    "pause_webhook",
    "plan",
    "plan_for_message",
    "plan_reminder",
    "remove_webhook",
    "replay",
    "request_of",
    "resume_webhook",
    "rotate_secret",
    "sample",
    "samples",
    "sweep_webhooks",
    "tell_of_reminder",
    "test_webhook",
    "webhook_for",
]
