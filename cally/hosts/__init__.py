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
from cally.hosts.needs import needs_of, numbered
from cally.hosts.overrides import dates_between, override_dates
from cally.hosts.profile import host_by_id, host_by_slug, list_hosts, update_host
from cally.hosts.resource_blocks import block_resource, list_blocks, unblock_resource
from cally.hosts.resources import (
    ResourceDraft,
    archive_resource,
    create_resource,
    keeps,
    list_resources,
    resource_for,
    titles_needing,
    update_resource,
)
from cally.hosts.schedules import (
    create_schedule,
    default_rules,
    delete_schedule,
    list_schedules,
    schedule_by_id,
    update_schedule,
)
from cally.hosts.time_off import (
    TimeOffDraft,
    create_time_off,
    delete_time_off,
    forget_time_off,
    list_standing_in,
    list_time_off,
    stand_in_no_more,
    time_off_by_id,
    update_time_off,
)

__all__ = [
    "EventTypeDraft",
    "ResourceDraft",
    "TimeOffDraft",
    "archive_event_type",
    "archive_resource",
    "block_resource",
    "create_event_type",
    "create_resource",
    "create_schedule",
    "create_time_off",
    "dates_between",
    "default_rules",
    "delete_schedule",
    "delete_time_off",
    "draft_of",
    "event_type_by_id",
    "event_type_by_slug",
    "forget_time_off",
    "host_by_id",
    "host_by_slug",
    "keeps",
    "list_blocks",
    "list_event_types",
    "list_hosts",
    "list_resources",
    "list_schedules",
    "list_standing_in",
    "list_time_off",
    "needs_of",
    "numbered",
    "order_event_types",
    "override_dates",
    "resource_for",
    "schedule_by_id",
    "stand_in_no_more",
    "time_off_by_id",
    "titles_needing",
    "unblock_resource",
    "update_event_type",
    "update_host",
    "update_resource",
    "update_schedule",
    "update_time_off",
]
