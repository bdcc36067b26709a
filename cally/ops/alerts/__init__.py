"""Alerts: a change of the health checks becomes one message to the admins, and one all-clear that says how long."""

from cally.ops.alerts.channels import (
    add_alert_channel,
    change_alert_channel,
    list_alert_channels,
    remove_alert_channel,
    test_alert_channel,
)
from cally.ops.alerts.rules import alert_rules, change_rules, silence
from cally.ops.alerts.telling import deliver_alert
from cally.ops.alerts.watching import Watcher, sweep_alerts

__all__ = [
    "Watcher",
    "add_alert_channel",
    "alert_rules",
    "change_alert_channel",
    "change_rules",
    "deliver_alert",
    "list_alert_channels",
    "remove_alert_channel",
    "silence",
    "sweep_alerts",
    "test_alert_channel",
]
