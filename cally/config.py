"""Settings: one typed table, read from the environment and a TOML file; every wrong one is named at once."""

import base64
import ipaddress
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

import msgspec

from cally.errors import CallyError

PREFIX = "CALLY_"
FILE_SUFFIX = "_FILE"
CONFIG = "CALLY_CONFIG"
CACHE = "CALLY_CACHE_DIR"  # read by the one file's bootstrap, before there are settings
CREDENTIALS = "CREDENTIALS_DIRECTORY"
KEY_NAME = "cally.key"
LOCAL_SOCKET = "unix"
MOST_LOG_DAYS = 3_650
MINISIGN_BYTES = 42
MASK = "••••••••"

Log = Literal["text", "json"]


class Bind(msgspec.Struct, frozen=True, kw_only=True):
    """Where to listen: exactly one of address and port, the path of a unix socket, or an inherited descriptor."""

    address: str = ""
    port: int = 0
    path: Path | None = None
    descriptor: int | None = None


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the table: `default` as an operator would write it, `read` turns such a text into the value."""

    name: str
    default: str
    meaning: str
    read: Callable[[str], Any]
    secret: bool = False

    @property
    def field(self) -> str:
        """The name of the value in `Settings`."""
        return self.name.removeprefix(PREFIX).lower()


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator decided; `origins` says for each setting where its value comes from.

    `log` is None when the output decides (text on a terminal, else JSON). `public_url` has no slash at its end.
    Networks are in CIDR notation.
    """

    state_dir: Path
    bind: Bind
    public_url: str | None
    trusted_proxies: tuple[str, ...]
    key_file: Path
    smtp_url: str | None
    limits: bool
    log: Log | None
    allowed_networks: tuple[str, ...]
    clamav: str
    log_dir: Path | None
    log_days: int
    sentry_dsn: str | None
    updates_url: str | None
    release_key: str | None
    origins: Mapping[str, str]

    @property
    def database_file(self) -> Path:
        """The encrypted database."""
        return self.state_dir / "cally.db"


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """A setting as `cally config` shows it; a secret's value is masked."""

    name: str
    value: str
    origin: str
    meaning: str


def load(environ: Mapping[str, str], config_path: Path | None = None) -> Settings:
    """Read the settings; `config_path` (else `CALLY_CONFIG`) names a TOML file, which the environment overrides.

    Raises `CallyError("settings_wrong")` with every fault, one sentence each, in `facts["faults"]`.
    """
    faults: list[str] = []
    texts, origins = _texts(environ, config_path, faults)
    values = {setting.field: _value(setting, texts[setting.name], faults) for setting in SETTINGS}
    if faults:
        raise CallyError("settings_wrong", "Some settings are wrong: " + " ".join(faults), faults=faults)
    if values["key_file"] is None:
        values["key_file"] = values["state_dir"] / KEY_NAME
    credential = _credential(environ)
    if credential is not None:
        values["key_file"], origins["CALLY_KEY_FILE"] = credential, "systemd credential"
    return Settings(**values, origins=origins)


def described(settings: Settings) -> list[Described]:
    """Every setting with its value, origin and meaning, in the table's order."""
    return [
        Described(
            name=setting.name,
            value=_shown(setting, getattr(settings, setting.field)),
            origin=settings.origins[setting.name],
            meaning=setting.meaning,
        )
        for setting in SETTINGS
    ]


def _texts(
    environ: Mapping[str, str], config_path: Path | None, faults: list[str]
) -> tuple[dict[str, str], dict[str, str]]:
    known = {setting.name for setting in SETTINGS}
    from_file, file_origin = _from_toml(environ, config_path, known, faults)
    from_environ = _from_environ(environ, known, faults)
    texts = {setting.name: setting.default for setting in SETTINGS} | from_file | from_environ
    origins = dict.fromkeys(known, "default") | dict.fromkeys(from_file, file_origin)
    return texts, origins | dict.fromkeys(from_environ, "environment")


def _from_environ(environ: Mapping[str, str], known: set[str], faults: list[str]) -> dict[str, str]:
    found = {name: text for name, text in environ.items() if name in known}
    twins = {setting.name + FILE_SUFFIX: setting.name for setting in SETTINGS if setting.secret}
    for name in sorted(environ):
        if name in twins:
            _from_twin(name, twins[name], environ, found, faults)
        elif name.startswith(PREFIX) and name not in known and name not in {CONFIG, CACHE}:
            faults.append(f"{name} is not a setting of Cally.")
    return found


def _from_twin(twin: str, name: str, environ: Mapping[str, str], found: dict[str, str], faults: list[str]) -> None:
    if name in environ:
        faults.append(f"{name} and {twin} are both given; please keep one.")
        return
    try:
        found[name] = Path(environ[twin]).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        faults.append(f"{twin} names a file that cannot be read ({_reason(error)}).")


def _from_toml(
    environ: Mapping[str, str], config_path: Path | None, known: set[str], faults: list[str]
) -> tuple[dict[str, str], str]:
    named = environ.get(CONFIG)
    path = config_path or (Path(named) if named else None)
    if path is None:
        return {}, ""
    import tomllib  # noqa: PLC0415 - heavy: a tenth of the start

    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        faults.append(f"The settings file {path} cannot be read ({_reason(error)}).")
        return {}, ""
    found = {}
    for key, value in entries.items():
        name = key if key in known else PREFIX + key.upper()
        if name in known and name not in found:
            found[name] = _toml_text(value)
        else:
            faults.append(f"{key} in {path} is not a setting of Cally, or is given twice.")
    return found, f"file {path}"


def _toml_text(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list):
        return ", ".join(str(entry) for entry in value)
    return str(value)


def _value(setting: Setting, text: str, faults: list[str]) -> Any:
    try:
        return setting.read(text.strip())
    except ValueError as error:
        given = "" if setting.secret else f" (not {text!r})"
        faults.append(f"{setting.name} must be {error}{given}.")
        return None


def _credential(environ: Mapping[str, str]) -> Path | None:
    directory = environ.get(CREDENTIALS)
    path = Path(directory) / KEY_NAME if directory else None
    return path if path is not None and path.is_file() else None


def _shown(setting: Setting, value: object) -> str:
    if value is None or value == ():
        return ""
    if setting.secret:
        return MASK
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return ", ".join(value)
    return _bind_text(value) if isinstance(value, Bind) else str(value)


def _bind_text(bind: Bind) -> str:
    if bind.path is not None:
        return f"unix:{bind.path}"
    if bind.descriptor is not None:
        return f"fd:{bind.descriptor}"
    return f"[{bind.address}]:{bind.port}" if ":" in bind.address else f"{bind.address}:{bind.port}"


def _reason(error: Exception) -> str:
    return error.strerror or type(error).__name__ if isinstance(error, OSError) else str(error)


def _path(text: str) -> Path:
    if not text:
        raise ValueError("the path of a directory")
    return Path(text).expanduser()


def _clamav(text: str) -> str:
    kind, _, rest = text.rpartition(":")
    if text and not (text.startswith("unix:/") or (kind and rest.isdecimal() and int(rest) <= 65_535)):
        raise ValueError("unix:PATH or host:port")
    return text


def _path_or_none(text: str) -> Path | None:
    return Path(text).expanduser() if text else None


def _bind(text: str) -> Bind:
    wanted = "an address and port like 127.0.0.1:8080, or unix:PATH, or fd:3"
    kind, _, rest = text.partition(":")
    if kind == "unix" and rest:
        return Bind(path=Path(rest))
    if kind == "fd" and rest.isdecimal():
        return Bind(descriptor=int(rest))
    address, colon, port = text.rpartition(":")
    if not colon or not port.isdecimal() or int(port) > 65_535:
        raise ValueError(wanted)
    try:
        return Bind(address=str(ipaddress.ip_address(address.strip("[]") or "0.0.0.0")), port=int(port))  # noqa: S104 - ":8080" is how an operator says every address
    except ValueError as error:
        if address == "localhost":
            return Bind(address="127.0.0.1", port=int(port))
        raise ValueError(wanted) from error


def public_url_from_text(text: str) -> str | None:
    """The address without a slash at its end, None for an empty text; raises ValueError with what it must be."""
    if not text:
        return None
    wanted = "an address like https://cally.example.org, without a path"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise ValueError(wanted) from error
    bare = not (parts.query or parts.fragment or parts.username or parts.path.strip("/"))
    if parts.scheme not in {"http", "https"} or not parts.hostname or not bare or port == 0:
        raise ValueError(wanted)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _networks(text: str) -> tuple[str, ...]:
    try:
        return tuple(str(ipaddress.ip_network(part.strip())) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise ValueError("addresses or networks parted by commas, like 127.0.0.1, 10.0.0.0/8") from error


def _proxies(text: str) -> tuple[str, ...]:
    parts = [part.strip() for part in text.split(",")]
    networks = _networks(",".join(part for part in parts if part != LOCAL_SOCKET))
    return (*networks, LOCAL_SOCKET) if LOCAL_SOCKET in parts else networks


def smtp_url_from_text(text: str) -> str | None:
    """The text if it can be a mail server's address, None for an empty one; raises ValueError with what it must be."""
    if not text:
        return None
    wanted = "like smtp://account:password@mail.example.org:587?starttls=required&from=cally@example.org, or smtps://…"
    try:
        parts = urlsplit(text)
        query = parse_qs(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
        port = parts.port
    except ValueError as error:
        raise ValueError(wanted) from error
    known = query.keys() <= {"starttls", "from"} and set(query.get("starttls", [])) <= {"required", "off"}
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or parts.path.strip("/") or not known or port == 0:
        raise ValueError(wanted)
    return text


def _updates_url(text: str) -> str | None:
    wanted = "an https address such as https://example.org/cally/updates.json"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise ValueError(wanted) from error
    if text and (parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or port == 0):
        raise ValueError(wanted)
    return text or None


def _release_key(text: str) -> str | None:
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raw = b"?"
    if text and (len(raw) != MINISIGN_BYTES or raw[:2] != b"Ed"):
        raise ValueError("the public key of a minisign key pair, in one line")
    return text or None


def _switch(text: str) -> bool:
    if text not in {"on", "off"}:
        raise ValueError("on or off")
    return text == "on"


def _log(text: str) -> str | None:
    if text not in {"", "text", "json"}:
        raise ValueError("text or json")
    return text or None


def _days(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_LOG_DAYS:
        raise ValueError(f"a number of days from 1 to {MOST_LOG_DAYS}")
    return int(text)


def _dsn(text: str) -> str | None:
    if not text:
        return None
    wanted = "the DSN of a project at Sentry or GlitchTip, like https://key@errors.example.org/7"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise ValueError(wanted) from error
    project = parts.path.rpartition("/")[2]
    if parts.scheme not in {"http", "https"} or not (parts.hostname and parts.username and project) or port == 0:
        raise ValueError(wanted)
    return text


SETTINGS: tuple[Setting, ...] = (
    Setting(
        name="CALLY_STATE_DIR",
        default="./var",
        read=_path,
        meaning="The one directory that holds everything: database, key, backups, uploads, logs.",
    ),
    Setting(
        name="CALLY_BIND",
        default="127.0.0.1:8080",
        read=_bind,
        meaning="Where to listen: address and port, unix:PATH, or fd:3 (socket activation).",
    ),
    Setting(
        name="CALLY_PUBLIC_URL",
        default="",
        read=public_url_from_text,
        meaning="What links are made of. When it is not set, an admin can change it in the browser.",
    ),
    Setting(
        name="CALLY_TRUSTED_PROXIES",
        default="",
        read=_proxies,
        meaning="Addresses or networks of reverse proxies whose forwarding headers count; unix for one on a socket.",
    ),
    Setting(
        name="CALLY_KEY_FILE",
        default="",
        read=_path_or_none,
        meaning="The 256-bit database key; cally.key in the state directory unless set, made at the first start. "
        "A systemd credential named cally.key wins.",
    ),
    Setting(
        name="CALLY_SMTP_URL",
        default="",
        read=smtp_url_from_text,
        secret=True,
        meaning="The mail server. When it is not set, an admin can set one up in the browser.",
    ),
    Setting(
        name="CALLY_LIMITS",
        default="on",
        read=_switch,
        meaning="off lifts rate limits and proof of work, for load tests only.",
    ),
    Setting(
        name="CALLY_LOG",
        default="",
        read=_log,
        meaning="text or json; text on a terminal and json elsewhere unless set.",
    ),
    Setting(
        name="CALLY_LOG_DIR",
        default="",
        read=_path_or_none,
        meaning="A directory where log lines are kept as well, a JSON file for each day; none unless set.",
    ),
    Setting(
        name="CALLY_LOG_DAYS",
        default="14",
        read=_days,
        meaning="For how many days files in CALLY_LOG_DIR are kept.",
    ),
    Setting(
        name="CALLY_SENTRY_DSN",
        default="",
        read=_dsn,
        secret=True,
        meaning="Where unexpected errors are reported, masked: a project at Sentry or GlitchTip; nowhere unless set.",
    ),
    Setting(
        name="CALLY_UPDATES_URL",
        default="",
        read=_updates_url,
        meaning="Where the signed notice of the newest version lies; asked once a day once an admin has said so.",
    ),
    Setting(
        name="CALLY_RELEASE_KEY",
        default="",
        read=_release_key,
        meaning="The minisign public key whose upgrades and notices are trusted, instead of the one built in.",
    ),
    Setting(
        name="CALLY_ALLOWED_NETWORKS",
        default="",
        read=_networks,
        meaning="Private networks that outgoing requests (calendars, channels, webhooks) may reach; none unless set.",
    ),
    Setting(
        name="CALLY_CLAMAV",
        default="",
        read=_clamav,
        meaning="unix:PATH or host:port of a ClamAV daemon that looks through every upload; none unless set.",
    ),
)
