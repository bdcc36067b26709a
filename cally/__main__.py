"""`python -m cally`: the same as the `cally` command."""

from cally.cli import main

main()
