"""The proof of the .deb: a real Debian with a real systemd, booted in a folder; what is promised is looked at there."""
