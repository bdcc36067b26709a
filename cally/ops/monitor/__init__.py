"""Cally watching itself: samples of the running process, their history, the disk's trend, figures for Prometheus."""

from cally.ops.monitor.figures import FigureName
from cally.ops.monitor.keeping import history, rows
from cally.ops.monitor.machine import places
from cally.ops.monitor.sampler import Monitor, Watched

__all__ = ["FigureName", "Monitor", "Watched", "history", "places", "rows"]
