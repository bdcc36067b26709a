"""Work that is done later: a durable queue, recurring jobs, and the one worker that does both."""

from cally.jobs.about import About
from cally.jobs.looking import Lately, SeenJob, count_jobs, day_ahead, day_behind, job_by_id, list_jobs
from cally.jobs.mending import discard_job, retry_given_up, retry_job, run_recurring, sweep_hours
from cally.jobs.recurring import RecurringJob
from cally.jobs.worker import Handler, Worker

__all__ = [
    "About",
    "Handler",
    "Lately",
    "RecurringJob",
    "SeenJob",
    "Worker",
    "count_jobs",
    "day_ahead",
    "day_behind",
    "discard_job",
    "job_by_id",
    "list_jobs",
    "retry_given_up",
    "retry_job",
    "run_recurring",
    "sweep_hours",
]
