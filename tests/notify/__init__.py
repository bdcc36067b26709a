"""Messages and what they go through."""
