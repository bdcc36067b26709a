"""What remote targets answer in XML, read without ever following what a document type would make of it."""

from collections.abc import Iterator
from typing import Any, Self
from xml.parsers import expat  # document types, which every known attack needs, are refused below

from cally.ops.backups.targets.reaching import failed

MOST_DEEP, MOST_ELEMENTS = 40, 100_000


class Element:
    """One element: its name without a namespace, its text, and the elements within."""

    def __init__(self, name: str) -> None:
        self.name, self.text = name, ""
        self.within: list[Element] = []

    def first(self, *path: str) -> Self | None:
        """The first element along a path of names."""
        found: Any = self
        for name in path:
            found = next((one for one in found.within if one.name == name), None)
            if found is None:
                return None
        return found  # type: ignore[no-any-return] # an Element

    def said(self, *path: str) -> str:
        """The text along a path of names; empty if there is none."""
        found = self.first(*path)
        return "" if found is None else found.text.strip()

    def each(self, name: str) -> "Iterator[Element]":
        """The elements of a name directly within."""
        return (one for one in self.within if one.name == name)


def read(document: bytes) -> Element:
    """The root of a document; raises `target_failed` for what is no XML, or has a document type."""
    top = Element("")
    stack = [top]
    count = 0

    def start(name: str, _attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if len(stack) > MOST_DEEP:
            raise failed("The target answered with XML that is nested too deeply.")
        if count > MOST_ELEMENTS:
            raise failed("The target answered with far more than it was asked for.")
        made = Element(name.rpartition(" ")[2])
        stack[-1].within.append(made)
        stack.append(made)

    def end(_name: str) -> None:
        stack.pop()

    def text(data: str) -> None:
        stack[-1].text += data

    def refuse(*_particulars: object) -> None:
        raise failed("The target answered with an XML document type, which is not read.")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    try:
        parser.Parse(document, True)
    except (expat.ExpatError, LookupError, ValueError) as error:  # the latter two: encodings that are none
        raise failed("The target answered with something that is no XML; is the address right?") from error
    return top.within[0]
