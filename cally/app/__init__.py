"""The one place where rooms are wired together, started in order and stopped in order."""

from cally.app.running import serve

__all__ = ["serve"]
