"""Who can sign in: accounts, passwords, sessions, API tokens, the first run; this room owns the transactions."""

from cally.accounts.brake import SignInBrake
from cally.accounts.changing import (
    account_by_email,
    account_by_id,
    change_password,
    delete_account,
    disable_account,
    enable_account,
    list_accounts,
    set_password,
)
from cally.accounts.entering import Entered, Entry, SecondStep, Visitor, let_in
from cally.accounts.first_run import make_setup_link, set_up, setup_is_open
from cally.accounts.password_rules import check_password_rules
from cally.accounts.registering import create_account
from cally.accounts.sessions import session, sign_out, sweep_sessions, touch_session
from cally.accounts.signing_in import sign_in
from cally.accounts.tokens import create_token, list_tokens, revoke_token, token, touch_token

__all__ = [
    "Entered",
    "Entry",
    "SecondStep",
    "SignInBrake",
    "Visitor",
    "account_by_email",
    "account_by_id",
    "change_password",
    "check_password_rules",
    "create_account",
    "create_token",
    "delete_account",
    "disable_account",
    "enable_account",
    "let_in",
    "list_accounts",
    "list_tokens",
    "make_setup_link",
    "revoke_token",
    "session",
    "set_password",
    "set_up",
    "setup_is_open",
    "sign_in",
    "sign_out",
    "sweep_sessions",
    "token",
    "touch_session",
    "touch_token",
]
