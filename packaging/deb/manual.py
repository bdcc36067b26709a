"""cally(1) and cally.toml(5), made from the commands and settings themselves, so that they cannot go stale."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import click

from cally import __version__
from cally.cli.commands import cally
from cally.config import CONFIG, KEY_NAME, PREFIX, SETTINGS, Setting

FILES = (
    ("/etc/cally/cally.toml", "Settings: cally.toml(5)."),
    ("/var/lib/cally", "Everything that Cally keeps: the encrypted database, its key, backups. Removed by a purge."),
    (f"/var/lib/cally/{KEY_NAME}", "The database key, unless it is sealed. Without it nothing can be read by anybody."),
    (f"/etc/credstore.encrypted/{KEY_NAME}", "The key, sealed to this machine by `cally key seal`."),
    ("/usr/lib/cally", "The program and all that it runs on."),
)
SERVICE = (
    "cally.service runs `cally serve` in a sandbox and is watched by systemd; cally.socket holds the address, "
    "127.0.0.1:8080 unless `systemctl edit cally.socket` names another. The log: `journalctl -u cally`."
)
ORDER = (
    "A TOML file. Every setting is also an environment variable, which wins over the file. What an admin changes in "
    "the browser counts where neither says anything. Wrong or unknown settings stop the start, all of them named at "
    f"once; `cally config` lists every value and where it comes from. {CONFIG} or --config names another file."
)
EXITS = (
    ("0", "Done."),
    ("1", 'A "no" that is explained on standard error.'),
    ("2", "Wrong words or input."),
    ("78", "Wrong settings, every one named."),
)
UNIT_SETS = {
    "CALLY_STATE_DIR",
    "CALLY_BIND",
    "CALLY_KEY_FILE",
}  # what the package decides; the settings file leaves them out


def commands(group: click.Group = cally, name: str = "cally") -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by its full name, in the order of the table."""
    context = click.Context(group)
    for word in group.list_commands(context):
        command = group.get_command(context, word)
        if isinstance(command, click.Group):
            yield from commands(command, f"{name} {word}")
        elif command is not None:
            yield f"{name} {word}", command


def command_page(epoch: int) -> str:
    """cally(1) in man's own language; `epoch` dates it."""
    parts = [
        _head("CALLY", 1, epoch),
        *_section("NAME", "cally \\- " + _text("the scheduler that cannot double-book")),
        *_section("SYNOPSIS", "\\fBcally\\fR [\\fB\\-\\-config\\fR \\fIFILE\\fR] \\fICOMMAND\\fR [\\fIWORDS\\fR]"),
        *_section("DESCRIPTION", *_paragraphs(cally.help or ""), ".PP", _text(SERVICE)),
        ".PP",
        _text("When root types a command, it acts as the owner of the state directory."),
        ".SH OPTIONS",
        *_options(cally),
        ".SH COMMANDS",
    ]
    for name, command in commands():
        parts += [".SS " + _synopsis(name, command), *_paragraphs(command.help or ""), *_options(command)]
    parts += [".SH EXIT STATUS", *_list(EXITS), ".SH FILES", *_list(FILES)]
    return "\n".join([*parts, *_section("SEE ALSO", "cally.toml(5), systemctl(1), systemd\\-creds(1)")]) + "\n"


def settings_page(epoch: int) -> str:
    """cally.toml(5)."""
    parts = [
        _head("CALLY.TOML", 5, epoch),
        *_section("NAME", "cally.toml \\- settings of Cally"),
        *_section("SYNOPSIS", "/etc/cally/cally.toml"),
        *_section(
            "DESCRIPTION",
            _text(ORDER),
        ),
        ".SH SETTINGS",
        *_list([(_key(setting), _described(setting)) for setting in SETTINGS]),
        *_section("SEE ALSO", "cally(1)"),
    ]
    return "\n".join(parts) + "\n"


def settings_file() -> str:
    """/etc/cally/cally.toml: every setting that the package leaves open, commented out, with its meaning."""
    lines = [
        "# Settings of Cally: see cally.toml(5), and `cally config` for what counts now.",
        "# After a change: systemctl restart cally. What stays commented out here can be set up in the browser.",
        "# Where Cally listens is said in cally.socket, and everything it keeps is in /var/lib/cally.",
    ]
    for setting in SETTINGS:
        if setting.name not in UNIT_SETS:
            lines += ["", f"# {setting.meaning}", f'#{_key(setting)} = "{setting.default}"']
    return "\n".join(lines) + "\n"


def _key(setting: Setting) -> str:
    return setting.name.removeprefix(PREFIX).lower()


def _described(setting: Setting) -> str:
    twin = f", or {setting.name}_FILE to read it from a file" if setting.secret else ""
    default = f"{setting.default}" if setting.default else "none"
    return f"{setting.meaning} Default: {default}. Environment: {setting.name}{twin}."


def _head(title: str, section: int, epoch: int) -> str:
    day = datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%d")
    return f'.TH {title} {section} "{day}" "Cally {__version__}" "Cally"'


def _section(title: str, *lines: str) -> list[str]:
    return [f".SH {title}", *lines]


def _synopsis(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=name)
    pieces = [piece for piece in command.collect_usage_pieces(context) if piece != "[OPTIONS]"]
    return _text(" ".join([name, *pieces]))


def _options(command: click.Command) -> list[str]:
    context = click.Context(command)
    records = [param.get_help_record(context) for param in command.params if isinstance(param, click.Option)]
    return _list([(words, meaning) for words, meaning in filter(None, records)])


def _list(entries: list[tuple[str, str]] | tuple[tuple[str, str], ...]) -> list[str]:
    return [line for words, meaning in entries for line in (".TP", rf"\fB{_text(words)}\fR", _text(meaning or " "))]


def _paragraphs(text: str) -> list[str]:
    found = [" ".join(part.split()) for part in re.split(r"\n\s*\n", text.replace("\b", "")) if part.strip()]
    lines = [line for part in found for line in (".PP", _text(part))]
    return lines[1:]


def _text(text: str) -> str:
    """Plain words, with what roff would take for its own made harmless; what stands in backquotes becomes bold."""
    safe = " ".join(text.split()).replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq")
    safe = re.sub(r"`([^`]*)`", r"\\fB\1\\fR", safe)
    return r"\&" + safe if safe.startswith(".") else safe
