"""What a host sets up: profile, schedules, event types with places and questions; this room owns the transactions."""

from cally.hosts.drafts import EventTypeDraft, draft_of
from cally.hosts.event_types import (
    archive_event_type,
    create_event_type,
    event_type_by_id,
    event_type_by_slug,
    list_event_types,
    order_event_types,
    update_event_type,
)
from cally.hosts.profile import host_by_id, host_by_slug, list_hosts, update_host
from cally.hosts.schedules import (
    create_schedule,
    default_rules,
    delete_schedule,
    list_schedules,
    schedule_by_id,
    update_schedule,
)

__all__ = [
    "EventTypeDraft",
    "archive_event_type",
    "create_event_type",
    "create_schedule",
    "default_rules",
    "delete_schedule",
    "draft_of",
    "event_type_by_id",
    "event_type_by_slug",
    "host_by_id",
    "host_by_slug",
    "list_event_types",
    "list_hosts",
    "list_schedules",
    "order_event_types",
    "schedule_by_id",
    "update_event_type",
    "update_host",
    "update_schedule",
]
