"""Keeping the machine well: the instance's lock, health, the doctor, and the talk with systemd."""
