"""What a reader finds on its way through a source: things by their ids there, and notes about what is changed."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from cally.model.imports import (
    ForeignEventType,
    ForeignHost,
    ForeignSchedule,
    ForeignTeam,
    ImportNote,
    ImportNoun,
    Verb,
)
from cally.ops.imports.cleaning import one_line
from cally.ops.imports.rows import BadRowError, Row

T = TypeVar("T")
MOST_NOTES = 20_000


class Found:
    """Things that later ones refer to, by their ids in the source, and the notes so far."""

    def __init__(self) -> None:
        self.hosts: dict[str, ForeignHost] = {}
        self.schedules: dict[str, ForeignSchedule] = {}
        self.teams: dict[str, ForeignTeam] = {}
        self.event_types: dict[str, ForeignEventType] = {}
        self.notes: list[ImportNote] = []

    def note(self, noun: ImportNoun, verb: Verb, name: str, sentence: str, where: str = "") -> None:
        """Say what is changed or left out."""
        if len(self.notes) < MOST_NOTES:
            shown = one_line(name, longest=120, instead="?")
            self.notes.append(ImportNote(noun=noun, verb=verb, name=shown, sentence=sentence, where=where))

    def left_out(self, noun: ImportNoun, name: str, sentence: str, where: str = "") -> None:
        """Say what cannot come over."""
        self.note(noun, "left out", name, sentence, where)

    def each(
        self, noun: ImportNoun, rows: Iterable[Row], read: Callable[[Row], T | None], *, name: str = "name"
    ) -> list[T]:
        """What `read` makes of each row; a row with a bad value is left out, by its place in the file."""
        made = []
        for row in rows:
            try:
                one = read(row)
            except BadRowError as error:
                self.left_out(noun, row.text(name), str(error), row.where)
            else:
                if one is not None:
                    made.append(one)
        return made
