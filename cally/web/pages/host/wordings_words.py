"""What the page of wordings says about kinds of messages, readers, letters and languages."""

from cally.model.letters import LetterKind
from cally.model.messages import Kind, Recipient

WHEN_WORDS: dict[Kind, str] = {
    "requested": "Somebody asks for a time that you confirm yourself.",
    "confirmed": "A time is booked, or a request is accepted.",
    "declined": "A request is declined.",
    "rescheduled": "A booking moves to another time.",
    "cancelled": "A booking is called off.",
    "reassigned": "Another host takes a booking over.",
    "clock_changed": "Clocks somewhere get new rules, and a booking is affected.",
    "reminder": "Before a meeting begins.",
    "follow_up": "After a meeting.",
    "proposed": "You offer other times instead of the one asked for.",
    "bounced": "A message could not be delivered.",
    "waitlist_joined": "Somebody gets in line for a full time.",
    "waitlist_offered": "A place is free for somebody in line.",
    "waitlist_over": "The line ends without a place.",
}
MORE_KINDS: dict[str, str] = {"reminder": "Reminder", "follow_up": "Follow-up"}
READER_WORDS: dict[Recipient, str] = {"guest": "Guest", "companion": "Companion", "host": "Host"}
TO_WORDS: dict[Recipient, str] = {"guest": "To the guest", "companion": "To companions", "host": "To the host"}
LETTERS: dict[LetterKind, tuple[str, str]] = {
    "verify_address": ("Confirm an address", "To a new address, before it counts."),
    "invitation": ("Invitation", "To somebody for whom an admin made an account."),
    "reset_password": ("New password", "To whoever forgot theirs."),
    "password_changed": ("Password changed", "To whose it is."),
    "address_changed": ("Address changed", "To the former address."),
    "new_sign_in": ("New sign-in", "When somebody signs in from a device not seen before."),
    "second_factor_added": ("Second step added", "To whose account it is."),
    "second_factor_removed": ("Second step removed", "To whose account it is."),
    "guest_data": ("A guest’s data", "To a guest who asks what is kept about them."),
    "alert": ("Alert", "To admins: a backup that failed, a disk that is full, and whatever else health reports."),
    "webhook_off": ("Webhook switched off", "To whose it is, when nobody has answered it for days."),
    "digest": ("Summary", "By mail, to hosts who wish for one instead of many messages."),
}
LANGUAGES: dict[str, str] = {
    "en": "English",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "it": "Italiano",
    "pt": "Português",
    "pt-BR": "Português (Brasil)",
    "nl": "Nederlands",
    "da": "Dansk",
    "sv": "Svenska",
    "nb": "Norsk bokmål",
    "fi": "Suomi",
    "pl": "Polski",
    "cs": "Čeština",
    "hu": "Magyar",
    "ro": "Română",
    "el": "Ελληνικά",
    "tr": "Türkçe",
    "ru": "Русский",
    "uk": "Українська",
    "ar": "العربية",
    "he": "עברית",
    "hi": "हिन्दी",
    "ja": "日本語",
    "ko": "한국어",
    "zh-Hans": "简体中文",
    "zh-Hant": "繁體中文",
}


def language(tag: str) -> str:
    """A language in its own words; one that is not listed by its tag."""
    return LANGUAGES.get(tag, tag) if tag else "Every language"
