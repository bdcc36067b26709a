"""`cally doctor`: every check in words, with what to do about it."""

from cally.ops.doctor.examining import examine
from cally.ops.doctor.findings import Finding, needs_a_person

__all__ = ["Finding", "examine", "needs_a_person"]
