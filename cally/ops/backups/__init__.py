"""Backups: made while guests book, proved by restoring them, kept for a while, brought back when they are needed."""
