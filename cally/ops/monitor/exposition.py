"""Figures as Prometheus reads them: its text format 0.0.4, and OpenMetrics 1.0 for who asks for it.

Written here, for the official client takes longer to import than Cally to start; its parser reads this in the tests.
"""

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

TEXT = "text/plain; version=0.0.4"  # the encoding is added on the way
OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"

Kind = Literal["counter", "gauge", "histogram", "summary"]
Value = int | float


class Reading(NamedTuple):
    """One value: what its name ends in (`_total`, `_bucket` …, or nothing), its labels, the value."""

    ending: str
    labels: Mapping[str, str]
    value: Value


class Family(NamedTuple):
    """Everything under one name. The name of a counter is without its `_total`, which its readings end in."""

    name: str
    kind: Kind
    help: str
    readings: list[Reading]


def exposition(families: list[Family], *, open_metrics: bool) -> str:
    """The families as one text; those without readings are left out."""
    lines = [line for family in families if family.readings for line in _lines(family, open_metrics)]
    return "\n".join([*lines, *(["# EOF"] if open_metrics else []), ""])


def _lines(family: Family, open_metrics: bool) -> Iterator[str]:
    name = family.name if open_metrics or family.kind != "counter" else f"{family.name}_total"
    yield f"# HELP {name} {_escaped(family.help, quotes=open_metrics)}"
    yield f"# TYPE {name} {family.kind}"
    for reading in family.readings:
        labels = ",".join(f'{key}="{_escaped(value, quotes=True)}"' for key, value in reading.labels.items())
        yield f"{family.name}{reading.ending}{'{' + labels + '}' if labels else ''} {_number(reading.value)}"


def _escaped(text: str, *, quotes: bool) -> str:
    text = text.replace("\\", r"\\").replace("\n", r"\n")
    return text.replace('"', r"\"") if quotes else text


def _number(value: Value) -> str:
    return repr(float(value)) if isinstance(value, float) else str(value)
