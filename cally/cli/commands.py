"""The table of commands, and the group that imports one only when it is typed: cold start is a feature."""

import importlib
from pathlib import Path

import click

from cally import __version__

COMMANDS = {
    "serve": "cally.cli.serve:serve",
    "admin": "cally.cli.admin:admin",
    "token": "cally.cli.token:token",
    "lockout": "cally.cli.lockout:lockout",
    "protection": "cally.cli.protection:protection",
    "audit": "cally.cli.audit:audit",
    "demo": "cally.cli.demo:demo",
    "guest": "cally.cli.guest:guest",
    "import": "cally.cli.moving_in:import_",
    "export": "cally.cli.export:export",
    "backup": "cally.cli.backup:backup",
    "restore": "cally.cli.restore:restore",
    "key": "cally.cli.key:key",
    "mail": "cally.cli.mail:mail",
    "doctor": "cally.cli.doctor:doctor",
    "jobs": "cally.cli.jobs:jobs",
    "errors": "cally.cli.errors:errors",
    "maintenance": "cally.cli.maintenance:maintenance",
    "upgrade": "cally.cli.upgrade:upgrade",
    "rollback": "cally.cli.upgrade:rollback",
    "rehearse": "cally.cli.rehearse:rehearse",
    "rehearsal": "cally.cli.rehearse:rehearsal",
    "replay": "cally.cli.replay:replay",
    "capsule": "cally.cli.capsule:capsule",
    "db": "cally.cli.db:db",
    "config": "cally.cli.config:config",
    "version": "cally.cli.version:version",
}


class Lazy(click.Group):
    """A group whose commands are named in `COMMANDS`, in that order."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--config", type=click.Path(path_type=Path), help="Settings file (TOML); else CALLY_CONFIG.")
@click.version_option(__version__, prog_name="cally", message="%(prog)s %(version)s")
@click.pass_context
def cally(context: click.Context, config: Path | None) -> None:
    """Cally: the scheduler that cannot double-book.

    Settings come from CALLY_… environment variables or a TOML file; `cally config` lists them. Commands work while the
    server runs. Exit codes: 0 done, 1 a "no" that is explained, 2 wrong words or input, 78 wrong settings.
    """
    context.obj = config
