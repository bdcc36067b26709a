"""The part of an event type's form about booking several dates at once (rule 68)."""

from collections.abc import Mapping
from typing import Literal, get_args

from cally.model.options import Rhythm, Series
from cally.web.forms import Form

RHYTHMS: tuple[Rhythm, ...] = get_args(Rhythm)
POLICIES: tuple[Literal["refuse", "skip"], ...] = ("refuse", "skip")
FEWEST, MOST = 2, 100
FIELD_OF = {
    "series": "repeats",
    "series.rhythms": "rhythms",
    "series.most": "series_most",
    "series.clashes": "series_clashes",
}


def series_fields(series: Series | None) -> Mapping[str, str | int | bool]:
    """The fields that show a series; for none, what most hosts would begin with."""
    shown = series or Series()
    return {"repeats": series is not None, "series_most": shown.most, "series_clashes": shown.clashes}


def with_rhythms(form: Form, series: Series | None) -> Form:
    """The form with the rhythms ticked."""
    shown = series or Series()
    return Form([*form.pairs, *(("rhythms", str(rhythm)) for rhythm in shown.rhythms)])


def series_from(form: Form) -> Series | None:
    """The series as it was sent; None when the box is not ticked. Faults are noted in the form."""
    if not form.flag("repeats"):
        return None
    chosen = form.all("rhythms")
    return Series(
        rhythms=tuple(rhythm for rhythm in RHYTHMS if rhythm in chosen),
        most=form.number("series_most", least=FEWEST, most=MOST),
        clashes=form.choice("series_clashes", POLICIES),
    )
