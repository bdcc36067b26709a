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
