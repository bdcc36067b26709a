"""Hosts: profiles, schedules, event types."""
