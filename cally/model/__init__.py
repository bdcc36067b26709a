"""The nouns of Cally: frozen records that every room above may hold."""
