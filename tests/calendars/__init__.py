"""Calendars from outside: what files mean, how they are fetched and kept, and what hostile ones cannot do."""
