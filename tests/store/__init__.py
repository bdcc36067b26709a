"""The store room: the file, its guard, its transactions."""
