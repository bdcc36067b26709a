"""Backups: made, proven, kept, restored."""
