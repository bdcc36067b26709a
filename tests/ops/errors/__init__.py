"""The error inbox, over real exceptions and the real store."""
