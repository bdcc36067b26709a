"""What an event type needs, in its form: groups of resources, of each of which one is taken; edited without scripts."""

from collections.abc import Iterable, Sequence

import msgspec

from cally.hosts import numbered
from cally.model.teams import NeededResource, Resource
from cally.web.forms import Form

MOST_GROUPS = 10
MOST_IN_GROUP = 20
FIRST_NAMES = {"room": "Room", "thing": "Equipment"}


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """One of these is needed: the name of the group, and the resources in the order in which they are preferred."""

    name: str
    resources: tuple[int, ...]


Needs = tuple[Need, ...]


def needs_shown(needed: Iterable[NeededResource]) -> Needs:
    """The groups as they are stored."""
    found: dict[str, list[int]] = {}
    for need in needed:
        found.setdefault(need.group, []).append(need.resource_id)
    return tuple(Need(name=name, resources=tuple(ids)) for name, ids in found.items())


def needs_from(form: Form) -> Needs:
    """The groups as they were sent: `need-name` once for each, `need-0`, `need-1`, … for their resources."""
    return tuple(
        Need(name=name.strip(), resources=tuple(_ids(form.all(f"need-{number}"))))
        for number, name in enumerate(form.all("need-name")[:MOST_GROUPS])
    )


def edited_needs(needs: Needs, verb: str, argument: str, usable: Sequence[Resource]) -> Needs:
    """The groups after a button: `add` a group, `remove:0` one, `or:0` one more in a group, `drop:0.1` one of it."""
    if verb == "add":
        return (*needs, _new(needs, usable))[:MOST_GROUPS] if usable else needs
    number, _, place = argument.partition(".")
    if not _is_index(number, needs):
        return needs
    at, need = int(number), needs[int(number)]
    if verb == "or":
        more = (*need.resources, *_alike(need, _unused(needs, usable), usable)[:1])[:MOST_IN_GROUP]
        return _with(needs, at, msgspec.structs.replace(need, resources=more))
    if verb == "drop" and _is_index(place, need.resources):
        left = tuple(one for index, one in enumerate(need.resources) if index != int(place))
        return _with(needs, at, msgspec.structs.replace(need, resources=left)) if left else _without(needs, at)
    return _without(needs, at) if verb == "remove" else needs


def needs_wanted(form: Form, needs: Needs) -> tuple[NeededResource, ...]:
    """What is to be stored; two groups of one name, and one resource twice, are noted as faults."""
    names = [need.name for need in needs]
    if any(names.count(name) > 1 for name in names):
        form.fault("needs", "Two of these have one name; please call them differently.")
    ids = [one for need in needs for one in need.resources]
    if len(set(ids)) < len(ids):
        form.fault("needs", "The same one is named twice; please take one of them away.")
    if not all(names):
        form.fault("needs", "Please give each a name, such as Room.")
    return numbered([(one, need.name) for need in needs for one in need.resources])


def _new(needs: Needs, usable: Sequence[Resource]) -> Need:
    """A group that nobody has named yet, with the first resource that is not needed already."""
    first = next((one for one in usable if one.id in _unused(needs, usable)), usable[0])
    base, taken = FIRST_NAMES[first.kind], {need.name for need in needs}
    names = (base, *(f"{base} {number}" for number in range(2, MOST_GROUPS + 2)))
    return Need(name=next(name for name in names if name not in taken), resources=(first.id,))


def _unused(needs: Needs, usable: Sequence[Resource]) -> list[int]:
    used = {one for need in needs for one in need.resources}
    return [one.id for one in usable if one.id not in used]


def _alike(need: Need, ids: Sequence[int], usable: Sequence[Resource]) -> list[int]:
    """These resources, those of the kind that the group begins with first."""
    kinds = {one.id: one.kind for one in usable}
    return sorted(ids, key=lambda one: kinds[one] != kinds.get(need.resources[0] if need.resources else 0))


def _with(needs: Needs, at: int, need: Need) -> Needs:
    return (*needs[:at], need, *needs[at + 1 :])


def _without(needs: Needs, at: int) -> Needs:
    return (*needs[:at], *needs[at + 1 :])


def _ids(texts: Iterable[str]) -> Iterable[int]:
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 20][:MOST_IN_GROUP]


def _is_index(text: str, rows: Sequence[object]) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 4 and int(text) < len(rows)
