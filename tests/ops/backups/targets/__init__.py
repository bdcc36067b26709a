"""Remote backup targets against real servers of this machine, and against servers that lie."""
