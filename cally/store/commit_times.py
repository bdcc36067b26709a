"""How often changes were put on the disk, and how long that took."""


class CommitTimes:
    """Commits of a process: how many, all their seconds, and the longest since it was last taken."""

    def __init__(self) -> None:
        self.count = 0
        self.seconds = 0.0
        self._longest = 0.0

    def note(self, seconds: float) -> None:
        """One is on the disk."""
        self.count += 1
        self.seconds += seconds
        self._longest = max(self._longest, seconds)

    def take_longest(self) -> float:
        """The longest since this was last asked."""
        longest, self._longest = self._longest, 0.0
        return longest
