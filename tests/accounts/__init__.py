"""Accounts: passwords, sessions, tokens, the first run."""
