"""Work that is done later: a durable queue, recurring jobs, and the one worker that does both."""

from cally.jobs.recurring import RecurringJob
from cally.jobs.worker import Handler, Worker

__all__ = ["Handler", "RecurringJob", "Worker"]
