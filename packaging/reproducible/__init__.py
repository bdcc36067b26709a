"""Two builds of the same commit, made under different circumstances: `make reproducible`."""
