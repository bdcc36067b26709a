"""Who can sign in: accounts, passwords, sessions, API tokens, the first run; this room owns the transactions."""

from cally.accounts.acting import list_visits, see_visits, stop_acting, visit, whose_desk, work_for
from cally.accounts.assisting import add_assistant, list_assistants, list_assisted, remove_assistant
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
from cally.accounts.entering import Entered, Entry, SecondStep, let_in
from cally.accounts.first_run import make_setup_link, set_up, setup_is_open
from cally.accounts.inviting import accept_invitation, invite, invite_again, invited_account, is_invited
from cally.accounts.lockouts import Lockout, lift, lockouts, sweep_lockouts
from cally.accounts.page_passwords import open_page, set_page_password
from cally.accounts.password_rules import check_password_rules
from cally.accounts.policy import SignInPolicy, Surroundings, change_sign_in_policy, sign_in_policy
from cally.accounts.registering import create_account
from cally.accounts.resetting import ask_reset, reset_account, reset_password
from cally.accounts.roles import change_role
from cally.accounts.sessions import (
    end_other_sessions,
    end_session,
    list_sessions,
    session,
    sign_out,
    sweep_sessions,
    touch_session,
)
from cally.accounts.signing_in import sign_in
from cally.accounts.tokens import create_token, list_tokens, revoke_token, token, touch_token
from cally.accounts.verifying import Proof, ask_new_email, confirm_email, proof, send_verification
from cally.accounts.visitors import Visitor

__all__ = [
    "Entered",
    "Entry",
    "Lockout",
    "Proof",
    "SecondStep",
    "SignInBrake",
    "SignInPolicy",
    "Surroundings",
    "Visitor",
    "accept_invitation",
    "account_by_email",
    "account_by_id",
    "add_assistant",
    "ask_new_email",
    "ask_reset",
    "change_password",
    "change_role",
    "change_sign_in_policy",
    "check_password_rules",
    "confirm_email",
    "create_account",
    "create_token",
    "delete_account",
    "disable_account",
    "enable_account",
    "end_other_sessions",
    "end_session",
    "invite",
    "invite_again",
    "invited_account",
    "is_invited",
    "let_in",
    "lift",
    "list_accounts",
    "list_assistants",
    "list_assisted",
    "list_sessions",
    "list_tokens",
    "list_visits",
    "lockouts",
    "make_setup_link",
    "open_page",
    "proof",
    "remove_assistant",
    "reset_account",
    "reset_password",
    "revoke_token",
    "see_visits",
    "send_verification",
    "session",
    "set_page_password",
    "set_password",
    "set_up",
    "setup_is_open",
    "sign_in",
    "sign_in_policy",
    "sign_out",
    "stop_acting",
    "sweep_lockouts",
    "sweep_sessions",
    "token",
    "touch_session",
    "touch_token",
    "visit",
    "whose_desk",
    "work_for",
]
