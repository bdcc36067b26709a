"""The ops room: lock, health, doctor, logs, systemd."""
