"""Messages to people: planned in the outbox, sent later by mail and channels, each answer kept."""

from cally.notify.channels import (
    EVERYTHING,
    Wishes,
    add_channel,
    change_channel,
    channel_by_id,
    channel_of,
    event_types_for,
    latest_answer,
    list_channels,
    remove_channel,
    test_channel,
)
from cally.notify.deliver import deliver
from cally.notify.digests import change_mail_digest, deliver_digest, latest_digest, mail_digest, turn_digests
from cally.notify.failures import TryAgain
from cally.notify.guest_ways import chosen_way, phone_number, ways_for
from cally.notify.letters import deliver_letter, post_at_once, sweep_letters, write_letter
from cally.notify.mail_settings import MailSettings, mail_settings, sender_address
from cally.notify.mail_test import MailTest, send_test
from cally.notify.reading import count_messages, list_messages, message_by_id, messages_of, resume_waiting, retry
from cally.notify.resending import resend

__all__ = [
    "EVERYTHING",
    "MailSettings",
    "MailTest",
    "TryAgain",
    "Wishes",
    "add_channel",
    "change_channel",
    "change_mail_digest",
    "channel_by_id",
    "channel_of",
    "chosen_way",
    "count_messages",
    "deliver",
    "deliver_digest",
    "deliver_letter",
    "event_types_for",
    "latest_answer",
    "latest_digest",
    "list_channels",
    "list_messages",
    "mail_digest",
    "mail_settings",
    "message_by_id",
    "messages_of",
    "phone_number",
    "post_at_once",
    "remove_channel",
    "resend",
    "resume_waiting",
    "retry",
    "send_test",
    "sender_address",
    "sweep_letters",
    "test_channel",
    "turn_digests",
    "ways_for",
    "write_letter",
]
