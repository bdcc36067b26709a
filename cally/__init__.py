"""Cally: the scheduler that cannot double-book, in one file, that backs itself up and tells you why."""

__version__ = "0.1.0"
