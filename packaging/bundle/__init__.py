"""The bundle: everything that Cally runs on, for every Python and architecture, laid out in folders to be packed."""
