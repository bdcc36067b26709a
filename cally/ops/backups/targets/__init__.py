"""Where backups are kept: a directory, or a machine elsewhere; each behind the same face."""

from cally.ops.backups.targets.face import Kept, Progress, Target

__all__ = ["Kept", "Progress", "Target"]
