"""`cally mail`: the mail server, tried from where Cally runs."""

import sys

import click
import msgspec

from cally.cli.printing import json_option, print_json
from cally.cli.running import Instance, address, run
from cally.errors import CallyError
from cally.notify import MailTest, send_test
from cally.ops.live import Live


@click.group()
def mail() -> None:
    """Try the mail server."""


@mail.command()
@click.option("--to", required=True, metavar="ADDRESS", help="Who gets the test mail.")
@json_option
def test(to: str, as_json: bool) -> None:
    """Send a test mail and show the whole talk with the server; exit 1 when it was not taken.

    The password is masked. `C:` is what Cally says, `S:` what the server says.
    """

    async def send(instance: Instance) -> MailTest:
        live = Live(instance.store, instance.vault, instance.settings, fallback=address(instance.settings))
        await live.reload()
        server = live.mail()
        if server is None:
            raise CallyError("not_found", "No mail server is set up: CALLY_SMTP_URL, or “Settings” in the browser.")
        return await send_test(server, public_url=live.public_url(), to=to, now=instance.now)

    result = run(send)
    if as_json:
        print_json(msgspec.to_builtins(result))
    else:
        for line in (*result.transcript, "", result.answer if result.ok else f"Not taken: {result.answer}"):
            click.echo(line)
        if result.advice:
            click.echo(result.advice)
    sys.exit(0 if result.ok else 1)
