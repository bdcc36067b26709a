"""Why a time cannot be had, as a host is told."""

from cally.model.rules import Refusal
from cally.web.pages.host.wording import Words

SENTENCES = {
    "past": "That time is over.",
    "too_soon": "That time is too soon.",
    "too_far": "That time is further ahead than this event type allows.",
    "closed": "That time is outside your hours.",
    "off_grid": "That time does not begin where this event type's times begin.",
    "busy": "You are busy then, says one of your calendars.",
    "booked": "Something else is booked then.",
    "buffer": "That time is too close to another booking.",
    "held": "Somebody is just now booking that time; try again in a few minutes.",
    "cap_reached": "You have reached the most that you take in that period.",
    "outside_window": "That time cannot be chosen.",
}
STALE = "One of your calendars could not be read for hours, so it is not known whether you are free."


def refusal_sentence(refusal: Refusal, words: Words) -> str:
    """One sentence; says until when, where that is known."""
    if refusal.rule == "calendar_stale":
        return STALE
    sentence = SENTENCES[refusal.code]
    if refusal.until is not None and refusal.code in {"busy", "booked", "buffer", "held"}:
        return f"{sentence.rstrip('.')} (until {words.clock(refusal.until)})."
    return sentence
