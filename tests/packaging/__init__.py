"""The one file and what it is built of."""
