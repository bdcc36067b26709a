"""Memory: its growth, its limit, and the running process that is asked about it."""
