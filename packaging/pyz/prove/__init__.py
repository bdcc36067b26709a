"""The proof of the one file, on bare systems: `make prove-pyz`."""
