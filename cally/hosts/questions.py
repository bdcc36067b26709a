"""The questions a host asks on the booking form, made fit to be kept."""

import re

from cally.errors import invalid
from cally.model.hosts import Question
from cally.model.slugs import slug_from
from cally.model.texts import line

QUESTIONS = 30
CHOICES = 100
LABEL_LENGTH = 200
ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
WITH_CHOICES = frozenset({"select", "radio", "checkboxes"})


def checked_questions(questions: tuple[Question, ...]) -> tuple[Question, ...]:
    """The questions, each with a name of its own; one without a name gets one made from its label.

    Raises `invalid` with the field at fault (`questions[0].label`, …).
    """
    if len(questions) > QUESTIONS:
        raise invalid("questions", f"At most {QUESTIONS} questions can be asked.")
    names = [question.id for question in questions if question.id]
    kept = []
    for number, question in enumerate(questions):
        field = f"questions[{number}]"
        label = line(question.label, f"{field}.label", longest=LABEL_LENGTH)
        if question.id and (not ID.fullmatch(question.id) or names.count(question.id) > 1):
            raise invalid(f"{field}.id", "A question's name has small letters, digits, - and _, and is used once.")
        name = question.id or _new_name(label, names)
        choices = _choices(question, field)
        kept.append(Question(id=name, label=label, kind=question.kind, required=question.required, choices=choices))
    return tuple(kept)


def _new_name(label: str, names: list[str]) -> str:
    base = slug_from(label)[:40].rstrip("-") or "question"
    name, number = base, 1
    while name in names:
        number += 1
        name = f"{base}-{number}"
    names.append(name)
    return name


def _choices(question: Question, field: str) -> tuple[str, ...]:
    if question.kind not in WITH_CHOICES:
        return ()
    if not 1 <= len(question.choices) <= CHOICES:
        raise invalid(f"{field}.choices", f"Please give 1 to {CHOICES} answers to choose from.")
    choices = tuple(line(choice, f"{field}.choices", longest=LABEL_LENGTH) for choice in question.choices)
    if len(set(choices)) < len(choices):
        raise invalid(f"{field}.choices", "Each answer to choose from can be given once.")
    return choices
