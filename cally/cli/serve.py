"""`cally serve`: the server, the jobs and everything else, in this process."""

import asyncio
import gc

import click

from cally.cli.running import settings


@click.command()
def serve() -> None:
    """Serve pages, API and jobs until SIGTERM or SIGINT.

    Makes what is missing in the state directory; while there is no account it prints a one-time address for the set-up.
    """
    chosen = settings()
    gc.disable()  # a thousand modules are no garbage; looking for it among them takes a tenth of the start
    from cally.app import serve as served  # noqa: PLC0415 - heavy: imported where used

    gc.enable()
    raise SystemExit(asyncio.run(served(chosen)))
