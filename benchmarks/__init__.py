"""How fast, how large, how soon: figures as JSON, each beside a ceiling measured in the same run."""
