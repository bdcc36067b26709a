"""The one file: a zip of our own bootstrap and the bundle, packed once for every Python and architecture."""
