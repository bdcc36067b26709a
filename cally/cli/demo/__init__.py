"""`cally demo`: a populated instance to look at, made of invented people."""

import secrets
import sys

import click

from cally.cli.demo.filling import Filling
from cally.cli.demo.offers import Cast
from cally.cli.demo.teaming import NAME, SLUG
from cally.cli.running import Instance, address, run, settings
from cally.ops import lock

PASSWORD_BYTES = 15


@click.command()
@click.option(
    "--seed", type=int, default=1, show_default=True, help="The same seed gives the same demo on the same day."
)
def demo(seed: int) -> None:
    """Fill an empty database with hosts, event types and a few hundred bookings.

    Everything goes through the real features. No message of the demo is ever sent. Refused while a server runs on this
    database, and when there are accounts.
    """
    password = secrets.token_urlsafe(PASSWORD_BYTES)

    async def fill(instance: Instance) -> tuple[int, tuple[Cast, ...]]:
        with lock.hold(instance.settings.state_dir, now=instance.now):
            return await _fill(instance, seed, password)

    booked, shown = run(fill, make=True)
    url = address(settings())
    click.echo(
        f"Made {len(shown)} hosts and {booked} bookings. Start `cally serve`, then sign in at {url}/sign-in with"
    )
    click.echo(f"  e-mail    {shown[0].email}")
    click.echo(f"  password  {password}   (the same for every host)")
    click.echo("and look at the pages of")
    for host in shown:
        click.echo(f"  {url}/{host.slug}   {host.name}, {host.tz}")
    click.echo(f"  {url}/team/{SLUG}   {NAME}, a team of three of them")


async def _fill(instance: Instance, seed: int, password: str) -> tuple[int, tuple[Cast, ...]]:
    filling = Filling(instance.store, seed=seed, now=instance.now)
    await filling.require_empty()
    shown = await filling.set_up(password)
    await filling.show_off()
    days = await filling.days()
    with click.progressbar(days, label="Booking", file=sys.stderr) as bar:
        for offered, day in bar:
            await filling.book(offered, day)
    return filling.booked, shown
