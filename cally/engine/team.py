"""Several hosts together: who has to be free for a slot (rules 61-65).

Every host is judged alone, by their own openings, grid, claims, caps and notice; a slot is a start that enough hosts
have.
"""

from collections import defaultdict

from cally.engine.host import host_slots
from cally.engine.openings import Known
from cally.engine.resources import with_resources
from cally.model.rules import HostRules, Question


def team_slots(question: Question) -> list[int]:
    """The starts that the event type's assignment and its resources can offer; sorted, unique."""
    found = _hosts_slots(question)
    return with_resources(question, found) if question.resources and found else found


def _hosts_slots(question: Question) -> list[int]:
    hosts = question.hosts
    if len(hosts) == 1:
        return host_slots(question, hosts[0])
    known: Known = {}
    found: set[int] | None = None
    for circle in circles(question):
        any_of: set[int] = set()
        for host in circle:
            any_of.update(host_slots(question, host, known))
        found = any_of if found is None else found & any_of
        if not found:
            return []
    return sorted(found or ())


def circles(question: Question) -> list[list[HostRules]]:
    """Hosts in circles, of each of which one has to be free: everybody alone, or for round robin a group together."""
    if question.event_type.assignment != "round_robin":
        return [[host] for host in question.hosts]
    groups: dict[str, list[HostRules]] = defaultdict(list)
    for host in question.hosts:
        if not host.required:
            groups[host.group].append(host)
    return [[host] for host in question.hosts if host.required] + list(groups.values())
