"""Several hosts together: who has to be free for a slot (rules 61-65).

Every host is judged alone, by their own openings, grid, claims, caps and notice; a slot is a start that enough hosts
have.
"""

from collections import defaultdict

from cally.engine.host import host_offer, host_slots
from cally.engine.offers import Offer, Plans, any_of, starts_of, starts_of_all
from cally.engine.resources import with_resources
from cally.model.rules import HostRules, Question


def team_slots(question: Question) -> list[int]:
    """The starts that the event type's assignment and its resources can offer; sorted, unique."""
    found = _hosts_slots(question)
    return with_resources(question, found) if question.resources and found else found


def _hosts_slots(question: Question) -> list[int]:
    rules, hosts = question.event_type, question.hosts
    if len(hosts) == 1:
        return host_slots(question, hosts[0])
    plans: Plans = {}
    alone: list[Offer] = []
    found: list[int] | None = None
    for circle in circles(question):
        offers = any_of(host_offer(question, host, plans) for host in circle)
        if not offers:
            return []
        if len(offers) == 1 and not offers[0].joined:
            alone += offers
        else:
            found = _both(found, sorted(set[int]().union(*(starts_of(rules, one) for one in offers))))
    return _both(found, starts_of_all(rules, alone)) if alone else found or []


def _both(some: list[int] | None, others: list[int]) -> list[int]:
    return others if some is None else sorted(set(some).intersection(others))


def circles(question: Question) -> list[list[HostRules]]:
    """Hosts in circles, of each of which one has to be free: everybody alone, or for round robin a group together."""
    if question.event_type.assignment != "round_robin":
        return [[host] for host in question.hosts]
    groups: dict[str, list[HostRules]] = defaultdict(list)
    for host in question.hosts:
        if not host.required:
            groups[host.group].append(host)
    return [[host] for host in question.hosts if host.required] + list(groups.values())
