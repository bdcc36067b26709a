"""Settings: read from environment, twins and TOML; every wrong one named at once; documented."""

from pathlib import Path

import pytest

from cally import config
from cally.errors import CallyError

DOCS = Path(__file__).parent.parent / "docs" / "settings.md"


def faults(environ: dict[str, str], path: Path | None = None) -> list[str]:
    with pytest.raises(CallyError) as caught:
        config.load(environ, path)
    assert caught.value.code == "settings_wrong"
    return caught.value.facts["faults"]


def test_without_any_setting_the_defaults_count():
    """An empty environment serves on the loopback address, with limits, from ./var."""
    settings = config.load({})
    assert settings.bind == config.Bind(address="127.0.0.1", port=8080)
    assert settings.key_file == Path("var/cally.key")
    assert settings.limits


def test_every_wrong_setting_is_named_at_once():
    """An operator repairs all faults in one go."""
    found = faults({"CALLY_BIND": "nowhere", "CALLY_LIMITS": "perhaps", "CALLY_COLOUR": "blue", "HOME": "/x"})
    assert [fault.split()[0] for fault in found] == ["CALLY_COLOUR", "CALLY_BIND", "CALLY_LIMITS"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("CALLY_BIND", "127.0.0.1:99999"),
        ("CALLY_BIND", "example.org:80"),
        ("CALLY_BIND", "fd:three"),
        ("CALLY_PUBLIC_URL", "cally.example.org"),
        ("CALLY_PUBLIC_URL", "https://cally.example.org/here"),
        ("CALLY_PUBLIC_URL", "https://a:b@cally.example.org"),
        ("CALLY_TRUSTED_PROXIES", "10.0.0.1/8"),
        ("CALLY_SMTP_URL", "http://mail.example.org"),
        ("CALLY_SMTP_URL", "smtp://mail.example.org?starttls=maybe"),
        ("CALLY_ALLOWED_NETWORKS", "the cellar"),
        ("CALLY_LOG", "xml"),
    ],
)
def test_what_cannot_be_meant_is_refused(name: str, text: str):
    """Each refusal names the setting."""
    assert [fault.split()[0] for fault in faults({name: text})] == [name]


@pytest.mark.parametrize(
    ("text", "bind"),
    [
        ("0.0.0.0:80", config.Bind(address="0.0.0.0", port=80)),  # noqa: S104 - what an operator may want
        ("[::1]:8080", config.Bind(address="::1", port=8080)),
        ("localhost:8080", config.Bind(address="127.0.0.1", port=8080)),
        ("unix:/run/cally.sock", config.Bind(path=Path("/run/cally.sock"))),
        ("fd:3", config.Bind(descriptor=3)),
    ],
)
def test_each_way_to_listen_is_understood(text: str, bind: config.Bind):
    """Address and port, unix socket, inherited descriptor."""
    assert config.load({"CALLY_BIND": text}).bind == bind


def test_a_proxy_on_a_unix_socket_is_named_by_a_word():
    """It has no address."""
    assert config.load({"CALLY_TRUSTED_PROXIES": "10.0.0.1, unix"}).trusted_proxies == ("10.0.0.1/32", "unix")


def test_a_secret_is_read_from_its_twin(tmp_path: Path):
    """`_FILE` keeps a password out of the environment."""
    file = tmp_path / "smtp"
    file.write_text("smtps://cally:hush@mail.example.org\n")
    assert config.load({"CALLY_SMTP_URL_FILE": str(file)}).smtp_url == "smtps://cally:hush@mail.example.org"


def test_a_secret_given_twice_is_refused(tmp_path: Path):
    """Which of two passwords counts must not be guessed."""
    assert "both" in faults({"CALLY_SMTP_URL": "smtp://a", "CALLY_SMTP_URL_FILE": str(tmp_path / "smtp")})[0]


def test_a_wrong_secret_is_not_repeated():
    """The fault names the setting, never what was written into it."""
    assert "hush" not in faults({"CALLY_SMTP_URL": "ftp://cally:hush@mail.example.org"})[0]


def test_the_environment_wins_over_the_file(tmp_path: Path):
    """A TOML file holds the same keys; each value's origin is known."""
    file = tmp_path / "cally.toml"
    file.write_text('bind = "127.0.0.1:1"\nCALLY_LIMITS = false\ntrusted_proxies = ["127.0.0.1", "10.0.0.0/8"]\n')
    settings = config.load({"CALLY_BIND": "127.0.0.1:2", "CALLY_CONFIG": str(file)})
    assert (settings.bind.port, settings.limits) == (2, False)
    assert settings.trusted_proxies == ("127.0.0.1/32", "10.0.0.0/8")
    assert (settings.origins["CALLY_BIND"], settings.origins["CALLY_LIMITS"]) == ("environment", f"file {file}")


def test_unknown_keys_of_the_file_are_faults(tmp_path: Path):
    """A misspelt key must not be ignored."""
    file = tmp_path / "cally.toml"
    file.write_text('bnid = "127.0.0.1:1"\n')
    assert faults({}, file)[0].startswith("bnid")


def test_where_the_one_file_unpacks_is_no_business_of_the_settings():
    """Its bootstrap has read it already; with a letter wrong it is a fault like any other."""
    assert config.load({"CALLY_CACHE_DIR": "/var/cache/cally"}) == config.load({})
    with pytest.raises(CallyError, match="CALLY_CACHE_DIRS"):
        config.load({"CALLY_CACHE_DIRS": "/var/cache/cally"})


def test_a_missing_file_is_a_fault(tmp_path: Path):
    """`--config` naming nothing stops the start."""
    assert "cannot be read" in faults({}, tmp_path / "none.toml")[0]


def test_a_systemd_credential_wins_over_the_key_file(tmp_path: Path):
    """The key comes from `$CREDENTIALS_DIRECTORY/cally.key` when systemd provides it."""
    (tmp_path / "cally.key").write_text("0" * 64)
    settings = config.load({"CREDENTIALS_DIRECTORY": str(tmp_path), "CALLY_KEY_FILE": "/elsewhere"})
    assert settings.key_file == tmp_path / "cally.key"
    assert settings.origins["CALLY_KEY_FILE"] == "systemd credential"


def test_secrets_are_masked_when_settings_are_shown():
    """`cally config` may be pasted into a bug report."""
    rows = {row.name: row for row in config.described(config.load({"CALLY_SMTP_URL": "smtp://cally:hush@mail"}))}
    assert rows["CALLY_SMTP_URL"].value == config.MASK
    assert rows["CALLY_BIND"].value == "127.0.0.1:8080"
    assert all(row.meaning and row.origin for row in rows.values())


@pytest.mark.parametrize("setting", config.SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_is_documented(setting: config.Setting):
    """docs/settings.md has a row for each, and names the twin of each secret."""
    text = DOCS.read_text(encoding="utf-8")
    assert f"| `{setting.name}`" in text
    assert not setting.secret or f"`{setting.name}_FILE`" in text
