"""Reporting errors to a service of the operator's choice (Sentry, GlitchTip): what the inbox keeps, nothing more."""

import re
import threading
from collections.abc import Callable
from typing import Any

from cally import __version__
from cally.model.errors import Fault
from cally.ops.errors.masking import without_values

MOST_A_MINUTE = 60
MINUTE = 60
STOP_SECONDS = 2.0
KEPT = frozenset(
    (
        *("event_id", "type", "timestamp", "level", "logger", "platform", "release", "environment", "exception"),
        *("fingerprint", "tags", "sdk"),
    )
)
CAUSE = re.compile("… which caused:|… which led to:")


class Forwarder:
    """Hands faults to sentry-sdk, which sends them in a thread of its own; at most sixty a minute.

    Events are made of what the inbox keeps: type, masked message, places in the code. No integration is on, so nothing
    else is gathered: no requests, no users, no local variables, no breadcrumbs, no host name, no sessions, no traces.
    """

    def __init__(self, dsn: str, *, now: Callable[[], int]) -> None:
        import sentry_sdk  # noqa: PLC0415 - heavy: only where an operator wants it

        self._now = now
        self._minute = self._sent = 0
        self._guard = threading.Lock()
        self._client = sentry_sdk.Client(
            dsn=dsn,
            release=f"cally@{__version__}",
            default_integrations=False,
            auto_enabling_integrations=False,
            include_local_variables=False,
            include_source_context=False,
            max_request_body_size="never",
            max_breadcrumbs=0,
            auto_session_tracking=False,
            send_client_reports=False,
            attach_stacktrace=False,
            traces_sample_rate=None,
            server_name="",
            spotlight=False,
            before_send=_scrubbed,
        )

    def __call__(self, fault: Fault) -> None:
        """Report one; returns at once."""
        with self._guard:
            minute = self._now() // MINUTE
            if minute != self._minute:
                self._minute, self._sent = minute, 0
            self._sent += 1
            if self._sent > MOST_A_MINUTE:
                return
        self._client.capture_event(_event(fault))

    def close(self) -> None:
        """Send what waits, for two seconds at most."""
        self._client.close(timeout=STOP_SECONDS)


def _event(fault: Fault) -> Any:
    module, _, name = fault.type.rpartition(".")
    value: dict[str, Any] = {"type": name, "value": fault.message}
    if module:
        value["module"] = module
    frames = list(_frames(fault.trace))
    if frames:
        value["stacktrace"] = {"frames": frames}
    return {
        "level": "error",
        "logger": "cally",
        "exception": {"values": [value]},
        "fingerprint": [fault.code],
        "tags": {"code": fault.code, "origin": fault.origin or "unknown"},
    }


def _frames(trace: str) -> list[dict[str, Any]]:
    """The places of the error itself; what caused it stands in the inbox."""
    lines = CAUSE.split(trace)[-1].partition("… one of them:")[0].splitlines()
    found = []
    for line in lines:
        place, _, function = line.partition(" in ")
        file, _, number = place.rpartition(":")
        if file and number.isdecimal() and not line.startswith(" "):
            found.append({"filename": file, "lineno": int(number), "function": function, "in_app": _is_ours(file)})
    return found


def _is_ours(file: str) -> bool:
    return file.startswith("cally/")


def _scrubbed(event: Any, _: Any) -> Any:
    """Whatever a version of the library adds by itself stays here; the message is masked once more."""
    kept: dict[str, Any] = {name: value for name, value in event.items() if name in KEPT}
    for one in kept.get("exception", {}).get("values", []):
        one["value"] = without_values(str(one.get("value", "")))
    return kept
