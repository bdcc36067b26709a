"""Messages to people: planned in the outbox, sent later by mail and channels, each answer kept."""

from cally.notify.channels import add_channel, list_channels, remove_channel, test_channel
from cally.notify.deliver import deliver
from cally.notify.failures import TryAgain
from cally.notify.letters import deliver_letter, post_at_once, sweep_letters, write_letter
from cally.notify.mail_settings import MailSettings, mail_settings, sender_address
from cally.notify.mail_test import MailTest, send_test
from cally.notify.reading import count_messages, list_messages, message_by_id, messages_of, resume_waiting, retry

__all__ = [
    "MailSettings",
    "MailTest",
    "TryAgain",
    "add_channel",
    "count_messages",
    "deliver",
    "deliver_letter",
    "list_channels",
    "list_messages",
    "mail_settings",
    "message_by_id",
    "messages_of",
    "post_at_once",
    "remove_channel",
    "resume_waiting",
    "retry",
    "send_test",
    "sender_address",
    "sweep_letters",
    "test_channel",
    "write_letter",
]
