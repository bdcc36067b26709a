"""The error inbox: what failed in a way it should not, by kind, without values, with counts (R29)."""

from cally.ops.errors.collecting import Inbox
from cally.ops.errors.describing import code_of
from cally.ops.errors.forwarding import Forwarder
from cally.ops.errors.keeping import change_state, error_by_code, forget_error, standing, write_errors

__all__ = ["Forwarder", "Inbox", "change_state", "code_of", "error_by_code", "forget_error", "standing", "write_errors"]
