"""What is being done right now, and how far it is; written by threads, read by pages and terminals."""

from dataclasses import dataclass


@dataclass
class Watch:
    """The step at hand in words, and how much of it is done; `total` is 0 while nobody knows."""

    step: str = ""
    done: int = 0
    total: int = 0
    began_at: int = 0

    @property
    def running(self) -> bool:
        """Whether something is being done."""
        return self.step != ""

    def begin(self, step: str) -> None:
        """On to the next step."""
        self.step, self.done, self.total = step, 0, 0

    def end(self) -> None:
        """Nothing more is done."""
        self.step, self.done, self.total = "", 0, 0

    def __call__(self, done: int, total: int) -> None:
        """The progress that is handed to whoever does the step; `total` 0 says only that it goes on."""
        if total:
            self.done, self.total = done, total
