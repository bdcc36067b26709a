"""Alerts, over the real store, a real mail server and a real sink."""
