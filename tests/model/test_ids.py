"""Names for rows and for the public."""

import re

from cally.model.ids import new_id, new_uid

NOW = 1_790_000_000


def test_ids_of_one_second_never_meet():
    """A rush makes thousands of rows within a second; each has a number of its own."""
    assert len({new_id(NOW) for _ in range(200_000)}) == 200_000


def test_ids_sort_by_time_and_fit_the_database():
    """A later second is a larger number, below 2**63 for two centuries."""
    assert new_id(NOW) < new_id(NOW + 1) < new_id(2**33) < 2**63


def test_uids_are_unguessable_text():
    """26 letters and digits that can be read aloud; no two are the same."""
    assert re.fullmatch("[a-z2-7]{26}", new_uid())
    assert len({new_uid() for _ in range(1_000)}) == 1_000
