"""The conformance table says what the tests say."""

from tests import conformance


def test_the_table_in_the_docs_is_what_the_tests_say() -> None:
    """`make docs` was run after the last test that carries a rule."""
    assert conformance.TABLE.read_text(encoding="utf-8") == conformance.table()


def test_every_rule_is_numbered_once_from_one_on() -> None:
    """A test's number means exactly one rule."""
    numbers = [number for _, number, _ in conformance.rules()]
    assert numbers == list(range(1, 82))


def test_no_test_carries_a_number_that_is_no_rule() -> None:
    """A mistyped number would show nothing."""
    assert set(conformance.shown()) <= {number for _, number, _ in conformance.rules()}


def test_every_rule_holds_or_waits_for_a_feature() -> None:
    """A number without a test fails here, and so does one that is shown and still said to wait."""
    shown = {number for number, names in conformance.shown().items() if names}
    known = {number for _, number, _ in conformance.rules()}
    assert known - shown == set(conformance.WAITS)
