"""What a mail server's refusal means: the words of large providers, read as their admins meant them."""

import pytest

from cally.notify.hints import meaning


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ("550 5.1.1 The email account that you tried to reach does not exist.", "no_such_address"),
        ("550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", "no_such_address"),
        ("550 Requested action not taken: mailbox unavailable", "no_such_address"),
        (
            "550 5.1.1 <x@example.org>: Recipient address rejected: User unknown in local recipient table",
            "no_such_address",
        ),
        ("552 5.2.2 The email account that you tried to reach is over quota", "mailbox_full"),
        ("452 4.2.2 Mailbox full", "mailbox_full"),
        ("550 5.2.1 The account is disabled", "mailbox_closed"),
        ("550 5.4.4 Host or domain name not found", "no_such_domain"),
        ("556 5.1.10 Recipient address has null MX", "no_such_domain"),
        (
            "550 5.7.26 This mail has been blocked because the sender is unauthenticated. DKIM = did not pass",
            "sender_not_proven",
        ),
        ("550 5.7.1 SPF check failed", "sender_not_proven"),
        ("550 5.7.23 rejected", "sender_not_proven"),
        ("554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org", "blocklisted"),
        ("554 5.7.1 <x@example.org>: Relay access denied", "sign_in"),
        ("530 5.7.0 Authentication required", "sign_in"),
        ("552 5.3.4 Message size exceeds fixed limit", "too_large"),
        ("530 5.7.0 Must issue a STARTTLS command first", "encryption"),
        ("451 4.7.1 Greylisting in action, please come back later", "not_now"),
        ("554 5.7.1 refused for good", "policy"),
        ("550 5.7.1 Message rejected as spam by Content Filtering.", "policy"),
        ("554 no", "refused"),
        ("451 4.3.0 try later", "not_now"),
        ("The mail server cannot deliver to addresses with letters beyond ASCII.", "international"),
    ],
)
def test_a_refusal_is_told_in_words(answer: str, name: str) -> None:
    """Each with what to do about it."""
    found = meaning(answer)
    assert found is not None
    assert found.name == name
    assert found.sentence.endswith(".")


@pytest.mark.parametrize("answer", ["", "250 2.0.0 Ok: queued as 4711", "No mail server is set up.", "ntfy took it."])
def test_what_is_no_refusal_means_nothing(answer: str) -> None:
    """An answer that is good, or that is our own, needs no reading."""
    assert meaning(answer) is None
