"""Memory: is there enough, does it grow, and what is it used for (R28)."""

from cally.ops.memory.asking import Answering, ask_memory
from cally.ops.memory.reporting import MemoryReport, memory_report
from cally.ops.memory.watching import MemoryWatch

__all__ = ["Answering", "MemoryReport", "MemoryWatch", "ask_memory", "memory_report"]
